"""The chain of the audit log: how an entry is hashed, how the log grows, and how it may shrink.

`digest` is SHA-256 over `cally audit private 1\\n`, the salt and the JSON of `[address, facts]`; `hash` is SHA-256 over
`cally audit 1\\n` and the JSON of `[previous, id, at, actor, account_id, for_id, tag, subject, digest]`, with bytes in
hexadecimal. The entry before the first one has a hash of 32 zero bytes.
"""

import hashlib
import secrets
from collections.abc import Sequence

import msgspec

from cally.model.accounts import Actor
from cally.model.audit import ChainLink, Facts, Told
from cally.store.driver import Reader, Writer

BEFORE_FIRST = bytes(32)
SALT_BYTES = 16
SUBJECT = "audit"
BEGIN_TAG = "system:audit:begin"
PRUNE_TAG = "system:audit:prune"
STEP = 1_000
SYSTEM = Actor(kind="system")

HEAD = """
SELECT id, hash
FROM audit_entry
ORDER BY id DESC
LIMIT 1
"""
APPEND = """
INSERT INTO audit_entry (id, at, actor, account_id, for_id, address, tag, subject, facts, previous, hash, salt, digest)
VALUES (:id, :at, :actor, :account_id, :for_id, :address, :tag, :subject, :facts, :previous, :hash, :salt, :digest)
"""
LINKS = """
SELECT id, at, actor, account_id, for_id, address, tag, subject, facts, previous, hash, salt, digest, erased_by
FROM audit_entry
WHERE id > :after
ORDER BY id
LIMIT :limit
"""
TAKE_IN = """
UPDATE audit_entry
SET previous = :previous, hash = :hash, salt = :salt, digest = :digest
WHERE id = :id
  AND hash IS NULL
"""
HASH_AT = """
SELECT hash
FROM audit_entry
WHERE id = :id
"""
OLDEST = """
SELECT MIN(id)
FROM audit_entry
"""
OLDEST_AT = """
SELECT at
FROM audit_entry
ORDER BY id
LIMIT 1
"""
OLDER = """
SELECT id, at, hash
FROM audit_entry
ORDER BY id
LIMIT :limit
"""
DELETE_TO = """
DELETE FROM audit_entry
WHERE id <= :last
"""
GUESTS_ENTRIES = """
SELECT id
FROM audit_entry
WHERE subject = :subject
  AND actor = 'guest'
  AND erased_by IS NULL
ORDER BY id
"""
BLANK = """
UPDATE audit_entry
SET address = '', facts = '{}', salt = NULL, erased_by = :erased_by
WHERE id = :id
"""


def digest_of(salt: bytes, address: str, facts: str) -> bytes:
    """What stands in the chain for the personal part of an entry."""
    return hashlib.sha256(b"cally audit private 1\n" + salt + msgspec.json.encode([address, facts])).digest()


def hash_of(previous: bytes, told: Told, digest: bytes) -> bytes:
    """The hash of an entry that says `(id, at, actor, account_id, for_id, tag, subject)`, after the one before it."""
    text = msgspec.json.encode([previous.hex(), *told, digest.hex()])
    return hashlib.sha256(b"cally audit 1\n" + text).digest()


async def head(db: Reader) -> tuple[int, bytes]:
    """The last entry's number and hash; `(0, BEFORE_FIRST)` of an empty log."""
    row = await db.row(HEAD)
    return (row[0], row[1] or BEFORE_FIRST) if row else (0, BEFORE_FIRST)


