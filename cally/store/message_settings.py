"""The SQL of what hosts want of messages: reminders by default, and quiet hours."""

import msgspec

from cally.model.reminders import MessageSettings
from cally.store.driver import Reader, Writer

BY_HOST = """
SELECT settings
FROM message_settings
WHERE host_id = :host_id
"""
LIST = """
SELECT host_id, settings, updated_at
FROM message_settings
"""
PUT = """
INSERT INTO message_settings (host_id, settings, updated_at)
VALUES (:host_id, :settings, :now)
ON CONFLICT (host_id) DO UPDATE
SET settings = excluded.settings,
    updated_at = excluded.updated_at
"""

DEFAULT = MessageSettings()

_settings = msgspec.json.Decoder(MessageSettings)


async def by_host(db: Reader, host_id: int) -> MessageSettings:
    """What a host wants; the defaults while they never said."""
    row = await db.row(BY_HOST, host_id=host_id)
    return _settings.decode(row[0]) if row else DEFAULT


async def list_all(db: Reader) -> dict[int, tuple[MessageSettings, int]]:
    """By host, for those who ever said: what they want, and since when."""
    return {row[0]: (_settings.decode(row[1]), row[2]) for row in await db.rows(LIST)}


async def put(tx: Writer, host_id: int, settings: MessageSettings, *, now: int) -> None:
    """Keep this instead of whatever was there."""
    await tx.run(PUT, host_id=host_id, settings=msgspec.json.encode(settings).decode(), now=now)
