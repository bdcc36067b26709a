-- Jobs: what a person waits for goes first (`priority`, 0 before 2), and within one priority those for whom work is done
-- (`owner`, a host or account; 0 is nobody in particular) take turns. `ready` is 1 once a job has come due, so that the
-- turns are steps of an index however many wait for a later instant. `cut_short` counts the times in a row that the
-- process ended in the middle of it.
ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;
ALTER TABLE job ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN ready INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN cut_short INTEGER NOT NULL DEFAULT 0;

UPDATE job
SET priority = 0,
    owner = COALESCE((SELECT account_id FROM letter WHERE letter.id = job.subject), 0)
WHERE kind = 'letter';

UPDATE job
SET priority = 0,
    owner = COALESCE(
      (SELECT booking.host_id
       FROM message
       JOIN booking ON booking.id = message.booking_id
       WHERE message.id = job.subject),
      0)
WHERE kind IN ('mail', 'channel');

DROP INDEX job_by_due;
CREATE INDEX job_by_due ON job (state, ready, due_at);
CREATE INDEX job_ready ON job (kind, priority, owner, due_at) WHERE state = 'waiting' AND ready = 1;

-- What was done, by kind and hour (hours since 1970), written in the transaction that ends a job; kept for two weeks.
CREATE TABLE job_hour (
  hour           INTEGER NOT NULL,
  kind           TEXT NOT NULL,
  done           INTEGER NOT NULL DEFAULT 0,
  put_off        INTEGER NOT NULL DEFAULT 0,
  given_up       INTEGER NOT NULL DEFAULT 0,
  late_seconds   INTEGER NOT NULL DEFAULT 0,
  latest_seconds INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (hour, kind)
) STRICT;
