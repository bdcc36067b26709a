-- What guests agreed to when they booked: each wording once, and who agreed to it when.
CREATE TABLE consent_text (
  hash       BLOB PRIMARY KEY,
  text       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE consent (
  id          INTEGER PRIMARY KEY,
  booking_id  INTEGER UNIQUE REFERENCES booking (id),
  waitlist_id INTEGER UNIQUE REFERENCES waitlist_entry (id),
  text_hash   BLOB NOT NULL REFERENCES consent_text (hash),
  given_at    INTEGER NOT NULL,
  CHECK ((booking_id IS NULL) <> (waitlist_id IS NULL))
) STRICT;

-- Since when a row has nothing personal in it any more.
ALTER TABLE booking ADD COLUMN erased_at INTEGER;
ALTER TABLE waitlist_entry ADD COLUMN erased_at INTEGER;
CREATE INDEX booking_by_end ON booking (ends_at, id) WHERE erased_at IS NULL;
CREATE INDEX waitlist_entry_by_end ON waitlist_entry (ends_at, id) WHERE erased_at IS NULL;

-- What was asked for a mail address and is not done yet; the address lies sealed.
CREATE TABLE guest_request (
  id             INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL CHECK (kind IN ('link', 'erasure')),
  address_sealed BLOB NOT NULL,
  created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX guest_request_by_kind ON guest_request (kind, created_at);

-- Addresses that were erased, as keyed fingerprints: so that a backup from before can be made to forget them again.
CREATE TABLE erased_address (
  fingerprint BLOB PRIMARY KEY,
  erased_at   INTEGER NOT NULL
) STRICT;
