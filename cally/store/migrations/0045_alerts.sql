-- What is wrong with the machine, from when to when, who is told of it and how that went. A check has at most one alert
-- that lasts. A message is about one alert or several, so that what breaks together is told together.
CREATE TABLE alert (
  id          INTEGER PRIMARY KEY,
  check_name  TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('degraded', 'failing')),
  detail      TEXT NOT NULL,
  began_at    INTEGER NOT NULL,
  since       INTEGER NOT NULL,
  well_since  INTEGER,
  told_status TEXT CHECK (told_status IN ('degraded', 'failing')),
  told_at     INTEGER,
  ended_at    INTEGER
) STRICT;
CREATE UNIQUE INDEX alert_that_lasts ON alert (check_name) WHERE ended_at IS NULL;
CREATE INDEX alert_by_end ON alert (ended_at);

CREATE TABLE alert_channel (
  id             INTEGER PRIMARY KEY,
  name           TEXT NOT NULL,
  service        TEXT NOT NULL,
  shown_address  TEXT NOT NULL,
  address_sealed BLOB NOT NULL,
  created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE alert_message (
  id      INTEGER PRIMARY KEY,
  title   TEXT NOT NULL,
  body    TEXT NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE alert_told (
  message_id INTEGER NOT NULL REFERENCES alert_message (id) ON DELETE CASCADE,
  alert_id   INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
  telling    TEXT NOT NULL CHECK (telling IN ('began', 'worse', 'more', 'reminder', 'over')),
  PRIMARY KEY (message_id, alert_id)
) STRICT;
CREATE INDEX alert_told_by_alert ON alert_told (alert_id);

CREATE TABLE alert_delivery (
  id         INTEGER PRIMARY KEY,
  message_id INTEGER NOT NULL REFERENCES alert_message (id) ON DELETE CASCADE,
  channel_id INTEGER REFERENCES alert_channel (id) ON DELETE CASCADE,
  letter_id  INTEGER REFERENCES letter (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'obsolete')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  answer     TEXT NOT NULL DEFAULT '',
  sent_at    INTEGER
) STRICT;
CREATE INDEX alert_delivery_by_message ON alert_delivery (message_id);
CREATE INDEX alert_delivery_by_channel ON alert_delivery (channel_id);
CREATE INDEX alert_delivery_by_letter ON alert_delivery (letter_id);
