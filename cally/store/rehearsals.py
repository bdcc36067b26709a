"""The SQL of comparing two versions of a database: what is ahead, and what was booked since an instant."""

import msgspec

from cally.store.driver import Reader

AHEAD = """
SELECT uid, status, starts_at, ends_at
FROM booking
WHERE ends_at > :now
  AND status IN ('pending', 'confirmed')
ORDER BY id
"""
BOOKED_SINCE = """
SELECT uid, guest_name, starts_at, created_at
FROM booking
WHERE created_at > :at
ORDER BY id
LIMIT :limit
"""


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """A booking that is ahead, by what its guest would notice."""

    uid: str
    status: str
    starts_at: int
    ends_at: int


class BookedSince(msgspec.Struct, frozen=True, kw_only=True):
    """A booking that going back would lose."""

    uid: str
    guest_name: str
    starts_at: int
    created_at: int


async def list_ahead(db: Reader, now: int) -> list[Ahead]:
    """Every booking that is not over and counts."""
    rows = await db.rows(AHEAD, now=now)
    return [Ahead(uid=row[0], status=row[1], starts_at=row[2], ends_at=row[3]) for row in rows]


async def list_booked_since(db: Reader, at: int, *, limit: int) -> list[BookedSince]:
    """What was booked after an instant, the earliest first."""
    rows = await db.rows(BOOKED_SINCE, at=at, limit=limit)
    return [BookedSince(uid=row[0], guest_name=row[1], starts_at=row[2], created_at=row[3]) for row in rows]
