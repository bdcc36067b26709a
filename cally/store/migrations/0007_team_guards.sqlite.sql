-- Exact invalidation, continued: who is assigned, what is needed, and when a resource can be had.

CREATE TRIGGER event_type_host_revision_insert
AFTER INSERT ON event_type_host
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES ((SELECT host_id FROM event_type WHERE id = NEW.event_type_id), 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_host_revision_update
AFTER UPDATE OF schedule_id, required, group_name ON event_type_host
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES ((SELECT host_id FROM event_type WHERE id = NEW.event_type_id), 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_host_revision_delete
AFTER DELETE ON event_type_host
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES ((SELECT host_id FROM event_type WHERE id = OLD.event_type_id), 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_resource_revision_insert
AFTER INSERT ON event_type_resource
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES ((SELECT host_id FROM event_type WHERE id = NEW.event_type_id), 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_resource_revision_update
AFTER UPDATE ON event_type_resource
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES ((SELECT host_id FROM event_type WHERE id = NEW.event_type_id), 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_resource_revision_delete
AFTER DELETE ON event_type_resource
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES ((SELECT host_id FROM event_type WHERE id = OLD.event_type_id), 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER resource_revision_insert
AFTER INSERT ON resource
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER resource_revision_update
AFTER UPDATE ON resource
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER team_revision_update
AFTER UPDATE ON team
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

-- Whoever may no longer be booked is out of every team's slots at once.
CREATE TRIGGER account_revision_update
AFTER UPDATE OF verified_at, disabled_at ON account
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;
