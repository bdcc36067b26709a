-- Words that hosts write for a kind of message and a reader: of a host, of a team, or of one event type; empty parts and
-- languages without a row have Cally's own words.
CREATE TABLE wording (
  id            INTEGER PRIMARY KEY,
  host_id       INTEGER REFERENCES host (id) ON DELETE CASCADE,
  team_id       INTEGER REFERENCES team (id) ON DELETE CASCADE,
  event_type_id INTEGER REFERENCES event_type (id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  recipient     TEXT NOT NULL CHECK (recipient IN ('guest', 'companion', 'host')),
  locale        TEXT NOT NULL,
  subject       TEXT NOT NULL,
  body          TEXT NOT NULL,
  chat          TEXT NOT NULL,
  updated_at    INTEGER NOT NULL,
  CHECK ((host_id IS NOT NULL) + (team_id IS NOT NULL) + (event_type_id IS NOT NULL) = 1)
) STRICT;
CREATE UNIQUE INDEX wording_of_host ON wording (host_id, kind, recipient, locale) WHERE host_id IS NOT NULL;
CREATE UNIQUE INDEX wording_of_team ON wording (team_id, kind, recipient, locale) WHERE team_id IS NOT NULL;
CREATE UNIQUE INDEX wording_of_event_type ON wording (event_type_id, kind, recipient, locale)
  WHERE event_type_id IS NOT NULL;
