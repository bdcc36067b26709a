-- What stands between an event type and its guests: a password (as accounts', Argon2id), or that only links open it.
CREATE TABLE page_access (
  event_type_id    INTEGER PRIMARY KEY REFERENCES event_type (id) ON DELETE CASCADE,
  password_hash    TEXT,
  password_version INTEGER NOT NULL DEFAULT 0,
  links_only       INTEGER NOT NULL DEFAULT 0 CHECK (links_only IN (0, 1)),
  updated_at       INTEGER NOT NULL
) STRICT;

-- A private link opens one event type; it is found by the hash of its code, the code itself is sealed.
CREATE TABLE private_link (
  id               INTEGER PRIMARY KEY,
  event_type_id    INTEGER NOT NULL REFERENCES event_type (id) ON DELETE CASCADE,
  code_hash        BLOB NOT NULL UNIQUE,
  code             BLOB NOT NULL,
  name             TEXT NOT NULL,
  note             TEXT NOT NULL DEFAULT '',
  guest_name       TEXT NOT NULL DEFAULT '',
  guest_email      TEXT NOT NULL DEFAULT '',
  duration_minutes INTEGER,
  most_uses        INTEGER CHECK (most_uses > 0),
  uses             INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0 AND (most_uses IS NULL OR uses <= most_uses)),
  expires_at       INTEGER,
  revoked_at       INTEGER,
  created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX private_link_by_event_type ON private_link (event_type_id);

-- What was made through a link: bookings and places in a waitlist, by their permanent names.
CREATE TABLE private_link_use (
  link_id INTEGER NOT NULL REFERENCES private_link (id) ON DELETE CASCADE,
  uid     TEXT NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (link_id, uid)
) STRICT;
