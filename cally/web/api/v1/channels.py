"""Channels: where a host is reached beside mail; their addresses are secrets and only hinted at."""

from datetime import datetime

import msgspec

from cally.model.channels import Channel
from cally.notify import channels
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant

noun = Noun("Channels")
READ = "channels:read"
WRITE = "channels:write"


class ChannelWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`address` is any Apprise address."""

    name: str
    address: str


class ChannelShown(msgspec.Struct, frozen=True, kw_only=True):
    """A channel; `shown_address` hides what is secret in its address."""

    id: str
    name: str
    service: str
    shown_address: str
    created_at: datetime


class ChannelsShown(msgspec.Struct, frozen=True, kw_only=True):
    """A host's channels, oldest first."""

    channels: tuple[ChannelShown, ...]


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A test message was taken; `answer` is what the service said."""

    answer: str


@noun.does("GET", "/channels", scope=READ, answers={200: ChannelsShown})
async def list_channels(call: Call) -> Answer:
    """List where the host is reached."""
    found = await channels.list_channels(call.doors.store.reader, call.token_holder.account.id)
    return answer(ChannelsShown(channels=tuple(map(_shown, found))))


@noun.does("POST", "/channels", scope=WRITE, body=ChannelWanted, answers={201: ChannelShown})
async def add_channel(call: Call) -> Answer:
    """Have a host reached on another channel."""
    holder, wanted = call.token_holder, call.body
    made = await channels.add_channel(
        call.doors.store,
        call.doors.vault,
        holder.account.id,
        name=wanted.name,
        address=wanted.address,
        now=call.now,
        actor=holder.actor(),
    )
    return answer(_shown(made), 201)


@noun.does("POST", "/channels/{id}/test", scope=WRITE, answers={200: Tried}, refuses=("not_found", "channel_failed"))
async def test_channel(call: Call) -> Answer:
    """Send a few words to a channel now; 502 `channel_failed` says why it did not take them."""
    doors, host_id = call.doors, call.token_holder.account.id
    said = await channels.test_channel(
        doors.store, doors.vault, host_id, call.id(), now=call.now, allowed=doors.allowed_networks
    )
    return answer(Tried(answer=said))


@noun.does("DELETE", "/channels/{id}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def remove_channel(call: Call) -> Answer:
    """Forget a channel."""
    holder = call.token_holder
    await channels.remove_channel(call.doors.store, holder.account.id, call.id(), now=call.now, actor=holder.actor())
    return answer(None, 204)


def _shown(channel: Channel) -> ChannelShown:
    return ChannelShown(
        id=str(channel.id),
        name=channel.name,
        service=channel.service,
        shown_address=channel.shown_address,
        created_at=instant(channel.created_at),
    )
