-- Messages in any kind that the code knows (its `Kind` decides), and those that have their time: `due_at` is when a reminder
-- may leave at the earliest; NULL where that is at once. SQLite cannot change a table's constraints, so it is made anew.

PRAGMA defer_foreign_keys = ON;

CREATE TABLE message_made_anew (
  id          INTEGER PRIMARY KEY,
  booking_id  INTEGER REFERENCES booking (id),
  waitlist_id INTEGER,
  series_id   INTEGER REFERENCES series (id),
  kind        TEXT NOT NULL,
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
  due_at      INTEGER,
  CHECK ((booking_id IS NULL) <> (waitlist_id IS NULL))
) STRICT;

INSERT INTO message_made_anew (id, booking_id, waitlist_id, series_id, kind, sequence, recipient, medium, address,
                               channel_id, message_id, snapshot, state, attempts, answer, created_at, sent_at)
SELECT id, booking_id, waitlist_id, series_id, kind, sequence, recipient, medium, address, channel_id, message_id,
       snapshot, state, attempts, answer, created_at, sent_at
FROM message;

DROP TABLE message;
ALTER TABLE message_made_anew RENAME TO message;
CREATE INDEX message_by_booking ON message (booking_id);
CREATE INDEX message_by_waitlist ON message (waitlist_id);
CREATE INDEX message_by_state ON message (state, id);
CREATE INDEX message_by_series ON message (series_id);

-- What a host wants of messages: when reminders go by default, and when nothing is to disturb (JSON).
CREATE TABLE message_settings (
  host_id    INTEGER PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
  settings   TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Which reminders and follow-ups of a booking, as it is at a sequence, have been planned or left out: none twice,
-- whatever clocks do. `minutes` before the start, or behind the end. `what` names who they are for, or the follow-up.
CREATE TABLE reminder (
  booking_id INTEGER NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  sequence   INTEGER NOT NULL,
  what       TEXT NOT NULL CHECK (what IN ('guest', 'host', 'follow_up')),
  minutes    INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  outcome    TEXT NOT NULL CHECK (outcome IN ('planned', 'late')),
  PRIMARY KEY (booking_id, sequence, what, minutes)
) STRICT, WITHOUT ROWID;
