-- The time-law watch (M5): what clocks showed before a country changed them, and the bookings that this concerns.

-- Bookings ahead, whoever hosts them, in one index range.
CREATE INDEX booking_by_start ON booking (starts_at, id);

-- How each zone in use stood to UTC by one release of the zone rules: JSON, [[from instant, offset in seconds], …].
CREATE TABLE zone_law (
  tz             TEXT PRIMARY KEY,
  tzdata_version TEXT NOT NULL,
  last_year      INTEGER NOT NULL,
  offsets        TEXT NOT NULL
) STRICT;

-- A booking whose clock time and instant came apart. `told` is JSON: zone → the clock time that its readers were told.
CREATE TABLE time_law_case (
  booking_id   INTEGER PRIMARY KEY REFERENCES booking (id),
  from_version TEXT NOT NULL,
  to_version   TEXT NOT NULL,
  told         TEXT NOT NULL,
  found_at     INTEGER NOT NULL,
  outcome      TEXT CHECK (outcome IN ('wall_time', 'instant', 'over')),
  decided_at   INTEGER,
  CHECK ((outcome IS NULL) = (decided_at IS NULL))
) STRICT;
CREATE INDEX time_law_case_by_outcome ON time_law_case (outcome);
CREATE INDEX time_law_case_by_version ON time_law_case (to_version, outcome);
