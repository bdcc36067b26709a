-- Times that a host has proposed instead of the one a guest asked for: the guest who takes one of them has the host's
-- yes already. They count for the request as it was then, which its sequence says.
CREATE TABLE proposed_time (
  booking_id  INTEGER NOT NULL REFERENCES booking (id),
  sequence    INTEGER NOT NULL,
  starts_at   INTEGER NOT NULL,
  host_id     INTEGER NOT NULL REFERENCES host (id),
  proposed_at INTEGER NOT NULL,
  PRIMARY KEY (booking_id, sequence, starts_at)
) STRICT, WITHOUT ROWID;

-- Whoever wants no more reminders from a host (RFC 8058), by the keyed fingerprint of their address alone.
CREATE TABLE reminder_stop (
  host_id     INTEGER NOT NULL REFERENCES host (id),
  fingerprint BLOB NOT NULL,
  stopped_at  INTEGER NOT NULL,
  PRIMARY KEY (host_id, fingerprint)
) STRICT, WITHOUT ROWID;
