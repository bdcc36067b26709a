-- Where backups are kept; an empty address is the server's own folder. The fault is that of the last use, empty if none.
CREATE TABLE backup_target (
  id            INTEGER PRIMARY KEY,
  address       TEXT NOT NULL UNIQUE,
  secret_sealed BLOB,
  enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at    INTEGER NOT NULL,
  used_at       INTEGER,
  fault         TEXT NOT NULL DEFAULT ''
) STRICT;

-- What is kept there, and what its proof said: sound is NULL for as long as nobody has looked.
CREATE TABLE backup (
  id           INTEGER PRIMARY KEY,
  target_id    INTEGER NOT NULL REFERENCES backup_target (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  why          TEXT NOT NULL CHECK (why IN ('scheduled', 'on demand', 'before upgrade')),
  made_at      INTEGER NOT NULL,
  size_bytes   INTEGER NOT NULL,
  sound        INTEGER CHECK (sound IN (0, 1)),
  looked_at    INTEGER,
  verdict      TEXT NOT NULL DEFAULT '',
  counts       TEXT NOT NULL DEFAULT '{}',
  proof_wanted INTEGER NOT NULL DEFAULT 0 CHECK (proof_wanted IN (0, 1)),
  UNIQUE (target_id, name)
) STRICT;
CREATE INDEX backup_by_time ON backup (made_at);

-- Each making of a backup, from when it was asked for until it ended, well or with a fault.
CREATE TABLE backup_run (
  id       INTEGER PRIMARY KEY,
  why      TEXT NOT NULL CHECK (why IN ('scheduled', 'on demand', 'before upgrade')),
  asked_at INTEGER NOT NULL,
  ended_at INTEGER,
  fault    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX backup_run_by_time ON backup_run (asked_at);
