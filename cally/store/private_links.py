"""The SQL of private links: found by the hash of their code, used up one by one inside the booking's transaction."""

import msgspec

from cally.model.private_pages import PrivateLink
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO private_link (id, event_type_id, code_hash, code, name, note, guest_name, guest_email, duration_minutes,
                          most_uses, expires_at, created_at)
VALUES (:id, :event_type_id, :code_hash, :code, :name, :note, :guest_name, :guest_email, :duration_minutes,
        :most_uses, :expires_at, :created_at)
"""
BY_HASH = """
SELECT id, event_type_id, name, note, guest_name, guest_email, duration_minutes, most_uses, uses, expires_at,
       revoked_at, created_at
FROM private_link
WHERE code_hash = :code_hash
"""
BY_ID = """
SELECT id, event_type_id, name, note, guest_name, guest_email, duration_minutes, most_uses, uses, expires_at,
       revoked_at, created_at
FROM private_link
WHERE id = :id
"""
LIST = """
SELECT id, event_type_id, name, note, guest_name, guest_email, duration_minutes, most_uses, uses, expires_at,
       revoked_at, created_at
FROM private_link
WHERE event_type_id = :event_type_id
ORDER BY id DESC
"""
COUNT = """
SELECT count(*)
FROM private_link
WHERE event_type_id = :event_type_id
"""
SEALED_CODE = """
SELECT code
FROM private_link
WHERE id = :id
"""
REVOKE = """
UPDATE private_link
SET revoked_at = :now
WHERE id = :id
  AND revoked_at IS NULL
"""
COUNT_USE = """
UPDATE private_link
SET uses = uses + 1
WHERE id = :id
  AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > :now)
  AND (most_uses IS NULL OR uses < most_uses)
"""
INSERT_USE = """
INSERT INTO private_link_use (link_id, uid, used_at)
VALUES (:link_id, :uid, :now)
"""
LIST_USES = """
SELECT private_link_use.uid, private_link_use.used_at, booking.guest_name, booking.starts_at
FROM private_link_use
LEFT JOIN booking ON booking.uid = private_link_use.uid
WHERE private_link_use.link_id = :link_id
ORDER BY private_link_use.used_at, private_link_use.uid
"""


class LinkUse(msgspec.Struct, frozen=True, kw_only=True):
    """What was made through a link, when; `guest` and `starts_at` are None for a place in a waitlist."""

    uid: str
    used_at: int
    guest: str | None
    starts_at: int | None


async def insert(tx: Writer, link: PrivateLink, *, code_hash: bytes, code: bytes) -> None:
    """Store a new link; `code` is sealed."""
    fields = msgspec.structs.asdict(link)
    for unwanted in ("uses", "revoked_at"):
        del fields[unwanted]
    await tx.run(INSERT, **fields, code_hash=code_hash, code=code)


async def by_hash(db: Reader, code_hash: bytes) -> PrivateLink | None:
    """The link with this code, whether it still works or not."""
    row = await db.row(BY_HASH, code_hash=code_hash)
    return _link(row) if row else None


async def by_id(db: Reader, id: int) -> PrivateLink | None:
    """The link of that row."""
    row = await db.row(BY_ID, id=id)
    return _link(row) if row else None


async def list_of(db: Reader, event_type_id: int) -> list[PrivateLink]:
    """An event type's links, the newest first."""
    return [_link(row) for row in await db.rows(LIST, event_type_id=event_type_id)]


async def count_of(db: Reader, event_type_id: int) -> int:
    """How many links an event type has."""
    row = await db.row(COUNT, event_type_id=event_type_id)
    return int(row[0]) if row else 0


async def sealed_code(db: Reader, id: int) -> bytes:
    """The sealed code of a link that is there."""
    row = await db.row(SEALED_CODE, id=id)
    return bytes(row[0]) if row else b""


async def revoke(tx: Writer, id: int, *, now: int) -> bool:
    """End a link; False when it had been ended before."""
    return await tx.run(REVOKE, id=id, now=now) == 1


async def use(tx: Writer, id: int, *, uid: str, now: int) -> bool:
    """Count a use of a link that still has one; False, and nothing changed, when it has not."""
    if await tx.run(COUNT_USE, id=id, now=now) != 1:
        return False
    await tx.run(INSERT_USE, link_id=id, uid=uid, now=now)
    return True


async def uses_of(db: Reader, link_id: int) -> list[LinkUse]:
    """What was made through a link, oldest first."""
    rows = await db.rows(LIST_USES, link_id=link_id)
    return [LinkUse(uid=row[0], used_at=row[1], guest=row[2], starts_at=row[3]) for row in rows]


def _link(row: Row) -> PrivateLink:
    return PrivateLink(
        id=row[0],
        event_type_id=row[1],
        name=row[2],
        note=row[3],
        guest_name=row[4],
        guest_email=row[5],
        duration_minutes=row[6],
        most_uses=row[7],
        uses=row[8],
        expires_at=row[9],
        revoked_at=row[10],
        created_at=row[11],
    )
