-- What comes over from elsewhere: what was read and waits for a yes, and what has come already.

-- `bundle` is what was read (compressed JSON), there until it has come over or a day has passed; `report` what came of
-- it. `done` of `total` things are there.
CREATE TABLE import_run (
  id          INTEGER PRIMARY KEY,
  source      TEXT NOT NULL,
  name        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('read', 'asked', 'done', 'failed')),
  choices     TEXT NOT NULL,
  bundle      BLOB,
  report      TEXT NOT NULL DEFAULT '',
  done        INTEGER NOT NULL DEFAULT 0,
  total       INTEGER NOT NULL DEFAULT 0,
  fault       TEXT NOT NULL DEFAULT '',
  account_id  INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;

-- What stands for a thing from elsewhere, so that it never comes twice; its name there is kept as a hash alone.
CREATE TABLE imported (
  name_hash   BLOB PRIMARY KEY,
  noun        TEXT NOT NULL,
  row_id      INTEGER NOT NULL,
  imported_at INTEGER NOT NULL
) STRICT;

-- The UID that a booking from elsewhere has in calendars already; empty where it is made of the booking's own uid.
ALTER TABLE booking ADD COLUMN calendar_uid TEXT NOT NULL DEFAULT '';
CREATE INDEX booking_by_calendar_uid ON booking (calendar_uid);
