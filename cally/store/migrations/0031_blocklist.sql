-- Who may not book: a mailbox, a mail domain or a network; everywhere, or with one host.
CREATE TABLE blocklist_entry (
  id         INTEGER PRIMARY KEY,
  host_id    INTEGER REFERENCES host (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL CHECK (kind IN ('mailbox', 'domain', 'network')),
  value      TEXT NOT NULL,
  note       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
CREATE UNIQUE INDEX blocklist_entry_by_value ON blocklist_entry (value, IFNULL(host_id, 0));
CREATE INDEX blocklist_entry_by_host ON blocklist_entry (host_id);
