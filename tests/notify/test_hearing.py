"""Who hears on channels: what each was chosen for, a team's once for all of its members."""

import pytest

from cally import bookings, notify
from cally.bookings import Availability
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.messages import Kind, Message, Snapshot
from cally.model.rules import EventTypeRules
from cally.notify import Wishes, add_channel, change_channel, deliver, outbox
from cally.store import Store, accounts, channels, event_types, messages
from cally.vault import Vault
from tests.cast import AS_CLEO, HOUR, NOW, ada, at, booked, host, request, team_event_type
from tests.notify.conftest import PUBLIC_URL, Sink, stored
from tests.site import LOCAL

HOOK = "json://127.0.0.1:9/hook"


async def on_channels(store: Store) -> list[Message]:
    """Every message planned for a channel, earliest first."""
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=100)
    return [one for one in reversed(found) if one.medium == "channel"]


async def planned(store: Store, about: Snapshot, kind: Kind) -> int:
    """Plan a message; how many channels hear of it."""
    before = len(await on_channels(store))
    async with store.write() as tx:
        await outbox.plan(tx, about, kind, now=NOW)
    return len(await on_channels(store)) - before


async def test_a_channel_hears_what_was_chosen_for_it(store: Store, vault: Vault) -> None:
    """Of a cancellation, and of nothing else."""
    about = await stored(store)
    wishes = Wishes(events=("cancelled",))
    await add_channel(
        store, vault, about.booking.host_id, name="x", address=HOOK, now=NOW, actor=AS_CLEO, wishes=wishes
    )
    assert await planned(store, about, "confirmed") == 0
    assert await planned(store, about, "cancelled") == 1


async def test_without_a_choice_it_hears_all_that_hosts_are_told(store: Store, vault: Vault) -> None:
    """Reminders included; the word to guests after a meeting is not among it."""
    about = await stored(store)
    made = await add_channel(store, vault, about.booking.host_id, name="x", address=HOOK, now=NOW, actor=AS_CLEO)
    assert made.events is None
    assert [await planned(store, about, kind) for kind in ("requested", "rescheduled", "reminder")] == [1, 1, 1]
    assert await planned(store, about, "follow_up") == 0


async def test_a_channel_may_be_kept_to_some_event_types(store: Store, vault: Vault) -> None:
    """Another event type's bookings are not told there."""
    about = await stored(store)
    host_id = about.booking.host_id
    made = await add_channel(store, vault, host_id, name="x", address=HOOK, now=NOW, actor=AS_CLEO)
    (own,) = await event_types.list_of(store.reader, host_id)
    wishes = Wishes(event_types=(own.id,))
    await change_channel(store, vault, host_id, made.id, wishes=wishes, now=NOW, actor=AS_CLEO)
    assert await planned(store, about, "confirmed") == 1
    with pytest.raises(CallyError) as caught:
        await change_channel(store, vault, host_id, made.id, wishes=Wishes(event_types=(4711,)), now=NOW, actor=AS_CLEO)
    assert caught.value.facts["field"] == "event_types"


async def test_a_channel_is_changed_in_place(store: Store, vault: Vault, sink: Sink) -> None:
    """Its name, and its address only when a new one is given."""
    owner = await ada(store)
    made = await add_channel(store, vault, owner.id, name="Old", address=sink.address, now=NOW, actor=AS_CLEO)
    renamed = await change_channel(store, vault, owner.id, made.id, name="New", now=NOW, actor=AS_CLEO)
    assert (renamed.name, renamed.address_sealed) == ("New", made.address_sealed)
    await change_channel(store, vault, owner.id, made.id, address=HOOK, now=NOW, actor=AS_CLEO)
    with pytest.raises(CallyError):
        await notify.test_channel(store, vault, owner.id, made.id, now=NOW, allowed=LOCAL)
    assert sink.posts == []
    with pytest.raises(CallyError) as caught:
        await change_channel(store, vault, owner.id + 1, made.id, name="Mine", now=NOW, actor=AS_CLEO)
    assert caught.value.code == "not_found"


async def test_a_team_is_told_once_and_of_whom(store: Store, vault: Vault, sink: Sink) -> None:
    """Three who meet a guest together are one message to their team's channel, which names them."""
    hosts = (await host(store, "Ada Lovelace"), await host(store, "Ben Okri"), await host(store, "Dora Day"))
    rules = EventTypeRules(duration_minutes=30, assignment="collective")
    made = await team_event_type(store, hosts, rules)
    assert made.team_id is not None
    await add_channel(
        store, vault, made.team_id, of_team=True, name="Team", address=sink.address, now=NOW, actor=AS_CLEO
    )
    asked = request(at("2026-09-22 08:00"), host=f"{bookings.TEAM}support")
    booking = booked(await bookings.book(store, Availability(store), asked, now=NOW, actor=AS_CLEO))
    (message,) = await on_channels(store)
    await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=message.id, now=NOW, allowed=LOCAL)
    (post,) = sink.posts
    assert "With: Ada Lovelace, Ben Okri, Dora Day" in post["message"]
    assert "with you" not in post["message"]
    await bookings.cancel(store, booking.uid, reason="", now=NOW + HOUR, actor=Actor(kind="guest"))
    assert [one.kind for one in await on_channels(store)] == ["confirmed", "cancelled"]


async def test_a_members_own_booking_is_none_of_their_teams(store: Store, vault: Vault) -> None:
    """The team's channel hears of the team's event types alone."""
    about = await stored(store)
    members = (await host(store, "Ben Okri"), await host(store, "Dora Day"))
    made = await team_event_type(store, members, EventTypeRules(duration_minutes=30, assignment="collective"))
    assert made.team_id is not None
    await add_channel(store, vault, made.team_id, of_team=True, name="Team", address=HOOK, now=NOW, actor=AS_CLEO)
    assert await planned(store, about, "confirmed") == 0


async def test_who_is_locked_out_hears_nothing(store: Store, vault: Vault) -> None:
    """Neither at once nor once a day; let in again, they do."""
    about = await stored(store)
    host_id = about.booking.host_id
    wishes = Wishes(digest_at="08:00")
    await add_channel(store, vault, host_id, name="x", address=HOOK, now=NOW, actor=AS_CLEO, wishes=wishes)
    async with store.write() as tx:
        await accounts.update_disabled(tx, host_id, NOW)
    assert await planned(store, about, "confirmed") == 0
    assert await channels.list_with_digest(store.reader) == []
    async with store.write() as tx:
        await accounts.update_disabled(tx, host_id, None)
    assert await planned(store, about, "cancelled") == 1
    assert len(await channels.list_with_digest(store.reader)) == 1
