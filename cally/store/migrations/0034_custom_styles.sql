-- Styles that a host (or with none the instance) gives the public pages: as typed, and as it is served.
CREATE TABLE custom_style (
  id         INTEGER PRIMARY KEY,
  host_id    INTEGER UNIQUE REFERENCES host (id) ON DELETE CASCADE,
  source     TEXT NOT NULL,
  css        TEXT NOT NULL,
  hash       TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX custom_style_by_hash ON custom_style (hash);
