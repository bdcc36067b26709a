-- What a program's POST was answered with, for a day: sent again with the same Idempotency-Key it is answered, not done.
-- The row is written in the transaction of what was done; `answer` (sealed) follows, and is NULL until then.
CREATE TABLE api_answer (
  id           INTEGER PRIMARY KEY,
  key_hash     BLOB NOT NULL UNIQUE,
  request_hash BLOB NOT NULL,
  answer       BLOB,
  created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX api_answer_by_age ON api_answer (created_at);

-- An iCalendar address of a host's bookings, or of a team's; found by the hash of its secret, which itself is sealed.
CREATE TABLE feed (
  id              INTEGER PRIMARY KEY,
  host_id         INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
  team_id         INTEGER REFERENCES team (id) ON DELETE CASCADE,
  name            TEXT NOT NULL,
  color           TEXT NOT NULL DEFAULT '',
  secret_hash     BLOB NOT NULL UNIQUE,
  secret          BLOB NOT NULL,
  event_types     TEXT NOT NULL DEFAULT '[]',
  shows_guests    INTEGER NOT NULL DEFAULT 1 CHECK (shows_guests IN (0, 1)),
  shows_cancelled INTEGER NOT NULL DEFAULT 0 CHECK (shows_cancelled IN (0, 1)),
  past_days       INTEGER NOT NULL CHECK (past_days >= 0),
  future_days     INTEGER NOT NULL CHECK (future_days > 0),
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  rotated_at      INTEGER
) STRICT;
CREATE INDEX feed_by_host ON feed (host_id);
CREATE INDEX feed_by_team ON feed (team_id);
