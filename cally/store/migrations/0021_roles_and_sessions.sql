-- Assistants work for chosen hosts and are no hosts themselves.
ALTER TABLE account ADD COLUMN kind TEXT NOT NULL DEFAULT 'host' CHECK (kind IN ('admin', 'host', 'assistant'));
UPDATE account SET kind = role;
ALTER TABLE account DROP COLUMN role;
ALTER TABLE account RENAME COLUMN kind TO role;

CREATE TABLE assistant_of (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  host_id    INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, host_id)
) STRICT;
CREATE INDEX assistant_of_by_host ON assistant_of (host_id);

-- A session has a number that may be shown, says how it was proved and when last, and may act for another host.
CREATE TABLE sign_in_session (
  id               INTEGER PRIMARY KEY,
  token_hash       BLOB NOT NULL UNIQUE,
  account_id       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at       INTEGER NOT NULL,
  last_used_at     INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  address          TEXT NOT NULL,
  device           TEXT NOT NULL,
  authenticated_at INTEGER NOT NULL,
  factors          TEXT NOT NULL DEFAULT 'password',
  acting_for_id    INTEGER REFERENCES host (id) ON DELETE SET NULL,
  acting_until     INTEGER
) STRICT;
INSERT INTO sign_in_session (id, token_hash, account_id, created_at, last_used_at, expires_at, address, device,
                             authenticated_at)
SELECT rowid, token_hash, account_id, created_at, last_used_at, expires_at, address, device, created_at
FROM session;
DROP TABLE session;
ALTER TABLE sign_in_session RENAME TO session;
CREATE INDEX session_by_account ON session (account_id);

-- One-time links and the steps of a sign-in: whose they are, and what they carry (never a secret in the clear).
DROP TABLE one_time_link;
CREATE TABLE one_time_link (
  token_hash BLOB PRIMARY KEY,
  purpose    TEXT NOT NULL,
  account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
  data       TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX one_time_link_by_account ON one_time_link (account_id, purpose);

-- For whom an act was done, where that is not who did it.
ALTER TABLE audit_entry ADD COLUMN for_id INTEGER;
