-- What closes days from outside a schedule's own rules: the public holidays of a country, and its host's time off.

ALTER TABLE schedule ADD COLUMN follows_host INTEGER NOT NULL DEFAULT 0 CHECK (follows_host IN (0, 1));

-- `days` are laid out to the end of `last_year`, in the words of `locale`; `worked` are the names of those on which the
-- host works, whatever their date.
CREATE TABLE public_holidays (
  schedule_id INTEGER PRIMARY KEY REFERENCES schedule (id) ON DELETE CASCADE,
  country     TEXT NOT NULL,
  subdivision TEXT NOT NULL,
  worked      TEXT NOT NULL,
  days        TEXT NOT NULL,
  locale      TEXT NOT NULL,
  last_year   INTEGER NOT NULL
) STRICT;

CREATE TABLE time_off (
  id          INTEGER PRIMARY KEY,
  host_id     INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
  first_on    TEXT NOT NULL,
  last_on     TEXT NOT NULL,
  note        TEXT NOT NULL,
  delegate_id INTEGER REFERENCES host (id) ON DELETE SET NULL,
  created_at  INTEGER NOT NULL,
  CHECK (last_on >= first_on),
  CHECK (delegate_id <> host_id)
) STRICT;
CREATE INDEX time_off_by_host ON time_off (host_id, last_on);
CREATE INDEX time_off_by_delegate ON time_off (delegate_id, last_on);
CREATE INDEX time_off_by_end ON time_off (last_on);
