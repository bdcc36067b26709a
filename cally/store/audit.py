"""The SQL of the audit log: who did what, when and from where, written in the transaction of the change itself."""

import msgspec

from cally.model.accounts import Actor
from cally.model.messages import AuditEntry
from cally.store.driver import Reader, Row, Writer

LATEST = 2**63 - 1

INSERT = """
INSERT INTO audit_entry (id, at, actor, account_id, for_id, address, tag, subject, facts)
SELECT COALESCE(MAX(id), 0) + 1, :at, :actor, :account_id, :for_id, :address, :tag, :subject, :facts
FROM audit_entry
"""
LIST_FOR = """
SELECT id, at, actor, account_id, address, tag, subject, facts, for_id
FROM audit_entry
WHERE subject = :subject
ORDER BY id
LIMIT :limit
"""
LIST_LATEST = """
SELECT id, at, actor, account_id, address, tag, subject, facts, for_id
FROM audit_entry
WHERE id < :before
ORDER BY id DESC
LIMIT :limit
"""

_facts = msgspec.json.Decoder(dict[str, str | int | None])


async def insert(tx: Writer, *, now: int, actor: Actor, tag: str, subject: str, **facts: str | int | None) -> None:
    """Note what `actor` does at `now`; `tag` is `subject:object:action`, like `guest:booking:create`.

    Entries are numbered in the order of writing, so that their order within a second is told too.
    `subject` names the thing changed (`account:17`, a booking's uid). `facts` never hold a secret.
    """
    await tx.run(
        INSERT,
        at=now,
        actor=actor.kind,
        account_id=actor.account_id,
        for_id=actor.for_id,
        address=actor.address,
        tag=tag,
        subject=subject,
        facts=msgspec.json.encode(facts).decode(),
    )


async def list_for(db: Reader, subject: str, *, limit: int = 500) -> list[AuditEntry]:
    """The history of one thing, oldest first."""
    return [_entry(row) for row in await db.rows(LIST_FOR, subject=subject, limit=limit)]


async def list_latest(db: Reader, *, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
    """Everything that was noted, latest first; `before` is the id of the last entry already seen."""
    rows = await db.rows(LIST_LATEST, before=LATEST if before is None else before, limit=limit)
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
