-- Where people may sign in from elsewhere (OpenID Connect), and who somebody there is here: by issuer and subject alone.
CREATE TABLE identity_provider (
  id            INTEGER PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  issuer        TEXT NOT NULL UNIQUE,
  client_id     TEXT NOT NULL,
  secret_sealed BLOB,
  scopes        TEXT NOT NULL,
  domains       TEXT NOT NULL,
  takes_unknown INTEGER NOT NULL CHECK (takes_unknown IN (0, 1)),
  enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE identity (
  id           INTEGER PRIMARY KEY,
  account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  issuer       TEXT NOT NULL,
  subject      TEXT NOT NULL,
  email        TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX identity_by_account ON identity (account_id);
