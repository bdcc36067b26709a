"""The SQL of hosts: accounts in the role of being booked, at their public address."""

import msgspec

from cally.model.hosts import Host
from cally.model.rules import Cap
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO host (id, slug, name, tz, locale, week_starts_on, about, caps, dynamic_links, created_at)
VALUES (:id, :slug, :name, :tz, :locale, :week_starts_on, :about, :caps, :dynamic_links, :now)
"""
BY_ID = """
SELECT host.id, host.slug, host.name, account.email, host.tz, host.locale, host.week_starts_on, host.about, host.caps,
       host.dynamic_links
FROM host
JOIN account
  ON account.id = host.id
WHERE host.id = :id
"""
BY_SLUG = """
SELECT host.id, host.slug, host.name, account.email, host.tz, host.locale, host.week_starts_on, host.about, host.caps,
       host.dynamic_links
FROM host
JOIN account
  ON account.id = host.id
WHERE host.slug = :slug
  AND account.verified_at IS NOT NULL
  AND account.disabled_at IS NULL
"""
IS_BOOKABLE = """
SELECT count(*)
FROM account
WHERE id = :id
  AND verified_at IS NOT NULL
  AND disabled_at IS NULL
"""
SLUG_OWNER = """
SELECT id
FROM host
WHERE slug = :slug
"""
LIST = """
SELECT host.id, host.slug, host.name, account.email, host.tz, host.locale, host.week_starts_on, host.about, host.caps,
       host.dynamic_links
FROM host
JOIN account
  ON account.id = host.id
ORDER BY host.id
"""
UPDATE = """
UPDATE host
SET slug = :slug,
    name = :name,
    tz = :tz,
    locale = :locale,
    week_starts_on = :week_starts_on,
    about = :about,
    caps = :caps,
    dynamic_links = :dynamic_links
WHERE id = :id
"""
HAS_BOOKINGS = """
SELECT EXISTS (
  SELECT 1
  FROM booking
  WHERE host_id = :id
  UNION ALL
  SELECT 1
  FROM booking_host
  WHERE host_id = :id
)
"""
DELETE_CALENDARS = """
DELETE FROM calendar
WHERE host_id = :id
"""
DELETE_CHANNELS = """
DELETE FROM channel
WHERE owner_id = :id
"""
HAND_OVER_RESOURCES = """
UPDATE resource
SET host_id = (
  SELECT MIN(host.id)
  FROM host
  JOIN account
    ON account.id = host.id
  WHERE account.role = 'admin'
    AND account.disabled_at IS NULL
    AND account.id <> :id
)
WHERE host_id = :id
"""
DELETE_NEEDS = """
DELETE FROM event_type_resource
WHERE event_type_id IN (
  SELECT id
  FROM event_type
  WHERE host_id = :id
)
"""
DELETE_HOLDS = """
DELETE FROM occupancy
WHERE kind = 'hold'
  AND event_type_id IN (
    SELECT id
    FROM event_type
    WHERE host_id = :id
  )
"""
DELETE_CLAIMS = """
DELETE FROM occupancy
WHERE owner_id = :id
"""
DELETE_EVENT_TYPES = """
DELETE FROM event_type
WHERE host_id = :id
"""
DELETE_SCHEDULES = """
DELETE FROM schedule
WHERE host_id = :id
"""
DELETE = """
DELETE FROM host
WHERE id = :id
"""

_caps = msgspec.json.Decoder(tuple[Cap, ...])


async def insert(tx: Writer, host: Host, *, now: int) -> None:
    """Store a new host beside its account; raises `Duplicate` when the slug is taken."""
    await tx.run(
        INSERT,
        id=host.id,
        slug=host.slug,
        name=host.name,
        tz=host.tz,
        locale=host.locale,
        week_starts_on=host.week_starts_on,
        about=host.about,
        caps=_json(host.caps),
        dynamic_links=int(host.dynamic_links),
        now=now,
    )


async def by_id(db: Reader, id: int) -> Host | None:
    """The host of that row, whether their account is in use or not."""
    row = await db.row(BY_ID, id=id)
    return _host(row) if row else None


async def by_slug(db: Reader, slug: str) -> Host | None:
    """The host at that public address, if their account is verified and not disabled."""
    row = await db.row(BY_SLUG, slug=slug)
    return _host(row) if row else None


async def is_bookable(db: Reader, id: int) -> bool:
    """Whether a host's account is verified and not disabled."""
    row = await db.row(IS_BOOKABLE, id=id)
    return bool(row and row[0])


async def slug_owner(db: Reader, slug: str) -> int | None:
    """The id of the host who has this slug, whether their page is public or not."""
    row = await db.row(SLUG_OWNER, slug=slug)
    return row[0] if row else None


async def list_all(db: Reader) -> list[Host]:
    """Every host, oldest first."""
    return [_host(row) for row in await db.rows(LIST)]


async def update(tx: Writer, host: Host) -> None:
    """Write everything a host may change; raises `Duplicate` when the slug is taken."""
    await tx.run(
        UPDATE,
        id=host.id,
        slug=host.slug,
        name=host.name,
        tz=host.tz,
        locale=host.locale,
        week_starts_on=host.week_starts_on,
        about=host.about,
        caps=_json(host.caps),
        dynamic_links=int(host.dynamic_links),
    )


async def has_bookings(db: Reader, id: int) -> bool:
    """Whether a host was ever booked."""
    row = await db.row(HAS_BOOKINGS, id=id)
    return bool(row and row[0])


async def delete(tx: Writer, id: int) -> None:
    """Remove a host who was never booked, with all that they set up; the foreign keys refuse it for any other.

    The resources they kept go to the oldest admin who is left, for others may need them.
    """
    belongings = (
        HAND_OVER_RESOURCES,
        DELETE_CALENDARS,
        DELETE_CHANNELS,
        DELETE_HOLDS,
        DELETE_CLAIMS,
        DELETE_NEEDS,
        DELETE_EVENT_TYPES,
        DELETE_SCHEDULES,
    )
    for statement in belongings:
        await tx.run(statement, id=id)
    await tx.run(DELETE, id=id)


def _host(row: Row) -> Host:
    return Host(
        id=row[0],
        slug=row[1],
        name=row[2],
        email=row[3],
        tz=row[4],
        locale=row[5],
        week_starts_on=row[6],
        about=row[7],
        caps=_caps.decode(row[8]),
        dynamic_links=bool(row[9]),
    )


def _json(caps: tuple[Cap, ...]) -> str:
    return msgspec.json.encode(caps).decode()
