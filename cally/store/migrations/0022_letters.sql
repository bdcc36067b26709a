-- Mail that is about an account and no booking. The secret of a link lies sealed for as long as it waits to be sent.
-- A letter without an account is asked for an unknown one, so that asking costs the same; nobody gets it.
CREATE TABLE letter (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER REFERENCES account (id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  address       TEXT NOT NULL,
  message_id    TEXT NOT NULL UNIQUE,
  facts         TEXT NOT NULL,
  secret_sealed BLOB,
  expires_at    INTEGER,
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'obsolete')),
  attempts      INTEGER NOT NULL DEFAULT 0,
  answer        TEXT NOT NULL DEFAULT '',
  created_at    INTEGER NOT NULL,
  sent_at       INTEGER
) STRICT;
CREATE INDEX letter_by_account ON letter (account_id, id);
CREATE INDEX letter_by_created ON letter (created_at);
