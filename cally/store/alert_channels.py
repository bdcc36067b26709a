"""The SQL of alert channels: where admins hear that something is wrong; addresses are sealed before they come here."""

from cally.model.alerts import AlertChannel
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO alert_channel (id, name, service, shown_address, address_sealed, created_at)
VALUES (:id, :name, :service, :shown_address, :address_sealed, :created_at)
"""
LIST = """
SELECT id, name, service, shown_address, address_sealed, created_at
FROM alert_channel
ORDER BY id
"""
BY_ID = """
SELECT id, name, service, shown_address, address_sealed, created_at
FROM alert_channel
WHERE id = :id
"""
UPDATE = """
UPDATE alert_channel
SET name = :name,
    service = :service,
    shown_address = :shown_address,
    address_sealed = :address_sealed
WHERE id = :id
"""
DELETE = """
DELETE FROM alert_channel
WHERE id = :id
"""


async def insert(tx: Writer, channel: AlertChannel) -> None:
    """Store a new channel."""
    await tx.run(
        INSERT,
        id=channel.id,
        name=channel.name,
        service=channel.service,
        shown_address=channel.shown_address,
        address_sealed=channel.address_sealed,
        created_at=channel.created_at,
    )


async def list_all(db: Reader) -> list[AlertChannel]:
    """Every channel, oldest first."""
    return [_channel(row) for row in await db.rows(LIST)]


async def by_id(db: Reader, id: int) -> AlertChannel | None:
    """The channel of that row."""
    row = await db.row(BY_ID, id=id)
    return _channel(row) if row else None


async def update(tx: Writer, channel: AlertChannel) -> None:
    """Write a channel's name and address anew."""
    await tx.run(
        UPDATE,
        id=channel.id,
        name=channel.name,
        service=channel.service,
        shown_address=channel.shown_address,
        address_sealed=channel.address_sealed,
    )


async def delete(tx: Writer, id: int) -> int:
    """Remove a channel; how many there were."""
    return await tx.run(DELETE, id=id)


def _channel(row: Row) -> AlertChannel:
    return AlertChannel(
        id=row[0], name=row[1], service=row[2], shown_address=row[3], address_sealed=row[4], created_at=row[5]
    )
