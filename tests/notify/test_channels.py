"""Channels, spoken to through Apprise and heard by a real web server."""

import msgspec
import pytest

from cally import notify
from cally.errors import CallyError
from cally.notify import TryAgain, add_channel, deliver, list_channels, messages_of, outbox, remove_channel
from cally.store import Store, audit
from cally.vault import Vault
from tests.cast import AS_CLEO, NOW, ada
from tests.notify.conftest import PUBLIC_URL, Sink, stored
from tests.site import LOCAL


async def test_an_address_is_kept_sealed_and_shown_masked(store: Store, vault: Vault, sink: Sink) -> None:
    """The password is in neither the record nor the audit log."""
    host = await ada(store)
    made = await add_channel(store, vault, host.id, name="Hook", address=sink.address, now=NOW, actor=AS_CLEO)
    (kept,) = await list_channels(store.reader, host.id)
    assert kept == made
    assert kept.shown_address.startswith("json://ada:****@127.0.0.1")
    assert b"open-sesame" not in msgspec.json.encode([kept, await audit.list_latest(store.reader)])


@pytest.mark.parametrize("address", ["", "hello", "bogus://x", "json://", "syslog://", "dbus://", "ntfy://a\nb"])
async def test_an_address_that_cannot_be_used_is_refused(store: Store, vault: Vault, address: str) -> None:
    """Unknown ones, and those that would speak to the server's own desktop or log."""
    host = await ada(store)
    with pytest.raises(CallyError) as caught:
        await add_channel(store, vault, host.id, name="Hook", address=address, now=NOW, actor=AS_CLEO)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", "address")


async def test_a_host_hears_of_a_booking_on_a_channel(store: Store, vault: Vault, sink: Sink) -> None:
    """The same event as the mail: who, what, when in the host's zone, and where to look."""
    about = await stored(store)
    host_id = about.booking.host_id
    await add_channel(store, vault, host_id, name="Hook", address=sink.address, now=NOW, actor=AS_CLEO)
    async with store.write() as tx:
        await outbox.plan(tx, about, "confirmed", now=NOW)
    (message,) = [one for one in await messages_of(store.reader, about.booking.id) if one.medium == "channel"]
    await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=message.id, now=NOW, allowed=LOCAL)
    (post,) = sink.posts
    assert post["title"] == "Booked: Intro call with Cleo Çelik, Tue, Sep 22, 10:00 AM (Berlin)"
    assert f"{PUBLIC_URL}/app/bookings/{about.booking.uid}" in post["message"]


async def test_a_channel_that_refuses_is_tried_again(store: Store, vault: Vault, sink: Sink) -> None:
    """What Apprise says is kept, the address is not in it."""
    about = await stored(store)
    sink.status = 503
    host_id = about.booking.host_id
    await add_channel(store, vault, host_id, name="Hook", address=sink.address, now=NOW, actor=AS_CLEO)
    async with store.write() as tx:
        await outbox.plan(tx, about, "confirmed", now=NOW)
    (message,) = [one for one in await messages_of(store.reader, about.booking.id) if one.medium == "channel"]
    with pytest.raises(TryAgain, match="503"):
        await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=message.id, now=NOW, allowed=LOCAL)
    (kept,) = [one for one in await messages_of(store.reader, about.booking.id) if one.medium == "channel"]
    assert (kept.state, "open-sesame" in kept.answer) == ("waiting", False)


async def test_a_test_says_what_the_channel_answered(store: Store, vault: Vault, sink: Sink) -> None:
    """Yes in words, no as an error."""
    host = await ada(store)
    made = await add_channel(store, vault, host.id, name="Hook", address=sink.address, now=NOW, actor=AS_CLEO)
    assert await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=LOCAL) == "JSON took the message."
    sink.status = 404
    with pytest.raises(CallyError, match="404") as caught:
        await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=LOCAL)
    assert caught.value.code == "channel_failed"


async def test_mallory_cannot_touch_adas_channel(store: Store, vault: Vault, sink: Sink) -> None:
    """Another host's channel is not there."""
    host = await ada(store)
    made = await add_channel(store, vault, host.id, name="Hook", address=sink.address, now=NOW, actor=AS_CLEO)
    for act in (
        notify.test_channel(store, vault, host.id + 1, made.id, now=NOW, allowed=LOCAL),
        remove_channel(store, host.id + 1, made.id, now=NOW, actor=AS_CLEO),
    ):
        with pytest.raises(CallyError) as caught:
            await act
        assert caught.value.code == "not_found"
    assert await list_channels(store.reader, host.id) == [made]


async def test_a_removed_channel_fails_what_was_meant_for_it(store: Store, vault: Vault, sink: Sink) -> None:
    """It says why; nothing is sent."""
    about = await stored(store)
    host_id = about.booking.host_id
    made = await add_channel(store, vault, host_id, name="Hook", address=sink.address, now=NOW, actor=AS_CLEO)
    async with store.write() as tx:
        await outbox.plan(tx, about, "confirmed", now=NOW)
    await remove_channel(store, host_id, made.id, now=NOW, actor=AS_CLEO)
    (message,) = [one for one in await messages_of(store.reader, about.booking.id) if one.medium == "channel"]
    await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=message.id, now=NOW, allowed=LOCAL)
    (kept,) = [one for one in await messages_of(store.reader, about.booking.id) if one.medium == "channel"]
    assert (kept.state, kept.answer, sink.posts) == ("failed", "The channel was removed.", [])


@pytest.mark.parametrize("phone", ["", "5", "+491701234567?+X-Token=1", "../other", "x@elsewhere.example/"])
async def test_a_test_goes_to_a_number_and_nowhere_else(store: Store, vault: Vault, sink: Sink, phone: str) -> None:
    """Whoever tries a channel may not know its address, and is not to change it: neither path nor options."""
    host = await ada(store)
    address = sink.address.replace("/hook", "/{phone}")
    made = await add_channel(
        store, vault, host.id, name="SMS", address=address, for_guests=True, now=NOW, actor=AS_CLEO
    )
    with pytest.raises(CallyError) as caught:
        await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=LOCAL, phone=phone)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", "phone")
    assert sink.posts == []
    await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=LOCAL, phone="+49 170 1234567")
    assert len(sink.posts) == 1
