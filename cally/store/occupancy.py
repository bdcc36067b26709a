"""Claims on an owner's time: the one table whose guard refuses two at once (M1)."""

from typing import Literal, NamedTuple

from cally.store.driver import Reader, Writer

ClaimKind = Literal["booking", "hold", "block"]


class ClaimRow(NamedTuple):
    """One claim as it is stored; instants are epoch seconds, buffers are seconds."""

    kind: ClaimKind
    uid: str
    event_type_id: int | None
    starts_at: int
    ends_at: int
    buffer_before: int
    buffer_after: int
    seats_taken: int
    expires_at: int | None
    session: str | None


INSERT = """
INSERT INTO occupancy (id, owner_id, kind, uid, event_type_id, starts_at, ends_at, buffer_before, buffer_after,
                       session, seats, seats_taken, expires_at)
VALUES (:id, :owner_id, :kind, :uid, :event_type_id, :starts_at, :ends_at, :buffer_before, :buffer_after,
        :session, :seats, :seats_taken, :expires_at)
"""
MOVE = """
UPDATE occupancy
SET starts_at = :starts_at,
    ends_at = :ends_at,
    session = :session,
    seats = :seats
WHERE uid = :uid
"""
DELETE = """
DELETE FROM occupancy
WHERE uid = :uid
"""
DELETE_HOLD = """
DELETE FROM occupancy
WHERE uid = :uid
  AND kind = 'hold'
"""
DELETE_EXPIRED = """
DELETE FROM occupancy
WHERE expires_at <= :now
"""
BETWEEN = """
SELECT kind, uid, event_type_id, starts_at, ends_at, buffer_before, buffer_after, seats_taken, expires_at, session
FROM occupancy
WHERE owner_id = :owner_id
  AND starts_at < :to_at
  AND starts_at >= (
    SELECT COALESCE(MAX(starts_at), :from_at)
    FROM occupancy
    WHERE owner_id = :owner_id
      AND starts_at <= :from_at
  )
ORDER BY starts_at
"""
NEXT = """
SELECT kind, uid, event_type_id, starts_at, ends_at, buffer_before, buffer_after, seats_taken, expires_at, session
FROM occupancy
WHERE owner_id = :owner_id
  AND starts_at >= :from_at
ORDER BY starts_at
LIMIT 1
"""
BESIDE = """
SELECT DISTINCT beside.owner_id
FROM occupancy AS own
JOIN occupancy AS beside
  ON beside.uid = own.uid
WHERE own.owner_id = :owner_id
  AND own.session = :session
  AND beside.owner_id <> :owner_id
"""
HOLD = """
SELECT uid, owner_id, event_type_id, starts_at, ends_at, expires_at
FROM occupancy
WHERE uid = :uid
  AND kind = 'hold'
"""
REVISION = """
SELECT number
FROM revision
WHERE owner_id = :owner_id
"""
OVERLAPS = """
SELECT a.uid, b.uid
FROM occupancy AS a
JOIN occupancy AS b
  ON b.owner_id = a.owner_id
 AND b.id > a.id
 AND a.starts_at < b.ends_at
 AND b.starts_at < a.ends_at
 AND (a.session IS NULL OR b.session IS NULL OR a.session <> b.session)
"""


async def insert(
    tx: Writer,
    *,
    id: int,
    owner_id: int,
    kind: ClaimKind,
    uid: str,
    event_type_id: int | None,
    starts_at: int,
    ends_at: int,
    buffer_before: int,
    buffer_after: int,
    session: str | None,
    seats: int,
    seats_taken: int = 1,
    expires_at: int | None = None,
) -> None:
    """Claim a stretch of an owner's time; raises `Overlap` when the guard refuses."""
    await tx.run(
        INSERT,
        id=id,
        owner_id=owner_id,
        kind=kind,
        uid=uid,
        event_type_id=event_type_id,
        starts_at=starts_at,
        ends_at=ends_at,
        buffer_before=buffer_before,
        buffer_after=buffer_after,
        session=session,
        seats=seats,
        seats_taken=seats_taken,
        expires_at=expires_at,
    )


async def update_interval(
    tx: Writer, uid: str, *, starts_at: int, ends_at: int, session: str | None, seats: int
) -> None:
    """Swap a claim to another interval in one step (rule 55); raises `Overlap`, the old interval then stands."""
    await tx.run(MOVE, uid=uid, starts_at=starts_at, ends_at=ends_at, session=session, seats=seats)


async def delete(tx: Writer, uid: str) -> int:
    """Give up the claims of a booking or hold."""
    return await tx.run(DELETE, uid=uid)


async def delete_hold(tx: Writer, uid: str) -> int:
    """Give up a hold; a booking of that uid is not touched."""
    return await tx.run(DELETE_HOLD, uid=uid)


async def delete_expired(tx: Writer, now: int) -> int:
    """Remove every hold that has run out, so that what the table holds is what is claimed."""
    return await tx.run(DELETE_EXPIRED, now=now)


async def list_between(db: Reader, owner_id: int, from_at: int, to_at: int) -> list[ClaimRow]:
    """Claims that touch `[from_at, to_at)`, and perhaps one before; two index ranges, whatever the table's size.

    Claims of an owner do not overlap, so only the last one that starts before `from_at` can reach into the range.
    """
    rows = await db.rows(BETWEEN, owner_id=owner_id, from_at=from_at, to_at=to_at)
    return [ClaimRow(*row) for row in rows]


async def list_around(db: Reader, owner_id: int, from_at: int, to_at: int) -> list[ClaimRow]:
    """Claims that touch `[from_at, to_at)` and the nearest on either side: all that can clash with one made there.

    A claim further away cannot: the nearest one keeps its distance from it, buffers included.
    """
    rows = await db.rows(BETWEEN, owner_id=owner_id, from_at=from_at, to_at=to_at)
    rows += await db.rows(NEXT, owner_id=owner_id, from_at=to_at)
    return [ClaimRow(*row) for row in rows]


async def list_beside(db: Reader, owner_id: int, session: str) -> frozenset[int]:
    """Whose time is claimed together with a session of this owner: other hosts, and resources."""
    return frozenset(row[0] for row in await db.rows(BESIDE, owner_id=owner_id, session=session))


async def hold_by_uid(db: Reader, uid: str) -> tuple[str, int, int, int, int, int] | None:
    """`(uid, owner_id, event_type_id, starts_at, ends_at, expires_at)` of a hold, expired or not."""
    row = await db.row(HOLD, uid=uid)
    return (row[0], row[1], row[2], row[3], row[4], row[5]) if row else None


async def revision(db: Reader, owner_id: int) -> int:
    """How often the owner's availability has changed; equal numbers mean equal answers."""
    row = await db.row(REVISION, owner_id=owner_id)
    return int(row[0]) if row else 0


async def list_overlaps(db: Reader) -> list[tuple[str, str]]:
    """Pairs of claims that share time against the rule; always empty unless the guard was taken out."""
    return [(row[0], row[1]) for row in await db.rows(OVERLAPS)]
