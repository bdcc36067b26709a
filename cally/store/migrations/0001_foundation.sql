-- The foundation: accounts, what hosts set up, occupancy with its guard, bookings, and what they cause.

CREATE TABLE account (
  id            INTEGER PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('admin', 'host')),
  password_hash TEXT,
  verified_at   INTEGER,
  disabled_at   INTEGER,
  created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE host (
  id              INTEGER PRIMARY KEY REFERENCES account (id),
  slug            TEXT NOT NULL UNIQUE,
  name            TEXT NOT NULL,
  tz              TEXT NOT NULL,
  locale          TEXT NOT NULL,
  week_starts_on  TEXT NOT NULL CHECK (week_starts_on IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')),
  about           TEXT NOT NULL DEFAULT '',
  caps            TEXT NOT NULL DEFAULT '[]',
  created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  token_hash   BLOB PRIMARY KEY,
  account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  address      TEXT NOT NULL,
  device       TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_account ON session (account_id);

CREATE TABLE api_token (
  id           INTEGER PRIMARY KEY,
  account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  token_hash   BLOB NOT NULL UNIQUE,
  scopes       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER
) STRICT;
CREATE INDEX api_token_by_account ON api_token (account_id);

CREATE TABLE one_time_link (
  token_hash BLOB PRIMARY KEY,
  purpose    TEXT NOT NULL CHECK (purpose IN ('setup')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
  name   TEXT PRIMARY KEY,
  value  TEXT,
  sealed BLOB,
  CHECK ((value IS NULL) <> (sealed IS NULL))
) STRICT;

CREATE TABLE schedule (
  id         INTEGER PRIMARY KEY,
  host_id    INTEGER NOT NULL REFERENCES host (id),
  name       TEXT NOT NULL,
  rules      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX schedule_by_host ON schedule (host_id);

CREATE TABLE event_type (
  id          INTEGER PRIMARY KEY,
  host_id     INTEGER NOT NULL REFERENCES host (id),
  schedule_id INTEGER NOT NULL REFERENCES schedule (id),
  slug        TEXT NOT NULL,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  rules       TEXT NOT NULL,
  durations   TEXT NOT NULL,
  places      TEXT NOT NULL,
  questions   TEXT NOT NULL,
  approval    INTEGER NOT NULL CHECK (approval IN (0, 1)),
  listed      INTEGER NOT NULL CHECK (listed IN (0, 1)),
  position    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  archived_at INTEGER,
  UNIQUE (host_id, slug)
) STRICT;
CREATE INDEX event_type_by_schedule ON event_type (schedule_id);

-- Every claim on an owner's time. Claims of one `session` (an event type's instance with several seats) may share
-- their interval up to `seats`; any other two claims of one owner keep their distance. Buffers are seconds.
CREATE TABLE occupancy (
  id             INTEGER PRIMARY KEY,
  owner_id       INTEGER NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('booking', 'hold', 'block')),
  uid            TEXT NOT NULL,
  event_type_id  INTEGER REFERENCES event_type (id),
  starts_at      INTEGER NOT NULL,
  ends_at        INTEGER NOT NULL,
  buffer_before  INTEGER NOT NULL DEFAULT 0 CHECK (buffer_before >= 0),
  buffer_after   INTEGER NOT NULL DEFAULT 0 CHECK (buffer_after >= 0),
  session        TEXT,
  seats          INTEGER NOT NULL DEFAULT 1 CHECK (seats >= 1),
  seats_taken    INTEGER NOT NULL DEFAULT 1 CHECK (seats_taken >= 1),
  expires_at     INTEGER,
  CHECK (ends_at > starts_at),
  CHECK ((kind = 'hold') = (expires_at IS NOT NULL)),
  CHECK (session IS NOT NULL OR seats = 1),
  UNIQUE (owner_id, uid)
) STRICT;
CREATE INDEX occupancy_by_start ON occupancy (owner_id, starts_at);
CREATE INDEX occupancy_by_end ON occupancy (owner_id, ends_at);
CREATE INDEX occupancy_by_uid ON occupancy (uid);
CREATE INDEX occupancy_by_expiry ON occupancy (expires_at);

CREATE TABLE booking (
  id              INTEGER PRIMARY KEY,
  uid             TEXT NOT NULL UNIQUE,
  sequence        INTEGER NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('pending', 'confirmed', 'declined', 'cancelled')),
  host_id         INTEGER NOT NULL REFERENCES host (id),
  event_type_id   INTEGER NOT NULL REFERENCES event_type (id),
  starts_at       INTEGER NOT NULL,
  ends_at         INTEGER NOT NULL,
  starts_local    TEXT NOT NULL,
  tz              TEXT NOT NULL,
  tzdata_version  TEXT NOT NULL,
  guest_name      TEXT NOT NULL,
  guest_email     TEXT NOT NULL,
  guest_tz        TEXT NOT NULL,
  guest_locale    TEXT NOT NULL,
  companions      TEXT NOT NULL,
  answers         TEXT NOT NULL,
  notes           TEXT NOT NULL,
  terms           TEXT NOT NULL,
  reason          TEXT NOT NULL DEFAULT '',
  no_show         INTEGER NOT NULL DEFAULT 0 CHECK (no_show IN (0, 1)),
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX booking_by_host_start ON booking (host_id, starts_at);
CREATE INDEX booking_by_event_type_start ON booking (event_type_id, starts_at);
CREATE INDEX booking_by_guest ON booking (guest_email, starts_at);

CREATE TABLE idempotency (
  key_hash     BLOB PRIMARY KEY,
  request_hash BLOB NOT NULL,
  booking_id   INTEGER NOT NULL REFERENCES booking (id),
  created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE audit_entry (
  id         INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  account_id INTEGER,
  address    TEXT NOT NULL,
  tag        TEXT NOT NULL,
  subject    TEXT NOT NULL,
  facts      TEXT NOT NULL
) STRICT;
CREATE INDEX audit_entry_by_subject ON audit_entry (subject, id);

CREATE TABLE channel (
  id             INTEGER PRIMARY KEY,
  host_id        INTEGER NOT NULL REFERENCES host (id),
  name           TEXT NOT NULL,
  service        TEXT NOT NULL,
  shown_address  TEXT NOT NULL,
  address_sealed BLOB NOT NULL,
  created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX channel_by_host ON channel (host_id);

CREATE TABLE message (
  id              INTEGER PRIMARY KEY,
  booking_id      INTEGER NOT NULL REFERENCES booking (id),
  kind            TEXT NOT NULL CHECK (kind IN ('requested', 'confirmed', 'declined', 'rescheduled', 'cancelled')),
  sequence        INTEGER NOT NULL,
  recipient       TEXT NOT NULL CHECK (recipient IN ('guest', 'companion', 'host')),
  medium          TEXT NOT NULL CHECK (medium IN ('mail', 'channel')),
  address         TEXT NOT NULL,
  channel_id      INTEGER,
  message_id      TEXT NOT NULL UNIQUE,
  snapshot        TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'obsolete')),
  attempts        INTEGER NOT NULL DEFAULT 0,
  answer          TEXT NOT NULL DEFAULT '',
  created_at      INTEGER NOT NULL,
  sent_at         INTEGER
) STRICT;
CREATE INDEX message_by_booking ON message (booking_id);
CREATE INDEX message_by_state ON message (state, id);

-- Work due at an instant. A worker leases a row by raising `attempts`, which is also its proof of the lease.
CREATE TABLE job (
  id           INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL,
  subject      INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
  due_at       INTEGER NOT NULL,
  leased_until INTEGER,
  attempts     INTEGER NOT NULL DEFAULT 0,
  last_error   TEXT NOT NULL DEFAULT '',
  created_at   INTEGER NOT NULL,
  UNIQUE (kind, subject),
  CHECK ((state = 'running') = (leased_until IS NOT NULL))
) STRICT;
CREATE INDEX job_by_due ON job (state, due_at);
CREATE INDEX job_by_kind_due ON job (state, kind, due_at);

CREATE TABLE recurring_job (
  name        TEXT PRIMARY KEY,
  due_at      INTEGER NOT NULL,
  started_at  INTEGER,
  last_run_at INTEGER,
  last_error  TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE calendar (
  id               INTEGER PRIMARY KEY,
  host_id          INTEGER NOT NULL REFERENCES host (id),
  name             TEXT NOT NULL,
  shown_address    TEXT NOT NULL,
  address_sealed   BLOB NOT NULL,
  tz               TEXT,
  tentative_blocks INTEGER NOT NULL CHECK (tentative_blocks IN (0, 1)),
  etag             TEXT NOT NULL DEFAULT '',
  last_modified    TEXT NOT NULL DEFAULT '',
  created_at       INTEGER NOT NULL,
  last_read_at     INTEGER,
  expanded_at      INTEGER,
  next_read_at     INTEGER NOT NULL,
  failing_since    INTEGER,
  last_error       TEXT NOT NULL DEFAULT '',
  warnings         TEXT NOT NULL DEFAULT '[]',
  events           INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX calendar_by_host ON calendar (host_id);
CREATE INDEX calendar_by_next_read ON calendar (next_read_at);

-- No row is longer than a week (longer events are several rows), so that the rows of a window are one index range.
CREATE TABLE busy_time (
  calendar_id INTEGER NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,
  host_id     INTEGER NOT NULL,
  starts_at   INTEGER NOT NULL,
  ends_at     INTEGER NOT NULL,
  uid         TEXT NOT NULL,
  CHECK (ends_at > starts_at),
  CHECK (ends_at <= starts_at + 604800)
) STRICT;
CREATE INDEX busy_time_by_start ON busy_time (host_id, starts_at, ends_at);
CREATE INDEX busy_time_by_calendar ON busy_time (calendar_id, starts_at);

-- How often an owner's availability has changed, whoever changed it: what was computed for a number stays right for it.
CREATE TABLE revision (
  owner_id INTEGER PRIMARY KEY,
  number   INTEGER NOT NULL
) STRICT;
