-- Browsers that have signed in to an account before, by the hash of a secret that each of them keeps.
CREATE TABLE known_device (
  account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  secret_hash   BLOB NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL,
  PRIMARY KEY (account_id, secret_hash)
) STRICT, WITHOUT ROWID;
