-- A resource is a room, where people meet, or a thing they use. Its keeper may block it, and says what for. Whoever does
-- not want to be asked together with others opts out of links such as /alice+bob.

ALTER TABLE resource ADD COLUMN kind TEXT NOT NULL DEFAULT 'room' CHECK (kind IN ('room', 'thing'));

ALTER TABLE host ADD COLUMN dynamic_links INTEGER NOT NULL DEFAULT 1 CHECK (dynamic_links IN (0, 1));

-- The time itself is a row of `occupancy` of this uid.
CREATE TABLE resource_block (
  uid         TEXT PRIMARY KEY,
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  note        TEXT NOT NULL,
  starts_at   INTEGER NOT NULL,
  ends_at     INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  CHECK (ends_at > starts_at)
) STRICT;
CREATE INDEX resource_block_by_resource ON resource_block (resource_id, ends_at);
