"""The SQL of channels: where hosts are reached beside mail; addresses are sealed before they come here."""

from cally.model.messages import Channel
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO channel (id, host_id, name, service, shown_address, address_sealed, created_at)
VALUES (:id, :host_id, :name, :service, :shown_address, :address_sealed, :created_at)
"""
BY_ID = """
SELECT id, host_id, name, service, shown_address, address_sealed, created_at
FROM channel
WHERE id = :id
"""
LIST = """
SELECT id, host_id, name, service, shown_address, address_sealed, created_at
FROM channel
WHERE host_id = :host_id
ORDER BY id
"""
DELETE = """
DELETE FROM channel
WHERE id = :id
  AND host_id = :host_id
"""


async def insert(tx: Writer, channel: Channel) -> None:
    """Store a new channel of a host."""
    await tx.run(
        INSERT,
        id=channel.id,
        host_id=channel.host_id,
        name=channel.name,
        service=channel.service,
        shown_address=channel.shown_address,
        address_sealed=channel.address_sealed,
        created_at=channel.created_at,
    )


async def by_id(db: Reader, id: int) -> Channel | None:
    """The channel of that row, whoever's it is."""
    row = await db.row(BY_ID, id=id)
    return _channel(row) if row else None


async def list_of(db: Reader, host_id: int) -> list[Channel]:
    """A host's channels, oldest first."""
    return [_channel(row) for row in await db.rows(LIST, host_id=host_id)]


async def delete(tx: Writer, id: int, *, host_id: int) -> int:
    """Remove a channel of this host; how many there were."""
    return await tx.run(DELETE, id=id, host_id=host_id)


def _channel(row: Row) -> Channel:
    return Channel(
        id=row[0],
        host_id=row[1],
        name=row[2],
        service=row[3],
        shown_address=row[4],
        address_sealed=row[5],
        created_at=row[6],
    )
