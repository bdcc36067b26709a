"""Guests who want no more reminders from a host: kept as a fingerprint of their address, asked before each is sent."""

import msgspec

from cally.model.accounts import Actor
from cally.model.erased import ERASED_EMAIL
from cally.model.messages import Message
from cally.notify.links import STOP_PURPOSE
from cally.store import Reader, Store, audit, messages, reminder_stops
from cally.vault import Vault

FINGERPRINT = "reminder stop"


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a reminder's link stops for which host, and whether that is so already."""

    host_id: int
    host_name: str
    address: str
    is_stopped: bool


async def stop_for_token(db: Reader, vault: Vault, token: str) -> Stop | None:
    """What the link of a reminder stops; None when it is forged, or its reader has been erased."""
    row = vault.verified(STOP_PURPOSE, token)
    message = await messages.by_id(db, int(row)) if row else None
    if message is None or message.address == ERASED_EMAIL:
        return None
    return Stop(
        host_id=_host_id(message),
        host_name=message.snapshot.host_name,
        address=message.address,
        is_stopped=await is_stopped(db, vault, message),
    )


async def is_stopped(db: Reader, vault: Vault, message: Message) -> bool:
    """Whether its reader wants no reminders from its host."""
    return await reminder_stops.is_stopped(
        db, host_id=_host_id(message), fingerprint=_fingerprint(vault, message.address)
    )


async def stop_reminders(store: Store, vault: Vault, stop: Stop, *, now: int, actor: Actor) -> None:
    """Send them no more; twice is no fault."""
    async with store.write() as tx:
        if await reminder_stops.insert(
            tx, host_id=stop.host_id, fingerprint=_fingerprint(vault, stop.address), now=now
        ):
            subject = f"host:{stop.host_id}"
            await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:reminders:stop", subject=subject)


async def start_again(store: Store, vault: Vault, stop: Stop, *, now: int, actor: Actor) -> None:
    """Send them reminders again."""
    async with store.write() as tx:
        if await reminder_stops.delete(tx, host_id=stop.host_id, fingerprint=_fingerprint(vault, stop.address)):
            subject = f"host:{stop.host_id}"
            await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:reminders:start", subject=subject)


def _host_id(message: Message) -> int:
    return message.snapshot.host_id or message.snapshot.booking.host_id


def _fingerprint(vault: Vault, address: str) -> bytes:
    return vault.fingerprint(FINGERPRINT, address.strip().casefold())
