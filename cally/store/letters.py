"""The SQL of letters: mail about accounts, with a sealed secret that is forgotten when it has left."""

import msgspec

from cally.model.ids import new_id
from cally.model.letters import Letter, LetterKind
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO letter (id, account_id, kind, address, message_id, facts, secret_sealed, expires_at, state, created_at)
VALUES (:id, :account_id, :kind, :address, :message_id, :facts, :secret_sealed, :expires_at, 'waiting', :now)
"""
BY_ID = """
SELECT id, account_id, kind, address, message_id, facts, secret_sealed, expires_at, state, attempts, answer, created_at,
       sent_at
FROM letter
WHERE id = :id
"""
LIST_OF = """
SELECT id, account_id, kind, address, message_id, facts, secret_sealed, expires_at, state, attempts, answer, created_at,
       sent_at
FROM letter
WHERE account_id = :account_id
ORDER BY id
"""
COUNT_OF = """
SELECT count(*)
FROM letter
WHERE account_id = :account_id
  AND kind = :kind
  AND created_at > :since
"""
UPDATE_ENDED = """
UPDATE letter
SET state = :state,
    attempts = attempts + :attempts,
    answer = :answer,
    secret_sealed = NULL,
    sent_at = :sent_at
WHERE id = :id
"""
UPDATE_ANSWER = """
UPDATE letter
SET attempts = attempts + :attempts,
    answer = :answer
WHERE id = :id
"""
OBSOLETE = """
UPDATE letter
SET state = 'obsolete',
    secret_sealed = NULL,
    answer = :answer
WHERE account_id = :account_id
  AND kind = :kind
  AND state = 'waiting'
"""
HURRY_WAITING = """
UPDATE job
SET due_at = :now
WHERE state = 'waiting'
  AND kind = 'letter'
  AND due_at > :now
"""
DELETE = """
DELETE FROM letter
WHERE id = :id
"""
DELETE_OLD = """
DELETE FROM letter
WHERE created_at <= :before
  AND state <> 'waiting'
"""

_facts = msgspec.json.Decoder(dict[str, str])


def next_id(now: int) -> int:
    """The number of a letter that will be stored; its secret is sealed for it before."""
    return new_id(now)


async def insert(
    tx: Writer,
    *,
    id: int,
    account_id: int | None,
    kind: LetterKind,
    address: str,
    message_id: str,
    facts: dict[str, str],
    secret_sealed: bytes | None,
    expires_at: int | None,
    now: int,
) -> None:
    """Store a letter that waits to be sent."""
    await tx.run(
        INSERT,
        id=id,
        account_id=account_id,
        kind=kind,
        address=address,
        message_id=message_id,
        facts=msgspec.json.encode(facts).decode(),
        secret_sealed=secret_sealed,
        expires_at=expires_at,
        now=now,
    )


async def by_id(db: Reader, id: int) -> Letter | None:
    """The letter of that row."""
    row = await db.row(BY_ID, id=id)
    return _letter(row) if row else None


async def list_of(db: Reader, account_id: int) -> list[Letter]:
    """Every letter about an account that is still kept, oldest first."""
    return [_letter(row) for row in await db.rows(LIST_OF, account_id=account_id)]


async def count_of(db: Reader, account_id: int, kind: LetterKind, *, since: int) -> int:
    """How many letters of a kind an account was written after `since`."""
    row = await db.row(COUNT_OF, account_id=account_id, kind=kind, since=since)
    return int(row[0]) if row else 0


async def update_sent(tx: Writer, id: int, *, answer: str, now: int) -> None:
    """Note that the mail server has taken it; the secret of its link is forgotten."""
    await tx.run(UPDATE_ENDED, id=id, state="sent", attempts=1, answer=answer, sent_at=now)


async def update_failed(tx: Writer, id: int, *, answer: str) -> None:
    """Give it up; the secret of its link is forgotten."""
    await tx.run(UPDATE_ENDED, id=id, state="failed", attempts=1, answer=answer, sent_at=None)


async def update_obsolete(tx: Writer, id: int, *, answer: str) -> None:
    """Note that it is of no use any more; the secret of its link is forgotten."""
    await tx.run(UPDATE_ENDED, id=id, state="obsolete", attempts=0, answer=answer, sent_at=None)


async def update_answer(tx: Writer, id: int, *, answer: str, counted: bool = True) -> None:
    """Note what stood in its way; it still waits. `counted=False` when it was not tried."""
    await tx.run(UPDATE_ANSWER, id=id, attempts=int(counted), answer=answer)


async def withdraw(tx: Writer, account_id: int, kind: LetterKind, *, answer: str) -> int:
    """Let no letter of a kind leave any more; how many still waited."""
    return await tx.run(OBSOLETE, account_id=account_id, kind=kind, answer=answer)


async def hurry_waiting(tx: Writer, *, now: int) -> int:
    """Make every waiting letter due now; how many were not."""
    return await tx.run(HURRY_WAITING, now=now)


async def delete(tx: Writer, id: int) -> None:
    """Remove a letter."""
    await tx.run(DELETE, id=id)


async def delete_old(tx: Writer, *, before: int) -> int:
    """Remove letters from before that instant that wait no more; how many."""
    return await tx.run(DELETE_OLD, before=before)


def _letter(row: Row) -> Letter:
    return Letter(
        id=row[0],
        account_id=row[1],
        kind=row[2],
        address=row[3],
        message_id=row[4],
        facts=_facts.decode(row[5]),
        secret_sealed=row[6],
        expires_at=row[7],
        state=row[8],
        attempts=row[9],
        answer=row[10],
        created_at=row[11],
        sent_at=row[12],
    )
