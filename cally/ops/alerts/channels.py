"""Alert channels: where admins hear that something is wrong; they belong to the machine, not to one admin."""

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.alerts import AlertChannel
from cally.model.ids import new_id
from cally.model.texts import line
from cally.notify import services
from cally.notify.failures import NotTaken
from cally.notify.saying import short
from cally.notify.services import Said
from cally.store import Reader, Store, alert_channels, audit
from cally.vault import Vault

MOST_CHANNELS = 20
TABLE, COLUMN = "alert_channel", "address_sealed"


async def add_alert_channel(
    store: Store, vault: Vault, *, name: str, address: str, now: int, actor: Actor
) -> AlertChannel:
    """Keep a new channel. Raises `invalid` naming `name` or `address` when Apprise does not know the form."""
    title = line(name, "name", longest=60)
    service, shown = services.named(address)
    if len(await alert_channels.list_all(store.reader)) >= MOST_CHANNELS:
        raise invalid("address", f"At most {MOST_CHANNELS} channels are possible.")
    row = new_id(now)
    made = AlertChannel(
        id=row,
        name=title,
        service=service,
        shown_address=shown,
        address_sealed=vault.seal(address.strip(), table=TABLE, row=row, column=COLUMN),
        created_at=now,
    )
    async with store.write() as tx:
        await alert_channels.insert(tx, made)
        tag, subject = f"{actor.kind}:alert-channel:add", f"alert-channel:{row}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, name=title)
    return made


async def change_alert_channel(
    store: Store, vault: Vault, id: int, *, name: str, address: str, now: int, actor: Actor
) -> AlertChannel:
    """Write a channel's name anew, and its address unless that is empty. Raises as adding does, and `not_found`."""
    title = line(name, "name", longest=60)
    async with store.write() as tx:
        known = await alert_channels.by_id(tx, id)
        if known is None:
            raise not_found("channel")
        changed = msgspec.structs.replace(known, name=title)
        if address.strip():
            service, shown = services.named(address)
            sealed = vault.seal(address.strip(), table=TABLE, row=id, column=COLUMN)
            changed = msgspec.structs.replace(changed, service=service, shown_address=shown, address_sealed=sealed)
        await alert_channels.update(tx, changed)
        tag, subject = f"{actor.kind}:alert-channel:change", f"alert-channel:{id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, name=title)
    return changed


async def list_alert_channels(db: Reader) -> list[AlertChannel]:
    """Every channel, oldest first; none of them holds its address in clear."""
    return await alert_channels.list_all(db)


async def remove_alert_channel(store: Store, id: int, *, now: int, actor: Actor) -> AlertChannel:
    """Forget a channel and its address; raises `not_found`."""
    async with store.write() as tx:
        found = await alert_channels.by_id(tx, id)
        if found is None:
            raise not_found("channel")
        await alert_channels.delete(tx, id)
        tag, subject = f"{actor.kind}:alert-channel:remove", f"alert-channel:{id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, name=found.name)
    return found


async def test_alert_channel(store: Store, vault: Vault, id: int, *, where: str, allowed: tuple[str, ...]) -> str:
    """Send a few words at once; what the channel answered. `where` is the address of the page that links lead to.

    Raises `not_found`, or `channel_failed` with what went wrong.
    """
    channel = await alert_channels.by_id(store.reader, id)
    if channel is None:
        raise not_found("channel")
    body = f"If you can read this, alerts reach “{channel.name}”.\n{where}"
    try:
        return await send_to(vault, channel, "Cally: a test of alerts", body, allowed=allowed)
    except NotTaken as failure:
        raise CallyError("channel_failed", failure.answer) from failure


async def send_to(vault: Vault, channel: AlertChannel, title: str, body: str, *, allowed: tuple[str, ...]) -> str:
    """Say something on a channel; its answer. Raises `NotTaken`."""
    try:
        address = vault.open(channel.address_sealed, table=TABLE, row=channel.id, column=COLUMN)
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error
    await services.say(address, Said(title=title, body=body, short=short(title, "")), allowed=allowed)
    return f"{channel.service} took the message."
