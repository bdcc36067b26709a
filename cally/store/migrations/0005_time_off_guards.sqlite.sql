-- Exact invalidation, continued: public holidays and time off close days, and a delegate's page is named on others'.

CREATE TRIGGER public_holidays_revision_insert
AFTER INSERT ON public_holidays
BEGIN
  INSERT INTO revision (owner_id, number)
  SELECT host_id, 1
  FROM schedule
  WHERE id = NEW.schedule_id
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER public_holidays_revision_update
AFTER UPDATE ON public_holidays
BEGIN
  INSERT INTO revision (owner_id, number)
  SELECT host_id, 1
  FROM schedule
  WHERE id = NEW.schedule_id
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER public_holidays_revision_delete
AFTER DELETE ON public_holidays
BEGIN
  INSERT INTO revision (owner_id, number)
  SELECT host_id, 1
  FROM schedule
  WHERE id = OLD.schedule_id
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER time_off_revision_insert
AFTER INSERT ON time_off
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER time_off_revision_update
AFTER UPDATE ON time_off
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER time_off_revision_delete
AFTER DELETE ON time_off
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER time_off_revision_delegate_host
AFTER UPDATE OF slug, name ON host
BEGIN
  UPDATE revision
  SET number = number + 1
  WHERE owner_id IN (
    SELECT host_id
    FROM time_off
    WHERE delegate_id = NEW.id
  );
END;

CREATE TRIGGER time_off_revision_delegate_account
AFTER UPDATE OF verified_at, disabled_at ON account
BEGIN
  UPDATE revision
  SET number = number + 1
  WHERE owner_id IN (
    SELECT host_id
    FROM time_off
    WHERE delegate_id = NEW.id
  );
END;
