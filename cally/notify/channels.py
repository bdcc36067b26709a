"""Channels: where a host or a team is told beside mail, by any Apprise address, kept sealed and shown masked."""

import re

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.channels import HOST_EVENTS, Channel, Digest
from cally.model.ids import new_id
from cally.model.messages import KINDS
from cally.model.texts import line
from cally.model.zones import zone
from cally.notify.failures import NotTaken
from cally.notify.guest_ways import phone_number
from cally.notify.services import Said, for_phone, named, named_for_guests, say
from cally.store import Reader, Store, audit, channels, event_types, hosts, teams
from cally.vault import Vault

MOST_CHANNELS = 20
MOST_EVENT_TYPES = 500
NAME_LENGTH = 60
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
TABLE, COLUMN = "channel", "address_sealed"


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is told: `events` None for all that hosts are told, `event_types` none for all of them.

    `digest_at` (`08:00`) has it told once a day instead of each at once; empty for at once.
    """

    events: tuple[str, ...] | None = None
    event_types: tuple[int, ...] = ()
    digest_at: str = ""


EVERYTHING = Wishes()


async def add_channel(
    store: Store,
    vault: Vault,
    owner_id: int,
    *,
    name: str,
    address: str,
    now: int,
    actor: Actor,
    of_team: bool = False,
    for_guests: bool = False,
    wishes: Wishes = EVERYTHING,
    tz: str = "UTC",
) -> Channel:
    """Keep a new channel of a host, or `of_team`. Who may, the door must judge; `tz` is the clock of its digest.

    Raises `invalid` naming `name`, `address` (when Apprise does not know the form, or one that is `for_guests` has no
    place for their number), `events`, `event_types` or `digest_at`.
    """
    title = line(name, "name", longest=NAME_LENGTH)
    service, shown = named_for_guests(address) if for_guests else named(address)
    if len(await channels.list_of(store.reader, owner_id)) >= MOST_CHANNELS:
        raise invalid("address", f"At most {MOST_CHANNELS} channels are possible.")
    row = new_id(now)
    channel = Channel(
        id=row,
        host_id=None if of_team else owner_id,
        team_id=owner_id if of_team else None,
        name=title,
        service=service,
        shown_address=shown,
        address_sealed=_sealed(vault, row, address),
        created_at=now,
        for_guests=for_guests,
    )
    channel = await _wished(store.reader, channel, wishes, tz=tz, now=now)
    subject = f"channel:{row}"
    async with store.write() as tx:
        await channels.insert(tx, channel)
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:channel:add", subject=subject, name=title)
    return channel


async def change_channel(
    store: Store,
    vault: Vault,
    owner_id: int,
    channel_id: int,
    *,
    now: int,
    actor: Actor,
    name: str | None = None,
    address: str = "",
    wishes: Wishes | None = None,
    tz: str = "UTC",
) -> Channel:
    """Write anew what is given; without an address the old one is kept. Raises as `add_channel`, and `not_found`."""
    known = await channel_of(store.reader, owner_id, channel_id)
    changed = known if name is None else msgspec.structs.replace(known, name=line(name, "name", longest=NAME_LENGTH))
    if address.strip():
        service, shown = named_for_guests(address) if known.for_guests else named(address)
        changed = msgspec.structs.replace(
            changed, service=service, shown_address=shown, address_sealed=_sealed(vault, known.id, address)
        )
    if wishes is not None:
        changed = await _wished(store.reader, changed, wishes, tz=tz, now=now)
    async with store.write() as tx:
        await channels.update(tx, changed)
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:channel:change",
            subject=f"channel:{channel_id}",
            name=changed.name,
            address="replaced" if address.strip() else "kept",
        )
    return changed


async def list_channels(db: Reader, owner_id: int) -> list[Channel]:
    """The channels of a host or a team, oldest first; none of them holds its address in clear."""
    return await channels.list_of(db, owner_id)


async def channel_of(db: Reader, owner_id: int, channel_id: int) -> Channel:
    """A channel of this host or team; raises `not_found`."""
    found = await channels.by_id(db, channel_id)
    if found is None or found.owner_id != owner_id:
        raise not_found("channel")
    return found


async def channel_by_id(db: Reader, channel_id: int) -> Channel | None:
    """The channel of that row; who may see it, the door must judge."""
    return await channels.by_id(db, channel_id)


async def latest_answer(db: Reader, channel_id: int) -> tuple[str, str, int] | None:
    """`(state, answer, when)` of the last message that a channel answered to."""
    return await channels.latest_answer(db, channel_id)


async def remove_channel(store: Store, owner_id: int, channel_id: int, *, now: int, actor: Actor) -> None:
    """Forget a channel; raises `not_found` when this host or team has no such one."""
    async with store.write() as tx:
        if not await channels.delete(tx, channel_id, owner_id=owner_id):
            raise not_found("channel")
        subject = f"channel:{channel_id}"
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:channel:remove", subject=subject)


async def test_channel(
    store: Store,
    vault: Vault,
    owner_id: int,
    channel_id: int,
    *,
    now: int,
    allowed: tuple[str, ...],
    phone: str = "",  # noqa: PT028 - its name begins like a test's
) -> str:
    """Send a few words to a channel at once; its answer. `allowed` as for `send`, `phone` for one that is for guests.

    Raises `not_found` when this owner has no such channel, `channel_failed` with what went wrong.
    """
    channel = await channel_of(store.reader, owner_id, channel_id)
    if channel.for_guests:
        phone = phone_number(phone, "phone")  # what is no number could change the address, which testers may not know
    text = f"If you can read this, “{channel.name}” works."
    said = Said(title="Cally: a test", body=text, short=f"Cally: {text}")
    try:
        return await send(vault, channel, said, allowed=allowed, phone=phone)
    except NotTaken as failure:
        raise CallyError("channel_failed", failure.answer) from failure


async def send(vault: Vault, channel: Channel, said: Said, *, allowed: tuple[str, ...] = (), phone: str = "") -> str:
    """Say something on a channel; its answer. Private networks are spoken to only if `allowed` lists them.

    One that is for guests speaks to `phone`. Raises `NotTaken`, permanent when its address can no longer be used.
    """
    try:
        address = vault.open(channel.address_sealed, table=TABLE, row=channel.id, column=COLUMN)
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error
    if channel.for_guests:
        if not phone:
            raise NotTaken("There is no number to send it to.", permanent=True)
        address = for_phone(address, phone)
    await say(address, said, allowed=allowed, hidden=phone if channel.for_guests else "")
    return f"{channel.service} took the message."


async def event_types_for(db: Reader, owner_id: int, *, of_team: bool) -> list[tuple[int, str]]:
    """`(row, title)` of the event types that a channel may be kept to: the owner's, and those of a host's teams."""
    found = list(await event_types.list_of(db, owner_id))
    for team in [] if of_team else await teams.list_of_host(db, owner_id):
        found += await event_types.list_of(db, team.id)
    return [(one.id, one.title) for one in found]


async def _wished(db: Reader, channel: Channel, wishes: Wishes, *, tz: str, now: int) -> Channel:
    """The channel with what it is to be told; raises `invalid`."""
    if wishes.events == () and not channel.for_guests:
        raise invalid("events", "Please choose at least one message.")
    if wishes.events is not None and not set(wishes.events) <= set(KINDS):
        raise invalid("events", "There is no such message; please choose among those that hosts are told.")
    possible = {row for row, _ in await event_types_for(db, channel.owner_id, of_team=channel.team_id is not None)}
    if len(wishes.event_types) > MOST_EVENT_TYPES or not set(wishes.event_types) <= possible:
        raise invalid("event_types", "There is no such event type of yours.")
    events = wishes.events if wishes.events is None else tuple(dict.fromkeys(wishes.events))
    return msgspec.structs.replace(
        channel,
        events=None if events is not None and set(events) == set(HOST_EVENTS) else events,
        event_types=tuple(dict.fromkeys(wishes.event_types)),
        digest=None if channel.for_guests else await _digest(db, channel, wishes.digest_at, tz, now),
    )


async def _digest(db: Reader, channel: Channel, at: str, tz: str, now: int) -> Digest | None:
    if not at.strip():
        return None
    at_local = clock_time(at, "digest_at")
    if channel.digest is not None and channel.digest.at_local == at_local:
        return channel.digest
    host = await hosts.by_id(db, channel.owner_id)
    return Digest(at_local=at_local, tz=host.tz if host is not None else zone(tz), set_at=now)


def clock_time(text: str, field: str) -> str:
    """A time of day as `HH:MM`; raises `invalid` naming the field."""
    if not CLOCK.fullmatch(text.strip()):
        raise invalid(field, "Please give a time of day, such as 08:00.")
    return text.strip()


def _sealed(vault: Vault, row: int, address: str) -> bytes:
    return vault.seal(address.strip(), table=TABLE, row=row, column=COLUMN)
