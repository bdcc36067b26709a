-- How the machine was: a row of figures for each few minutes, and one for each hour that is kept far longer.
CREATE TABLE system_sample (
  kind    TEXT NOT NULL CHECK (kind IN ('minutes', 'hour')),
  at      INTEGER NOT NULL,
  seconds INTEGER NOT NULL CHECK (seconds > 0),
  figures TEXT NOT NULL,
  latency TEXT NOT NULL,
  PRIMARY KEY (kind, at)
) STRICT, WITHOUT ROWID;
