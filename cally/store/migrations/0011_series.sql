-- Series: bookings made at once by one request. `starts_at` is the first date asked for, `asked` how many dates were;
-- `skipped` are those that could not be had (JSON list of epoch seconds). `by_rule`: the zone's clock shows every date
-- exactly once, so that a recurrence rule of calendars says the same as we do.

CREATE TABLE series (
  id            INTEGER PRIMARY KEY,
  uid           TEXT NOT NULL UNIQUE,
  sequence      INTEGER NOT NULL,
  event_type_id INTEGER NOT NULL REFERENCES event_type (id),
  rhythm        TEXT NOT NULL CHECK (rhythm IN ('daily', 'weekly', 'fortnightly', 'monthly')),
  starts_at     INTEGER NOT NULL,
  tz            TEXT NOT NULL,
  asked         INTEGER NOT NULL CHECK (asked >= 2),
  skipped       TEXT NOT NULL,
  by_rule       INTEGER NOT NULL CHECK (by_rule IN (0, 1)),
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

-- A booking's place in its series: its number, and the start that the rhythm gave it, which a move does not change.
CREATE TABLE series_booking (
  booking_id INTEGER PRIMARY KEY REFERENCES booking (id),
  series_id  INTEGER NOT NULL REFERENCES series (id),
  number     INTEGER NOT NULL,
  planned_at INTEGER NOT NULL,
  UNIQUE (series_id, number)
) STRICT;

-- Set where a message speaks of a whole series; NULL where it is about one booking.
ALTER TABLE message ADD COLUMN series_id INTEGER REFERENCES series (id);
CREATE INDEX message_by_series ON message (series_id);
