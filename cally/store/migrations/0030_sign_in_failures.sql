-- Failed sign-ins that count against the next ones: by network and account, network alone, account alone, known device.
-- The key is a hash, for what was typed as an address may be a password in the wrong field.
CREATE TABLE sign_in_failure (
  id         INTEGER PRIMARY KEY,
  key_hash   BLOB NOT NULL UNIQUE,
  kind       TEXT NOT NULL CHECK (kind IN ('pair', 'network', 'account', 'device')),
  network    TEXT NOT NULL,
  account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
  count      INTEGER NOT NULL,
  last_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failure_by_last_at ON sign_in_failure (last_at);
CREATE INDEX sign_in_failure_by_account ON sign_in_failure (account_id);
