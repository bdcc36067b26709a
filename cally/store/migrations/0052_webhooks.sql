-- Webhooks: where programs are told of bookings. One belongs to a host, to a team, or to the whole instance (both NULL).
CREATE TABLE webhook (
  id            INTEGER PRIMARY KEY,
  host_id       INTEGER REFERENCES host (id) ON DELETE CASCADE,
  team_id       INTEGER REFERENCES team (id) ON DELETE CASCADE,
  name          TEXT NOT NULL,
  shown_url     TEXT NOT NULL,
  url_sealed    BLOB NOT NULL,
  secret_sealed BLOB NOT NULL,
  former_sealed BLOB,
  former_until  INTEGER,
  types         TEXT NOT NULL,
  event_types   TEXT NOT NULL,
  template      TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('on', 'paused', 'failed', 'gone')),
  failures      INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  rests_until   INTEGER,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  CHECK (host_id IS NULL OR team_id IS NULL),
  CHECK ((former_sealed IS NULL) = (former_until IS NULL))
) STRICT;
CREATE INDEX webhook_by_host ON webhook (host_id);
CREATE INDEX webhook_by_team ON webhook (team_id);

-- One event for one webhook; `position` is its place in the line of its booking. A test has no booking.
CREATE TABLE webhook_delivery (
  id         INTEGER PRIMARY KEY,
  webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  booking_id INTEGER REFERENCES booking (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  type       TEXT NOT NULL,
  event      TEXT NOT NULL,
  template   TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'obsolete')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  answer     TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  since      INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT;
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_by_line ON webhook_delivery (booking_id, webhook_id, position);
CREATE INDEX webhook_delivery_by_end ON webhook_delivery (ended_at);
CREATE INDEX webhook_delivery_that_waits ON webhook_delivery (webhook_id) WHERE state = 'waiting';

CREATE TABLE webhook_attempt (
  id          INTEGER PRIMARY KEY,
  delivery_id INTEGER NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
  at          INTEGER NOT NULL,
  status      INTEGER,
  answer      TEXT NOT NULL,
  body        TEXT NOT NULL,
  duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_attempt_by_delivery ON webhook_attempt (delivery_id);

-- A reminder that webhooks are told of when it is due; until then the booking may move, or end.
CREATE TABLE webhook_reminder (
  id         INTEGER PRIMARY KEY,
  booking_id INTEGER NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  sequence   INTEGER NOT NULL,
  minutes    INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_reminder_by_booking ON webhook_reminder (booking_id);
