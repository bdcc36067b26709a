"""The SQL of digests: whose mail comes once a day, each day's digest on its way, and what waits for one."""

from cally.model.channels import Digest, DigestRun
from cally.store.driver import Reader, Row, Writer

PUT_MAIL = """
INSERT INTO mail_digest (host_id, digest_local, digest_set_at)
VALUES (:host_id, :digest_local, :digest_set_at)
ON CONFLICT (host_id) DO UPDATE
SET digest_local = excluded.digest_local,
    digest_set_at = excluded.digest_set_at
"""
DELETE_MAIL = """
DELETE FROM mail_digest
WHERE host_id = :host_id
"""
OF_MAIL = """
SELECT mail_digest.digest_local, host.tz, mail_digest.digest_set_at
FROM mail_digest
JOIN host
  ON host.id = mail_digest.host_id
WHERE mail_digest.host_id = :host_id
"""
LIST_MAIL = """
SELECT mail_digest.digest_local, host.tz, mail_digest.digest_set_at, mail_digest.host_id
FROM mail_digest
JOIN host
  ON host.id = mail_digest.host_id
JOIN account
  ON account.id = mail_digest.host_id
WHERE account.disabled_at IS NULL
ORDER BY mail_digest.host_id
"""
INSERT = """
INSERT INTO digest (id, way_id, told_on, state, created_at)
SELECT :id, :way_id, :told_on, 'waiting', :now
WHERE NOT EXISTS (
  SELECT 1
  FROM digest
  WHERE way_id = :way_id
    AND told_on = :told_on
)
"""
OF_DAY = """
SELECT id, way_id, told_on, state, attempts, answer, created_at
FROM digest
WHERE way_id = :way_id
  AND told_on = :told_on
"""
BY_ID = """
SELECT id, way_id, told_on, state, attempts, answer, created_at
FROM digest
WHERE id = :id
"""
LATEST = """
SELECT id, way_id, told_on, state, attempts, answer, created_at
FROM digest
WHERE way_id = :way_id
ORDER BY told_on DESC
LIMIT 1
"""
UPDATE = """
UPDATE digest
SET state = :state,
    attempts = attempts + :counted,
    answer = :answer,
    sent_at = :sent_at
WHERE id = :id
  AND state = 'waiting'
"""
HELD_FOR_CHANNEL = """
SELECT id
FROM message
WHERE state = 'waiting'
  AND channel_id = :channel_id
  AND recipient = 'host'
ORDER BY id
LIMIT :limit
"""
HELD_FOR_MAIL = """
SELECT id
FROM message
WHERE state = 'waiting'
  AND recipient = 'host'
  AND medium = 'mail'
  AND address = :address
ORDER BY id
LIMIT :limit
"""
DELETE_OLD = """
DELETE FROM digest
WHERE created_at < :before
  AND state <> 'waiting'
"""


async def put_mail(tx: Writer, host_id: int, digest: Digest) -> None:
    """A host's mail comes once a day from now on."""
    await tx.run(PUT_MAIL, host_id=host_id, digest_local=digest.at_local, digest_set_at=digest.set_at)


async def delete_mail(tx: Writer, host_id: int) -> None:
    """A host's mail comes at once again."""
    await tx.run(DELETE_MAIL, host_id=host_id)


async def of_mail(db: Reader, host_id: int) -> Digest | None:
    """When a host's mail comes, on their own clock; None: at once."""
    row = await db.row(OF_MAIL, host_id=host_id)
    return Digest(at_local=row[0], tz=row[1], set_at=row[2]) if row else None


async def list_mail(db: Reader) -> list[tuple[int, Digest]]:
    """Every host whose mail comes once a day, and when."""
    return [(row[3], Digest(at_local=row[0], tz=row[1], set_at=row[2])) for row in await db.rows(LIST_MAIL)]


async def insert(tx: Writer, *, id: int, way_id: int, told_on: str, now: int) -> bool:
    """Plan the digest of a day; False when there is one already."""
    return await tx.run(INSERT, id=id, way_id=way_id, told_on=told_on, now=now) == 1


async def of_day(db: Reader, *, way_id: int, told_on: str) -> DigestRun | None:
    """The digest of that local day."""
    row = await db.row(OF_DAY, way_id=way_id, told_on=told_on)
    return _run(row) if row else None


async def by_id(db: Reader, id: int) -> DigestRun | None:
    """The digest of that row."""
    row = await db.row(BY_ID, id=id)
    return _run(row) if row else None


async def latest(db: Reader, way_id: int) -> DigestRun | None:
    """The last digest on this way."""
    row = await db.row(LATEST, way_id=way_id)
    return _run(row) if row else None


async def update(
    tx: Writer, id: int, *, state: str, answer: str, sent_at: int | None = None, counted: bool = True
) -> None:
    """How it went; `counted` when that was an attempt."""
    await tx.run(UPDATE, id=id, state=state, answer=answer, sent_at=sent_at, counted=int(counted))


async def list_held(db: Reader, *, channel_id: int | None, address: str, limit: int) -> list[int]:
    """The messages that wait, of a channel, or of a host's mail to that address, earliest first."""
    if channel_id is not None:
        return [row[0] for row in await db.rows(HELD_FOR_CHANNEL, channel_id=channel_id, limit=limit)]
    return [row[0] for row in await db.rows(HELD_FOR_MAIL, address=address, limit=limit)]


async def delete_old(tx: Writer, *, before: int) -> int:
    """Forget digests made before an instant; how many."""
    return await tx.run(DELETE_OLD, before=before)


def _run(row: Row) -> DigestRun:
    return DigestRun(
        id=row[0], way_id=row[1], told_on=row[2], state=row[3], attempts=row[4], answer=row[5], created_at=row[6]
    )
