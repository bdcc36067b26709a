-- Uploaded pictures, made anew: a host's face, or the instance's logo (no owner). One row for each size in pixels.
CREATE TABLE picture (
  id         INTEGER PRIMARY KEY,
  host_id    INTEGER REFERENCES host (id) ON DELETE CASCADE,
  size       INTEGER NOT NULL,
  hash       TEXT NOT NULL,
  body       BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX picture_by_host ON picture (host_id);
CREATE INDEX picture_by_hash ON picture (hash);