async def append(tx: Writer, *, now: int, actor: Actor, tag: str, subject: str, facts: Facts) -> int:
    """One more entry at the end; its number. A log from before there was a chain is taken into it first."""
    row = await tx.row(HEAD)
    if row is not None and row[1] is None:
        await _take_in_all(tx, now)
        row = await tx.row(HEAD)
    last, previous = (row[0], row[1]) if row is not None else (0, BEFORE_FIRST)
    plain = {name: int(value) if isinstance(value, bool) else value for name, value in facts.items()}
    text, salt = msgspec.json.encode(plain).decode(), secrets.token_bytes(SALT_BYTES)
    digest = digest_of(salt, actor.address, text)
    told = (last + 1, now, actor.kind, actor.account_id, actor.for_id, tag, subject)
    await tx.run(
        APPEND,
        id=last + 1,
        at=now,
        actor=actor.kind,
        account_id=actor.account_id,
        for_id=actor.for_id,
        address=actor.address,
        tag=tag,
        subject=subject,
        facts=text,
        previous=previous,
        hash=hash_of(previous, told, digest),
        salt=salt,
        digest=digest,
    )
    return last + 1


async def links(db: Reader, *, after: int, limit: int = STEP) -> list[ChainLink]:
    """The entries after a number, the oldest first."""
    rows = await db.rows(LINKS, after=after, limit=limit)
    return [ChainLink(**dict(zip(ChainLink.__struct_fields__, row, strict=True))) for row in rows]


async def hash_at(db: Reader, id: int) -> bytes | None:
    """The hash of the entry of that number; None when it is not there."""
    row = await db.row(HASH_AT, id=id)
    return row[0] if row else None


async def oldest(db: Reader) -> int:
    """The number of the oldest entry that is still there; 0 of an empty log."""
    row = await db.row(OLDEST)
    return (row[0] or 0) if row else 0


async def oldest_at(db: Reader, *, default: int) -> int:
    """When the oldest entry was noted; `default` for an empty log."""
    row = await db.row(OLDEST_AT)
    return int(row[0]) if row else default


async def prune(tx: Writer, *, before: int, now: int, limit: int = 10 * STEP) -> int:
    """Remove the oldest entries from before an instant, at most `limit`; how many. The last one of all always stays.

    A checkpoint entry takes their place: it says which went, and the hash where the chain goes on.
    """
    found = await tx.rows(OLDER, limit=limit)
    last_of_all, _ = await head(tx)
    going = []
    for row in found:
        if row[1] >= before or row[2] is None or row[0] == last_of_all:
            break
        going.append(row)
    if not going:
        return 0
    first, last = going[0][0], going[-1][0]
    facts: Facts = {"first": first, "last": last, "entries": len(going), "hash": going[-1][2].hex()}
    await append(tx, now=now, actor=SYSTEM, tag=PRUNE_TAG, subject=SUBJECT, facts=facts)
    return await tx.run(DELETE_TO, last=last)


async def erase(tx: Writer, *, subjects: Sequence[str], now: int, actor: Actor) -> int:
    """Blank address and facts of what guests did with these subjects; how many entries. One entry says which."""
    ids = [row[0] for subject in subjects for row in await tx.rows(GUESTS_ENTRIES, subject=subject)]
    for start in range(0, len(ids), STEP):
        some = ids[start : start + STEP]
        facts: Facts = {"entries": " ".join(map(str, some)), "number": len(some)}
        named = await append(tx, now=now, actor=actor, tag=f"{actor.kind}:audit:erase", subject=SUBJECT, facts=facts)
        for one in some:
            await tx.run(BLANK, id=one, erased_by=named)
    return len(ids)


async def _take_in_all(tx: Writer, now: int) -> None:
    """Chain what was noted before there was a chain; an entry says how far back that goes."""
    after, previous, number = 0, BEFORE_FIRST, 0
    while found := await links(tx, after=after):
        for link in found:
            salt = secrets.token_bytes(SALT_BYTES)
            digest = digest_of(salt, link.address, link.facts)
            before, previous = previous, hash_of(previous, link.told, digest)
            await tx.run(TAKE_IN, id=link.id, previous=before, hash=previous, salt=salt, digest=digest)
            number, after = number + 1, link.id
    await append(tx, now=now, actor=SYSTEM, tag=BEGIN_TAG, subject=SUBJECT, facts={"entries": number, "last": after})
