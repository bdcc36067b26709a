-- What a team offers, whoever set it up, in one index range.

CREATE INDEX event_type_by_team ON event_type (team_id);
