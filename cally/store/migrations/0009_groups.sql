-- Sessions that several guests share, each with a name of its own for the host's calendar, and who waits for a seat.

-- `sequence` rises with each change of who comes; 0 while nobody was ever told.
CREATE TABLE group_session (
  id            INTEGER PRIMARY KEY,
  uid           TEXT NOT NULL UNIQUE,
  host_id       INTEGER NOT NULL REFERENCES host (id),
  event_type_id INTEGER NOT NULL REFERENCES event_type (id),
  starts_at     INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  sequence      INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL,
  UNIQUE (host_id, event_type_id, starts_at)
) STRICT;
CREATE INDEX group_session_by_start ON group_session (host_id, starts_at);

-- First in, first offered: the order is that of the ids. `invited` entries were made by the host and never waited.
CREATE TABLE waitlist_entry (
  id            INTEGER PRIMARY KEY,
  uid           TEXT NOT NULL UNIQUE,
  host_id       INTEGER NOT NULL REFERENCES host (id),
  event_type_id INTEGER NOT NULL REFERENCES event_type (id),
  starts_at     INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  guest_name    TEXT NOT NULL,
  guest_email   TEXT NOT NULL,
  guest_tz      TEXT NOT NULL,
  guest_locale  TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'accepted', 'missed', 'left', 'over')),
  invited       INTEGER NOT NULL CHECK (invited IN (0, 1)),
  hold_uid      TEXT,
  expires_at    INTEGER,
  booking_id    INTEGER REFERENCES booking (id),
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  CHECK (state <> 'offered' OR (hold_uid IS NOT NULL AND expires_at IS NOT NULL)),
  CHECK ((state = 'accepted') = (booking_id IS NOT NULL))
) STRICT;
CREATE INDEX waitlist_entry_by_start ON waitlist_entry (state, starts_at);
CREATE INDEX waitlist_entry_by_expiry ON waitlist_entry (state, expires_at);
CREATE INDEX waitlist_entry_by_slot ON waitlist_entry (event_type_id, starts_at);
CREATE INDEX waitlist_entry_by_guest ON waitlist_entry (guest_email, state);
CREATE INDEX waitlist_entry_by_host ON waitlist_entry (host_id, starts_at);

-- What is booked with several seats already.
INSERT INTO group_session (id, uid, host_id, event_type_id, starts_at, ends_at, sequence, created_at)
SELECT MIN(occupancy.id), MIN(occupancy.uid), occupancy.owner_id, occupancy.event_type_id, occupancy.starts_at,
       MAX(occupancy.ends_at), 0, MIN(booking.created_at)
FROM occupancy
JOIN booking
  ON booking.uid = occupancy.uid
 AND booking.host_id = occupancy.owner_id
WHERE occupancy.session IS NOT NULL
GROUP BY occupancy.owner_id, occupancy.event_type_id, occupancy.starts_at;
