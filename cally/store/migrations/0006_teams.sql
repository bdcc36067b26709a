-- Teams, who is assigned and why, and resources as owners of occupancy beside hosts.

CREATE TABLE team_member (
  team_id    INTEGER NOT NULL REFERENCES team (id),
  host_id    INTEGER NOT NULL REFERENCES host (id),
  manages    INTEGER NOT NULL CHECK (manages IN (0, 1)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (team_id, host_id)
) STRICT;
CREATE INDEX team_member_by_host ON team_member (host_id);

-- Who can be assigned to an event type of a team. `assigned` counts the bookings they were given and still have,
-- `credit` what they are treated as having had besides, in thousandths (rule 61).
CREATE TABLE event_type_host (
  event_type_id    INTEGER NOT NULL REFERENCES event_type (id),
  host_id          INTEGER NOT NULL REFERENCES host (id),
  schedule_id      INTEGER NOT NULL REFERENCES schedule (id),
  required         INTEGER NOT NULL CHECK (required IN (0, 1)),
  group_name       TEXT NOT NULL DEFAULT '',
  weight           INTEGER NOT NULL DEFAULT 100 CHECK (weight BETWEEN 1 AND 1000),
  position         INTEGER NOT NULL,
  assigned         INTEGER NOT NULL DEFAULT 0,
  credit           INTEGER NOT NULL DEFAULT 0,
  last_assigned_at INTEGER,
  PRIMARY KEY (event_type_id, host_id)
) STRICT;
CREATE INDEX event_type_host_by_host ON event_type_host (host_id);
CREATE INDEX event_type_host_by_schedule ON event_type_host (schedule_id);

-- The hosts of a team's booking beside `booking.host_id`; `starts_at` is the booking's, so that a list is one range.
CREATE TABLE booking_host (
  booking_id INTEGER NOT NULL REFERENCES booking (id),
  host_id    INTEGER NOT NULL REFERENCES host (id),
  starts_at  INTEGER NOT NULL,
  PRIMARY KEY (booking_id, host_id)
) STRICT;
CREATE INDEX booking_host_by_start ON booking_host (host_id, starts_at);

ALTER TABLE booking ADD COLUMN co_hosts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE booking ADD COLUMN resources TEXT NOT NULL DEFAULT '[]';
ALTER TABLE booking ADD COLUMN decisions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE booking ADD COLUMN series_id INTEGER;
CREATE INDEX booking_by_series ON booking (series_id, starts_at);

-- A room, a car, a projector. `hours` are rules like a schedule's, NULL for always; `shared` lets every host use it.
CREATE TABLE resource (
  id          INTEGER PRIMARY KEY,
  host_id     INTEGER NOT NULL REFERENCES host (id),
  name        TEXT NOT NULL,
  note        TEXT NOT NULL DEFAULT '',
  hours       TEXT,
  shared      INTEGER NOT NULL CHECK (shared IN (0, 1)),
  created_at  INTEGER NOT NULL,
  archived_at INTEGER
) STRICT;
CREATE INDEX resource_by_host ON resource (host_id);

-- What an event type needs: one resource of each `group_name`, the first free one by position (rule 66).
CREATE TABLE event_type_resource (
  event_type_id INTEGER NOT NULL REFERENCES event_type (id),
  resource_id   INTEGER NOT NULL REFERENCES resource (id),
  group_name    TEXT NOT NULL,
  position      INTEGER NOT NULL,
  PRIMARY KEY (event_type_id, resource_id)
) STRICT;
CREATE INDEX event_type_resource_by_resource ON event_type_resource (resource_id);
