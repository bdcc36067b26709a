-- Codes from an app: one secret per account, sealed; it counts once a first code has confirmed it. The step of the last
-- code that was taken is remembered, and wrong ones are counted, so that neither is forgotten by a restart.
CREATE TABLE totp (
  account_id   INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  secret       BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  confirmed_at INTEGER,
  last_step    INTEGER NOT NULL DEFAULT 0,
  failures     INTEGER NOT NULL DEFAULT 0,
  failed_at    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_code (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  code_hash  BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, code_hash)
) STRICT;

-- A passkey is good at the address (relying party) that it was made at, and nowhere else.
CREATE TABLE passkey (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  credential_id BLOB NOT NULL UNIQUE,
  public_key    BLOB NOT NULL,
  sign_count    INTEGER NOT NULL,
  site          TEXT NOT NULL,
  name          TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  last_used_at  INTEGER
) STRICT;
CREATE INDEX passkey_by_account ON passkey (account_id);
