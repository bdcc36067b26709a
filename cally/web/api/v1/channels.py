"""Channels: where a host or a team is reached beside mail; their addresses are secrets and only hinted at."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
from cally.errors import invalid, not_found
from cally.model.channels import HOST_EVENTS, Channel
from cally.notify import channels
from cally.notify.channels import EVERYTHING, Wishes
from cally.web.api.described import Example
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.teams_found import team_in

noun = Noun("Channels")
READ = "channels:read"
WRITE = "channels:write"

Address = Annotated[
    str, msgspec.Meta(description="Any Apprise address; one `for_guests` has `{phone}` where their number belongs.")
]
Events = Annotated[
    tuple[str, ...], msgspec.Meta(description="Kinds of messages, such as `confirmed`; null for all that hosts hear.")
]
EventTypes = Annotated[tuple[str, ...], msgspec.Meta(description="Ids of event types; none for all of them.")]
DigestAt = Annotated[
    str,
    msgspec.Meta(description="`08:00` on the host's clock: told once a day instead of each at once; null for that."),
]


class ChannelWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new channel of the token's host, or of a `team` (its slug) that they manage."""

    name: str
    address: Address
    team: str | None = None
    for_guests: bool = False
    events: Events | None = None
    event_types: EventTypes = ()
    digest_at: DigestAt | None = None


class ChannelChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; everything else stays as it is, the address too."""

    name: str | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    events: Events | UnsetType | None = UNSET
    event_types: EventTypes | UnsetType = UNSET
    digest_at: DigestAt | UnsetType | None = UNSET


class ChannelsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`team` is the slug of a team that the host manages; without it the host's own channels are meant."""

    team: str | None = None


class NumberAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number to send the test to, for a channel that is for guests."""

    phone: str = ""


class ChannelShown(msgspec.Struct, frozen=True, kw_only=True):
    """A channel; `shown_address` hides what is secret in its address. `events` are all kinds that it is told of."""

    id: str
    team: str | None
    name: str
    service: str
    shown_address: str
    for_guests: bool
    events: tuple[str, ...]
    event_types: tuple[str, ...]
    digest_at: str | None
    created_at: datetime


class ChannelsShown(Page, frozen=True, kw_only=True):
    """The channels of a host or a team, oldest first."""

    channels: tuple[ChannelShown, ...]


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A test message was taken; `answer` is what the service said."""

    answer: str


@noun.does("GET", "/channels", scope=READ, query=ChannelsAsked, answers={200: ChannelsShown}, refuses=("not_found",))
async def list_channels(call: Call) -> Answer:
    """List where the host, or a team, is reached."""
    team = await team_in(call, call.query.team, to_change=True) if call.query.team is not None else None
    owner_id = team.id if team is not None else call.token_holder.account.id
    found = await channels.list_channels(call.doors.store.reader, owner_id)
    kept, more = page(found, call.query, lambda one: (one.id,))
    return answer(ChannelsShown(channels=tuple([await _shown(call, one) for one in kept]), next_cursor=more))


@noun.does(
    "POST",
    "/channels",
    scope=WRITE,
    body=ChannelWanted,
    answers={201: ChannelShown},
    refuses=("not_found",),
    example=Example(
        body={"name": "Phone", "address": "ntfys://ntfy.sh/my-topic", "events": ["requested", "cancelled"]}
    ),
)
async def add_channel(call: Call) -> Answer:
    """Have a host or a team reached on another channel."""
    holder, wanted = call.token_holder, call.body
    team = await team_in(call, wanted.team, to_change=True) if wanted.team is not None else None
    made = await channels.add_channel(
        call.doors.store,
        call.doors.vault,
        team.id if team is not None else holder.account.id,
        of_team=team is not None,
        name=wanted.name,
        address=wanted.address,
        for_guests=wanted.for_guests,
        wishes=_wishes(wanted.events, wanted.event_types, wanted.digest_at),
        now=call.now,
        actor=holder.actor(),
    )
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/channels/{made.id}"})


