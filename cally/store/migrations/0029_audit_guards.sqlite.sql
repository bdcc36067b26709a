-- An entry follows the last one.
CREATE TRIGGER audit_entry_insert BEFORE INSERT ON audit_entry
WHEN NEW.hash IS NULL
  OR NEW.id IS NOT 1 + COALESCE((SELECT MAX(id) FROM audit_entry), 0)
  OR NEW.previous IS NOT COALESCE((SELECT hash FROM audit_entry ORDER BY id DESC LIMIT 1), zeroblob(32))
BEGIN
  SELECT RAISE(ABORT, 'audit: an entry follows the last one');
END;

-- What is in the chain stays as it is; only what is personal may be blanked, in the name of an entry that says so.
CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry
WHEN OLD.hash IS NOT NULL
  AND NOT (NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.actor = OLD.actor AND NEW.account_id IS OLD.account_id
           AND NEW.for_id IS OLD.for_id AND NEW.tag = OLD.tag AND NEW.subject = OLD.subject
           AND NEW.previous = OLD.previous AND NEW.hash IS OLD.hash AND NEW.digest IS OLD.digest
           AND NEW.address = '' AND NEW.facts = '{}' AND NEW.salt IS NULL
           AND EXISTS (SELECT 1 FROM audit_entry AS named
                       WHERE named.id = NEW.erased_by AND named.id > OLD.id AND named.tag LIKE '%:audit:erase'))
BEGIN
  SELECT RAISE(ABORT, 'audit: what was noted stays as it is');
END;

-- Only what a checkpoint has taken over may go, the oldest first.
CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry
WHEN OLD.id > COALESCE((SELECT json_extract(facts, '$.last') FROM audit_entry
                        WHERE subject = 'audit' AND tag = 'system:audit:prune' ORDER BY id DESC LIMIT 1), 0)
BEGIN
  SELECT RAISE(ABORT, 'audit: what was noted stays');
END;
