"""The SQL of feeds: found by the hash of their secret; and of the bookings that a team's feed shows."""

from typing import Any

import msgspec

from cally.model.bookings import Booking
from cally.model.feeds import Feed
from cally.store import bookings
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO feed (id, host_id, team_id, name, color, secret_hash, secret, event_types, shows_guests, shows_cancelled,
                  past_days, future_days, created_at, updated_at)
VALUES (:id, :host_id, :team_id, :name, :color, :secret_hash, :secret, :event_types, :shows_guests, :shows_cancelled,
        :past_days, :future_days, :created_at, :updated_at)
"""
BY_ID = """
SELECT id, host_id, team_id, name, color, event_types, shows_guests, shows_cancelled, past_days, future_days,
       created_at, updated_at, rotated_at
FROM feed
WHERE id = :id
"""
BY_HASH = """
SELECT id, host_id, team_id, name, color, event_types, shows_guests, shows_cancelled, past_days, future_days,
       created_at, updated_at, rotated_at
FROM feed
WHERE secret_hash = :secret_hash
"""
LIST = """
SELECT id, host_id, team_id, name, color, event_types, shows_guests, shows_cancelled, past_days, future_days,
       created_at, updated_at, rotated_at
FROM feed
WHERE host_id = :host_id
ORDER BY id
"""
SEALED = """
SELECT secret
FROM feed
WHERE id = :id
"""
UPDATE = """
UPDATE feed
SET name = :name,
    color = :color,
    event_types = :event_types,
    shows_guests = :shows_guests,
    shows_cancelled = :shows_cancelled,
    past_days = :past_days,
    future_days = :future_days,
    updated_at = :updated_at
WHERE id = :id
"""
ROTATE = """
UPDATE feed
SET secret_hash = :secret_hash,
    secret = :secret,
    rotated_at = :now
WHERE id = :id
"""
DELETE = """
DELETE FROM feed
WHERE id = :id
"""
BOOKINGS_OF_TEAM = """
SELECT booking.id
FROM event_type
JOIN booking
  ON booking.event_type_id = event_type.id
WHERE event_type.team_id = :team_id
  AND booking.starts_at > :since
  AND booking.starts_at < :to_at
  AND booking.ends_at > :from_at
ORDER BY booking.starts_at, booking.id
LIMIT :limit
"""

_ids = msgspec.json.Decoder(tuple[int, ...])


async def insert(tx: Writer, feed: Feed, *, secret_hash: bytes, secret: bytes) -> None:
    """Store a new feed; `secret` is sealed."""
    values = _values(feed)
    await tx.run(
        INSERT,
        **values,
        host_id=feed.host_id,
        team_id=feed.team_id,
        created_at=feed.created_at,
        secret_hash=secret_hash,
        secret=secret,
    )


async def by_id(db: Reader, id: int) -> Feed | None:
    """The feed of that row."""
    row = await db.row(BY_ID, id=id)
    return _feed(row) if row else None


async def by_hash(db: Reader, secret_hash: bytes) -> Feed | None:
    """The feed with that secret."""
    row = await db.row(BY_HASH, secret_hash=secret_hash)
    return _feed(row) if row else None


async def list_of(db: Reader, host_id: int) -> list[Feed]:
    """A host's feeds, oldest first."""
    return [_feed(row) for row in await db.rows(LIST, host_id=host_id)]


async def sealed_secret(db: Reader, id: int) -> bytes:
    """The sealed secret of a feed that is there."""
    row = await db.row(SEALED, id=id)
    return bytes(row[0]) if row else b""


async def update(tx: Writer, feed: Feed) -> None:
    """Write what a feed shows."""
    await tx.run(UPDATE, **_values(feed))


async def rotate(tx: Writer, id: int, *, secret_hash: bytes, secret: bytes, now: int) -> None:
    """Give a feed another secret; the one before leads nowhere."""
    await tx.run(ROTATE, id=id, secret_hash=secret_hash, secret=secret, now=now)


async def delete(tx: Writer, id: int) -> None:
    """Remove a feed."""
    await tx.run(DELETE, id=id)


async def bookings_of_team(db: Reader, team_id: int, *, from_at: int, to_at: int, limit: int) -> list[Booking]:
    """Bookings of a team's event types that touch `[from_at, to_at)`, earliest first, whatever became of them."""
    since = from_at - bookings.LONGEST_SECONDS
    rows = await db.rows(BOOKINGS_OF_TEAM, team_id=team_id, since=since, from_at=from_at, to_at=to_at, limit=limit)
    found = [await bookings.by_id(db, row[0]) for row in rows]
    return [booking for booking in found if booking is not None]


def _values(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "name": feed.name,
        "color": feed.color,
        "event_types": msgspec.json.encode(feed.event_types).decode(),
        "shows_guests": int(feed.shows_guests),
        "shows_cancelled": int(feed.shows_cancelled),
        "past_days": feed.past_days,
        "future_days": feed.future_days,
        "updated_at": feed.updated_at,
    }


def _feed(row: Row) -> Feed:
    return Feed(
        id=row[0],
        host_id=row[1],
        team_id=row[2],
        name=row[3],
        color=row[4],
        event_types=_ids.decode(row[5]),
        shows_guests=bool(row[6]),
        shows_cancelled=bool(row[7]),
        past_days=row[8],
        future_days=row[9],
        created_at=row[10],
        updated_at=row[11],
        rotated_at=row[12],
    )
