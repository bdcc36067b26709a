-- Event types of teams: an address belongs to an owner, a host or a team, so that both may have an "intro". SQLite cannot
-- change a table's constraints, so the table is made anew; rows that point at it are looked at when the step is done.
-- The same for messages, which now also speak of what is no booking yet, and in more kinds.

PRAGMA defer_foreign_keys = ON;

CREATE TABLE event_type_kept (
  id          INTEGER PRIMARY KEY,
  host_id     INTEGER NOT NULL,
  schedule_id INTEGER NOT NULL,
  slug        TEXT NOT NULL,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  rules       TEXT NOT NULL,
  durations   TEXT NOT NULL,
  places      TEXT NOT NULL,
  questions   TEXT NOT NULL,
  approval    INTEGER NOT NULL,
  listed      INTEGER NOT NULL,
  position    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  archived_at INTEGER
) STRICT;

INSERT INTO event_type_kept
SELECT id, host_id, schedule_id, slug, title, description, rules, durations, places, questions, approval, listed,
       position, created_at, updated_at, archived_at
FROM event_type;

DROP TABLE event_type;

CREATE TABLE team (
  id         INTEGER PRIMARY KEY,
  slug       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  about      TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
) STRICT;

-- `host_id` is who set it up and answers for it; `owner_id` is whose address it stands under: that host, or the team.
CREATE TABLE event_type (
  id          INTEGER PRIMARY KEY,
  host_id     INTEGER NOT NULL REFERENCES host (id),
  team_id     INTEGER REFERENCES team (id),
  owner_id    INTEGER NOT NULL,
  schedule_id INTEGER NOT NULL REFERENCES schedule (id),
  slug        TEXT NOT NULL,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  rules       TEXT NOT NULL,
  options     TEXT NOT NULL DEFAULT '{}',
  durations   TEXT NOT NULL,
  places      TEXT NOT NULL,
  questions   TEXT NOT NULL,
  approval    INTEGER NOT NULL CHECK (approval IN (0, 1)),
  listed      INTEGER NOT NULL CHECK (listed IN (0, 1)),
  position    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  archived_at INTEGER,
  UNIQUE (owner_id, slug),
  CHECK (owner_id = COALESCE(team_id, host_id))
) STRICT;
CREATE INDEX event_type_by_schedule ON event_type (schedule_id);
CREATE INDEX event_type_by_host ON event_type (host_id);

INSERT INTO event_type (id, host_id, owner_id, schedule_id, slug, title, description, rules, durations, places,
                        questions, approval, listed, position, created_at, updated_at, archived_at)
SELECT id, host_id, host_id, schedule_id, slug, title, description, rules, durations, places, questions, approval,
       listed, position, created_at, updated_at, archived_at
FROM event_type_kept;

DROP TABLE event_type_kept;

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

CREATE TRIGGER event_type_revision_handover
AFTER UPDATE OF host_id ON event_type
WHEN OLD.host_id <> NEW.host_id
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER event_type_revision_delete
AFTER DELETE ON event_type
BEGIN
  INSERT INTO revision (owner_id, number)
  VALUES (OLD.host_id, 1)
  ON CONFLICT (owner_id) DO UPDATE SET number = number + 1;
END;

CREATE TABLE message_made_anew (
  id          INTEGER PRIMARY KEY,
  booking_id  INTEGER REFERENCES booking (id),
  waitlist_id INTEGER,
  kind        TEXT NOT NULL CHECK (kind IN (
    'requested', 'confirmed', 'declined', 'rescheduled', 'cancelled', 'reassigned', 'clock_changed',
    'waitlist_joined', 'waitlist_offered', 'waitlist_over'
  )),
  sequence    INTEGER NOT NULL,
  recipient   TEXT NOT NULL CHECK (recipient IN ('guest', 'companion', 'host')),
  medium      TEXT NOT NULL CHECK (medium IN ('mail', 'channel')),
  address     TEXT NOT NULL,
  channel_id  INTEGER,
  message_id  TEXT NOT NULL UNIQUE,
  snapshot    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'obsolete')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  answer      TEXT NOT NULL DEFAULT '',
  created_at  INTEGER NOT NULL,
  sent_at     INTEGER,
  CHECK ((booking_id IS NULL) <> (waitlist_id IS NULL))
) STRICT;

INSERT INTO message_made_anew (id, booking_id, kind, sequence, recipient, medium, address, channel_id, message_id,
                               snapshot, state, attempts, answer, created_at, sent_at)
SELECT id, booking_id, kind, sequence, recipient, medium, address, channel_id, message_id, snapshot, state, attempts,
       answer, created_at, sent_at
FROM message;

DROP TABLE message;
ALTER TABLE message_made_anew RENAME TO message;
CREATE INDEX message_by_booking ON message (booking_id);
CREATE INDEX message_by_waitlist ON message (waitlist_id);
CREATE INDEX message_by_state ON message (state, id);
