-- Who is asked to join a team: no member until they say yes.
CREATE TABLE team_invitation (
  team_id    INTEGER NOT NULL REFERENCES team (id),
  host_id    INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
  manages    INTEGER NOT NULL CHECK (manages IN (0, 1)),
  by_id      INTEGER REFERENCES account (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (team_id, host_id)
) STRICT;
CREATE INDEX team_invitation_by_host ON team_invitation (host_id);
CREATE INDEX team_invitation_by_asker ON team_invitation (by_id);