@noun.does("GET", "/channels/{id}", scope=READ, answers={200: ChannelShown}, refuses=("not_found",))
async def show_channel(call: Call) -> Answer:
    """Show a channel."""
    return answer(await _shown(call, await _own(call)))


@noun.does(
    "PATCH",
    "/channels/{id}",
    scope=WRITE,
    body=ChannelChanges,
    answers={200: ChannelShown},
    refuses=("not_found",),
    example=Example(body={"events": None, "digest_at": "08:00"}),
)
async def change_channel(call: Call) -> Answer:
    """Change what is given; a new address replaces the old one."""
    known, given = await _own(call), call.body
    digest_at = known.digest.at_local if known.digest is not None else None
    wishes = _wishes(
        known.events if given.events is UNSET else given.events,
        tuple(map(str, known.event_types)) if given.event_types is UNSET else given.event_types,
        digest_at if given.digest_at is UNSET else given.digest_at,
    )
    saved = await channels.change_channel(
        call.doors.store,
        call.doors.vault,
        known.owner_id,
        known.id,
        name=None if given.name is UNSET else given.name,
        address="" if given.address is UNSET else given.address,
        wishes=wishes,
        now=call.now,
        actor=call.token_holder.actor(),
    )
    return answer(await _shown(call, saved))


@noun.does(
    "POST",
    "/channels/{id}/test",
    scope=WRITE,
    query=NumberAsked,
    answers={200: Tried},
    refuses=("not_found", "channel_failed"),
)
async def test_channel(call: Call) -> Answer:
    """Send a few words to a channel now; 502 `channel_failed` says why it did not take them."""
    doors, known = call.doors, await _own(call)
    said = await channels.test_channel(
        doors.store,
        doors.vault,
        known.owner_id,
        known.id,
        now=call.now,
        allowed=doors.allowed_networks,
        phone=call.query.phone,
    )
    return answer(Tried(answer=said))


@noun.does("DELETE", "/channels/{id}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def remove_channel(call: Call) -> Answer:
    """Forget a channel."""
    known, actor = await _own(call), call.token_holder.actor()
    await channels.remove_channel(call.doors.store, known.owner_id, known.id, now=call.now, actor=actor)
    return answer(None, 204)


async def _own(call: Call) -> Channel:
    """A channel of the token's host, or of a team that they manage; raises `not_found` for every other."""
    db, account = call.doors.store.reader, call.token_holder.account
    found = await channels.channel_by_id(db, call.id())
    if found is None or found.host_id not in {account.id, None}:
        raise not_found("channel")
    if found.team_id is not None and not await hosts.manages(db, account, found.team_id):
        raise not_found("channel")
    return found


def _wishes(events: tuple[str, ...] | None, event_types: tuple[str, ...], digest_at: str | None) -> Wishes:
    if events is None and not event_types and digest_at is None:
        return EVERYTHING
    rows = tuple(int(one) if one.isascii() and one.isdigit() and len(one) < 20 else 0 for one in event_types)
    if digest_at is not None and not digest_at.strip():
        raise invalid("digest_at", "Please give a time of day, such as 08:00, or null.")
    return Wishes(events=events, event_types=rows, digest_at=digest_at or "")


async def _shown(call: Call, channel: Channel) -> ChannelShown:
    team = await hosts.team_by_id(call.doors.store.reader, channel.team_id) if channel.team_id is not None else None
    heard = () if channel.for_guests else HOST_EVENTS if channel.events is None else channel.events
    return ChannelShown(
        id=str(channel.id),
        team=team.slug if team is not None else None,
        name=channel.name,
        service=channel.service,
        shown_address=channel.shown_address,
        for_guests=channel.for_guests,
        events=heard,
        event_types=tuple(map(str, channel.event_types)),
        digest_at=channel.digest.at_local if channel.digest is not None else None,
        created_at=instant(channel.created_at),
    )
