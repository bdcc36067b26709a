-- Programs that ask people for leave (OAuth 2), what they were given, and the secrets of that: all gone with the grant.
CREATE TABLE oauth_client (
  id            INTEGER PRIMARY KEY,
  client_id     TEXT NOT NULL UNIQUE,
  account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name          TEXT NOT NULL,
  secret_hash   BLOB,
  redirect_uris TEXT NOT NULL,
  scopes        TEXT NOT NULL,
  created_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_client_by_account ON oauth_client (account_id);

CREATE TABLE oauth_grant (
  id           INTEGER PRIMARY KEY,
  client_id    INTEGER NOT NULL REFERENCES oauth_client (id) ON DELETE CASCADE,
  account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  scopes       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX oauth_grant_by_account ON oauth_grant (account_id);
CREATE INDEX oauth_grant_by_client ON oauth_grant (client_id);

CREATE TABLE oauth_secret (
  token_hash   BLOB PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('code', 'refresh')),
  grant_id     INTEGER NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
  redirect_uri TEXT NOT NULL DEFAULT '',
  challenge    TEXT NOT NULL DEFAULT '',
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  used_at      INTEGER
) STRICT;
CREATE INDEX oauth_secret_by_grant ON oauth_secret (grant_id);

ALTER TABLE api_token ADD COLUMN grant_id INTEGER REFERENCES oauth_grant (id) ON DELETE CASCADE;
CREATE INDEX api_token_by_grant ON api_token (grant_id);
