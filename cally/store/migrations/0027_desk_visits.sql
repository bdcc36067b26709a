-- When an admin worked at a host's desk and why: the host reads it, and says when they have.
CREATE TABLE desk_visit (
  id         INTEGER PRIMARY KEY,
  host_id    INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
  account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
  name       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  until_at   INTEGER NOT NULL,
  ended_at   INTEGER,
  seen_at    INTEGER
) STRICT;
CREATE INDEX desk_visit_by_host ON desk_visit (host_id, started_at);
CREATE INDEX desk_visit_by_account ON desk_visit (account_id);
