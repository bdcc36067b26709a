-- A team that is gone: its row stays for its bookings, under a slug that no address can have.

ALTER TABLE team ADD COLUMN archived_at INTEGER;
