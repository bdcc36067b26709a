-- Each entry of the audit log keeps the hash of the one before it and its own. What is personal (address, facts) goes
-- into it as a salted digest, so that it can be erased, visibly, while the chain still holds.
ALTER TABLE audit_entry ADD COLUMN previous BLOB;
ALTER TABLE audit_entry ADD COLUMN hash BLOB;
ALTER TABLE audit_entry ADD COLUMN salt BLOB;
ALTER TABLE audit_entry ADD COLUMN digest BLOB;
ALTER TABLE audit_entry ADD COLUMN erased_by INTEGER;
CREATE INDEX audit_entry_by_account ON audit_entry (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX audit_entry_by_host ON audit_entry (for_id, id) WHERE for_id IS NOT NULL;
