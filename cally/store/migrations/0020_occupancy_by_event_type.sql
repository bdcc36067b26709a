-- What is ahead of one event type, in one index range: how many seats of it are taken is asked when they are changed.

CREATE INDEX occupancy_by_event_type ON occupancy (event_type_id, ends_at);
