-- M1, for SQLite: the database itself refuses two claims on one owner's time, whoever writes (TRUST, rules 29, 47, 48, 58).
-- Claims never overlap, so of all rows only the nearest ones before and after can clash with a new one: two index steps,
-- however many rows there are (the seats of one session start together, and all of them are looked at). The gap needed is
-- the larger of the first one's buffer after and the second one's buffer before. The guard looks after the row is there:
-- its number is known then, and what a REPLACE removed is gone; RAISE takes the whole statement back.

CREATE INDEX occupancy_by_session ON occupancy (owner_id, session);

CREATE TRIGGER occupancy_guard_insert
AFTER INSERT ON occupancy
BEGIN
  SELECT RAISE(ABORT, 'occupancy: a claim ends after it starts, and buffers are not negative')
  WHERE NEW.ends_at <= NEW.starts_at
     OR NEW.buffer_before < 0
     OR NEW.buffer_after < 0
     OR NEW.seats_taken < 1;
  SELECT RAISE(ABORT, 'occupancy: overlaps another claim on this time')
  WHERE EXISTS (
    SELECT 1
    FROM occupancy AS neighbour
    WHERE neighbour.owner_id = NEW.owner_id
      AND neighbour.starts_at IN (
        (
          SELECT starts_at
          FROM occupancy
          WHERE owner_id = NEW.owner_id
            AND starts_at <= NEW.starts_at
            AND id <> NEW.id
            AND (session IS NULL OR NEW.session IS NULL OR session <> NEW.session)
          ORDER BY starts_at DESC
          LIMIT 1
        ),
        (
          SELECT starts_at
          FROM occupancy
          WHERE owner_id = NEW.owner_id
            AND starts_at >= NEW.starts_at
            AND id <> NEW.id
            AND (session IS NULL OR NEW.session IS NULL OR session <> NEW.session)
          ORDER BY starts_at
          LIMIT 1
        )
      )
      AND neighbour.id <> NEW.id
      AND (neighbour.session IS NULL OR NEW.session IS NULL OR neighbour.session <> NEW.session)
      AND NEW.starts_at < neighbour.ends_at + MAX(neighbour.buffer_after, NEW.buffer_before)
      AND neighbour.starts_at < NEW.ends_at + MAX(NEW.buffer_after, neighbour.buffer_before)
  );
  SELECT RAISE(ABORT, 'occupancy: claims of one session must share their interval')
  WHERE NEW.session IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM occupancy
      WHERE owner_id = NEW.owner_id
        AND session = NEW.session
        AND id <> NEW.id
        AND (starts_at <> NEW.starts_at OR ends_at <> NEW.ends_at)
    );
  SELECT RAISE(ABORT, 'occupancy: no seat is left')
  WHERE NEW.session IS NOT NULL
    AND NEW.seats_taken + (
      SELECT COALESCE(SUM(seats_taken), 0)
      FROM occupancy
      WHERE owner_id = NEW.owner_id
        AND session = NEW.session
        AND id <> NEW.id
    ) > NEW.seats;
END;

CREATE TRIGGER occupancy_guard_update
AFTER UPDATE ON occupancy
BEGIN
  SELECT RAISE(ABORT, 'occupancy: a claim ends after it starts, and buffers are not negative')
  WHERE NEW.ends_at <= NEW.starts_at
     OR NEW.buffer_before < 0
     OR NEW.buffer_after < 0
     OR NEW.seats_taken < 1;
  SELECT RAISE(ABORT, 'occupancy: overlaps another claim on this time')
  WHERE EXISTS (
    SELECT 1
    FROM occupancy AS neighbour
    WHERE neighbour.owner_id = NEW.owner_id
      AND neighbour.starts_at IN (
        (
          SELECT starts_at
          FROM occupancy
          WHERE owner_id = NEW.owner_id
            AND starts_at <= NEW.starts_at
            AND id <> NEW.id
            AND (session IS NULL OR NEW.session IS NULL OR session <> NEW.session)
          ORDER BY starts_at DESC
          LIMIT 1
        ),
        (
          SELECT starts_at
          FROM occupancy
          WHERE owner_id = NEW.owner_id
            AND starts_at >= NEW.starts_at
            AND id <> NEW.id
            AND (session IS NULL OR NEW.session IS NULL OR session <> NEW.session)
          ORDER BY starts_at
          LIMIT 1
        )
      )
      AND neighbour.id <> NEW.id
      AND (neighbour.session IS NULL OR NEW.session IS NULL OR neighbour.session <> NEW.session)
      AND NEW.starts_at < neighbour.ends_at + MAX(neighbour.buffer_after, NEW.buffer_before)
      AND neighbour.starts_at < NEW.ends_at + MAX(NEW.buffer_after, neighbour.buffer_before)
  );
  SELECT RAISE(ABORT, 'occupancy: claims of one session must share their interval')
  WHERE NEW.session IS NOT NULL
    AND EXISTS (
      SELECT 1
      FROM occupancy
      WHERE owner_id = NEW.owner_id
        AND session = NEW.session
        AND id <> NEW.id
        AND (starts_at <> NEW.starts_at OR ends_at <> NEW.ends_at)
    );
  SELECT RAISE(ABORT, 'occupancy: no seat is left')
  WHERE NEW.session IS NOT NULL
    AND NEW.seats_taken + (
      SELECT COALESCE(SUM(seats_taken), 0)
      FROM occupancy
      WHERE owner_id = NEW.owner_id
        AND session = NEW.session
        AND id <> NEW.id
    ) > NEW.seats;
END;

-- Exact invalidation: each change to what a host's availability is made of raises the host's number.

CREATE TRIGGER occupancy_revision_insert
AFTER INSERT ON occupancy
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.owner_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER occupancy_revision_update
AFTER UPDATE ON occupancy
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.owner_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER occupancy_revision_delete
AFTER DELETE ON occupancy
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.owner_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER occupancy_revision_handover
AFTER UPDATE OF owner_id ON occupancy
WHEN OLD.owner_id <> NEW.owner_id
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.owner_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER schedule_revision_insert
AFTER INSERT ON schedule
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER schedule_revision_update
AFTER UPDATE ON schedule
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER schedule_revision_delete
AFTER DELETE ON schedule
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_revision_insert
AFTER INSERT ON event_type
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_revision_update
AFTER UPDATE ON event_type
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_revision_delete
AFTER DELETE ON event_type
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER host_revision_insert
AFTER INSERT ON host
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER host_revision_update
AFTER UPDATE ON host
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER host_revision_delete
AFTER DELETE ON host
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER calendar_revision_insert
AFTER INSERT ON calendar
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

-- A read that finds nothing new leaves the number as it is: staleness is judged by itself, busy time by its own rows.
CREATE TRIGGER calendar_revision_update
AFTER UPDATE OF host_id, tz, tentative_blocks ON calendar
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER calendar_revision_delete
AFTER DELETE ON calendar
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER busy_time_revision_insert
AFTER INSERT ON busy_time
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER busy_time_revision_update
AFTER UPDATE ON busy_time
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (NEW.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER busy_time_revision_delete
AFTER DELETE ON busy_time
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;
