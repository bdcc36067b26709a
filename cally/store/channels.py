"""The SQL of channels: where hosts and teams are reached beside mail; addresses are sealed before they come here."""

import msgspec

from cally.model.channels import Channel, Digest
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO channel (id, host_id, team_id, owner_id, name, service, shown_address, address_sealed, events, event_types,
                     for_guests, digest_local, digest_tz, digest_set_at, created_at)
VALUES (:id, :host_id, :team_id, :owner_id, :name, :service, :shown_address, :address_sealed, :events, :event_types,
        :for_guests, :digest_local, :digest_tz, :digest_set_at, :created_at)
"""
BY_ID = """
SELECT id, host_id, team_id, name, service, shown_address, address_sealed, events, event_types, for_guests,
       digest_local, digest_tz, digest_set_at, created_at
FROM channel
WHERE id = :id
"""
LIST = """
SELECT id, host_id, team_id, name, service, shown_address, address_sealed, events, event_types, for_guests,
       digest_local, digest_tz, digest_set_at, created_at
FROM channel
WHERE owner_id = :owner_id
ORDER BY id
"""
LIST_NEAR = """
SELECT channel.id, channel.host_id, channel.team_id, channel.name, channel.service, channel.shown_address,
       channel.address_sealed, channel.events, channel.event_types, channel.for_guests, channel.digest_local,
       channel.digest_tz, channel.digest_set_at, channel.created_at
FROM channel
LEFT JOIN event_type
  ON event_type.id = :event_type_id
WHERE channel.owner_id IN (:host_id, event_type.team_id)
  AND NOT EXISTS (
    SELECT 1
    FROM account
    WHERE account.id = channel.host_id
      AND account.disabled_at IS NOT NULL
  )
ORDER BY channel.id
"""
LIST_WITH_DIGEST = """
SELECT id, host_id, team_id, name, service, shown_address, address_sealed, events, event_types, for_guests,
       digest_local, digest_tz, digest_set_at, created_at
FROM channel
WHERE digest_local IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM account
    WHERE account.id = channel.host_id
      AND account.disabled_at IS NOT NULL
  )
ORDER BY id
"""
LATEST_ANSWER = """
SELECT state, answer, COALESCE(sent_at, created_at)
FROM message
WHERE channel_id = :id
  AND answer <> ''
ORDER BY id DESC
LIMIT 1
"""
UPDATE = """
UPDATE channel
SET name = :name,
    service = :service,
    shown_address = :shown_address,
    address_sealed = :address_sealed,
    events = :events,
    event_types = :event_types,
    digest_local = :digest_local,
    digest_tz = :digest_tz,
    digest_set_at = :digest_set_at
WHERE id = :id
"""
DELETE = """
DELETE FROM channel
WHERE id = :id
  AND owner_id = :owner_id
"""
DELETE_OF_OWNER = """
DELETE FROM channel
WHERE owner_id = :owner_id
"""

_texts = msgspec.json.Decoder(tuple[str, ...])
_numbers = msgspec.json.Decoder(tuple[int, ...])


async def insert(tx: Writer, channel: Channel) -> None:
    """Store a new channel of a host or a team."""
    await tx.run(
        INSERT,
        id=channel.id,
        host_id=channel.host_id,
        team_id=channel.team_id,
        owner_id=channel.owner_id,
        name=channel.name,
        service=channel.service,
        shown_address=channel.shown_address,
        address_sealed=channel.address_sealed,
        events=_events(channel),
        event_types=_json(channel.event_types),
        for_guests=int(channel.for_guests),
        digest_local=channel.digest.at_local if channel.digest else None,
        digest_tz=channel.digest.tz if channel.digest else "UTC",
        digest_set_at=channel.digest.set_at if channel.digest else 0,
        created_at=channel.created_at,
    )


async def update(tx: Writer, channel: Channel) -> None:
    """Write a channel's name, address and wishes anew."""
    await tx.run(
        UPDATE,
        id=channel.id,
        name=channel.name,
        service=channel.service,
        shown_address=channel.shown_address,
        address_sealed=channel.address_sealed,
        events=_events(channel),
        event_types=_json(channel.event_types),
        digest_local=channel.digest.at_local if channel.digest else None,
        digest_tz=channel.digest.tz if channel.digest else "UTC",
        digest_set_at=channel.digest.set_at if channel.digest else 0,
    )


async def by_id(db: Reader, id: int) -> Channel | None:
    """The channel of that row, whoever's it is."""
    row = await db.row(BY_ID, id=id)
    return _channel(row) if row else None


async def list_of(db: Reader, owner_id: int) -> list[Channel]:
    """A host's or a team's channels, oldest first."""
    return [_channel(row) for row in await db.rows(LIST, owner_id=owner_id)]


async def list_near(db: Reader, *, host_id: int, event_type_id: int) -> list[Channel]:
    """The channels of a host, unless they are locked out, and those of the team that the event type belongs to."""
    return [_channel(row) for row in await db.rows(LIST_NEAR, host_id=host_id, event_type_id=event_type_id)]


async def list_with_digest(db: Reader) -> list[Channel]:
    """Every channel that is told once a day, but those of hosts who are locked out."""
    return [_channel(row) for row in await db.rows(LIST_WITH_DIGEST)]


async def latest_answer(db: Reader, id: int) -> tuple[str, str, int] | None:
    """`(state, answer, when)` of the last message of a channel that was answered."""
    row = await db.row(LATEST_ANSWER, id=id)
    return (row[0], row[1], row[2]) if row else None


async def delete(tx: Writer, id: int, *, owner_id: int) -> int:
    """Remove a channel of this owner; how many there were."""
    return await tx.run(DELETE, id=id, owner_id=owner_id)


async def delete_of_owner(tx: Writer, owner_id: int) -> int:
    """Remove all channels of a host or a team; how many there were."""
    return await tx.run(DELETE_OF_OWNER, owner_id=owner_id)


def _events(channel: Channel) -> str | None:
    return None if channel.events is None else _json(channel.events)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _channel(row: Row) -> Channel:
    return Channel(
        id=row[0],
        host_id=row[1],
        team_id=row[2],
        name=row[3],
        service=row[4],
        shown_address=row[5],
        address_sealed=row[6],
        events=None if row[7] is None else _texts.decode(row[7]),
        event_types=_numbers.decode(row[8]),
        for_guests=bool(row[9]),
        digest=None if row[10] is None else Digest(at_local=row[10], tz=row[11], set_at=row[12]),
        created_at=row[13],
    )
