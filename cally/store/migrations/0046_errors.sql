-- What failed in a way it should not: one row for each kind, and how often in which hour. No values, no names of people.
CREATE TABLE error_kind (
  id        INTEGER PRIMARY KEY,
  code      TEXT NOT NULL UNIQUE,
  type      TEXT NOT NULL,
  place     TEXT NOT NULL,
  message   TEXT NOT NULL,
  origin    TEXT NOT NULL,
  said      TEXT NOT NULL,
  trace     TEXT NOT NULL,
  version   TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('open', 'known', 'resolved')),
  times     INTEGER NOT NULL,
  first_at  INTEGER NOT NULL,
  last_at   INTEGER NOT NULL,
  opened_at INTEGER NOT NULL
) STRICT;
CREATE INDEX error_kind_by_last ON error_kind (state, last_at);

CREATE TABLE error_hour (
  error_id INTEGER NOT NULL REFERENCES error_kind (id) ON DELETE CASCADE,
  hour     INTEGER NOT NULL,
  times    INTEGER NOT NULL,
  PRIMARY KEY (error_id, hour)
) STRICT;
CREATE INDEX error_hour_by_hour ON error_hour (hour);
