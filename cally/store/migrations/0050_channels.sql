-- Channels of a host or of a team (`owner_id` is whichever it is), with what they are told: `events` NULL is what is
-- sensible, `event_types` without any is all. One `for_guests` is a way that guests may choose to be reminded on: its
-- address has a place for their number. Nothing refers to the table, so it is made anew to let `host_id` be empty.
CREATE TABLE channel_made_anew (
  id             INTEGER PRIMARY KEY,
  host_id        INTEGER REFERENCES host (id),
  team_id        INTEGER REFERENCES team (id),
  owner_id       INTEGER NOT NULL,
  name           TEXT NOT NULL,
  service        TEXT NOT NULL,
  shown_address  TEXT NOT NULL,
  address_sealed BLOB NOT NULL,
  events         TEXT,
  event_types    TEXT NOT NULL DEFAULT '[]',
  for_guests     INTEGER NOT NULL DEFAULT 0 CHECK (for_guests IN (0, 1)),
  digest_local   TEXT,
  digest_tz      TEXT NOT NULL DEFAULT 'UTC',
  digest_set_at  INTEGER NOT NULL DEFAULT 0,
  created_at     INTEGER NOT NULL,
  CHECK ((host_id IS NULL) <> (team_id IS NULL)),
  CHECK (owner_id = COALESCE(team_id, host_id))
) STRICT;

INSERT INTO channel_made_anew (id, host_id, owner_id, name, service, shown_address, address_sealed, created_at)
SELECT id, host_id, host_id, name, service, shown_address, address_sealed, created_at
FROM channel;

DROP TABLE channel;
ALTER TABLE channel_made_anew RENAME TO channel;
CREATE INDEX channel_by_owner ON channel (owner_id);

-- When a host's mail comes once a day instead of at once.
CREATE TABLE mail_digest (
  host_id       INTEGER PRIMARY KEY REFERENCES host (id) ON DELETE CASCADE,
  digest_local  TEXT NOT NULL,
  digest_set_at INTEGER NOT NULL
) STRICT;

-- The digests themselves: one for each day and way (a channel's row, or a host's for their mail). What they say is made
-- when they leave and kept nowhere, for it names guests.
CREATE TABLE digest (
  id         INTEGER PRIMARY KEY,
  way_id     INTEGER NOT NULL,
  told_on    TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'obsolete')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  answer     TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  sent_at    INTEGER,
  UNIQUE (way_id, told_on)
) STRICT;

-- How a guest wants to be reminded of a booking, where that is not by mail.
CREATE TABLE guest_reminder (
  booking_id INTEGER PRIMARY KEY REFERENCES booking (id) ON DELETE CASCADE,
  channel_id INTEGER NOT NULL,
  phone      TEXT NOT NULL
) STRICT;
CREATE INDEX message_by_channel ON message (channel_id, state);
