"""The SQL of the audit log: who did what, when and from where, written in the transaction of the change itself."""

import asyncio

import msgspec

from cally.model.accounts import Actor
from cally.model.audit import AuditFilter
from cally.model.messages import AuditEntry
from cally.store import audit_chain
from cally.store.driver import Reader, Row, Writer

STRETCH = 5_000

LIST_FOR = """
SELECT id, at, actor, account_id, address, tag, subject, facts, for_id
FROM audit_entry
WHERE subject = :subject
ORDER BY id
LIMIT :limit
"""
LIST_MATCHING = """
SELECT id, at, actor, account_id, address, tag, subject, facts, for_id
FROM audit_entry
WHERE id < :before
  AND id >= :least
  AND (:actor IS NULL OR actor = :actor)
  AND (:account_id IS NULL OR account_id = :account_id OR for_id = :account_id)
  AND (:tag IS NULL OR instr(':' || tag || ':', :tag) > 0)
  AND (:subject IS NULL OR subject = :subject)
  AND (:address IS NULL OR address = :address)
  AND (:from_at IS NULL OR at >= :from_at)
  AND (:to_at IS NULL OR at < :to_at)
  AND (:text IS NULL OR instr(lower(tag || ' ' || subject || ' ' || address || ' ' || facts), :text) > 0)
ORDER BY id DESC
LIMIT :limit
"""
LIST_ABOUT_ACCOUNT = """
SELECT id, at, actor, account_id, address, tag, subject, facts, for_id
FROM audit_entry
WHERE id IN (
  SELECT id FROM audit_entry WHERE account_id = :account_id AND id < :before
  UNION SELECT id FROM audit_entry WHERE for_id = :account_id AND id < :before
  UNION SELECT id FROM audit_entry WHERE subject = :subject AND id < :before
)
ORDER BY id DESC
LIMIT :limit
"""

_facts = msgspec.json.Decoder(dict[str, str | int | None])


async def insert(tx: Writer, *, now: int, actor: Actor, tag: str, subject: str, **facts: str | int | None) -> None:
    """Note what `actor` does at `now`; `tag` is `subject:object:action`, like `guest:booking:create`.

    Entries are numbered in the order of writing, so that their order within a second is told too; each is chained to
    the one before. `subject` names the thing changed (`account:17`, a booking's uid). `facts` never hold a secret.
    """
    await audit_chain.append(tx, now=now, actor=actor, tag=tag, subject=subject, facts=facts)


async def list_for(db: Reader, subject: str, *, limit: int = 500) -> list[AuditEntry]:
    """The history of one thing, oldest first."""
    return [_entry(row) for row in await db.rows(LIST_FOR, subject=subject, limit=limit)]


async def list_latest(
    db: Reader, *, before: int | None = None, limit: int = 50, wanted: AuditFilter | None = None
) -> list[AuditEntry]:
    """What was noted and is wanted, latest first; `before` is the id of the last entry already seen.

    A long log is read in stretches, and others get their turn in between.
    """
    last, _ = await audit_chain.head(db)
    upper = last + 1 if before is None else min(before, last + 1)
    asked, found = wanted or AuditFilter(), list[AuditEntry]()
    oldest = await audit_chain.oldest(db)
    while upper > oldest and len(found) < limit:
        least = max(oldest, upper - STRETCH)
        rows = await db.rows(
            LIST_MATCHING,
            before=upper,
            least=least,
            limit=limit - len(found),
            actor=asked.actor,
            account_id=asked.account_id,
            tag=None if asked.tag is None else f":{asked.tag}:",
            subject=asked.subject,
            address=asked.address,
            from_at=asked.from_at,
            to_at=asked.to_at,
            text=None if asked.text is None else asked.text.lower(),
        )
        found.extend(_entry(row) for row in rows)
        upper = least
        await asyncio.sleep(0)
    return found


async def list_about_account(
    db: Reader, account_id: int, *, before: int | None = None, limit: int = 50
) -> list[AuditEntry]:
    """What an account did, what was done for it, and what was done to it; latest first."""
    upper = before if before is not None else (await audit_chain.head(db))[0] + 1
    rows = await db.rows(
        LIST_ABOUT_ACCOUNT, account_id=account_id, subject=f"account:{account_id}", before=upper, limit=limit
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        id=row[0],
        at=row[1],
        actor=row[2],
        account_id=row[3],
        address=row[4],
        tag=row[5],
        subject=row[6],
        facts=_facts.decode(row[7]),
        for_id=row[8],
    )
