"""A guest chooses how to be reminded, among what the host allows, with a number of their own (X10)."""

from typing import Any

import httpx2
import msgspec
import pytest

from cally import notify
from cally.bookings.erasing import erase_guest
from cally.bookings.guest_data import data_of_address
from cally.bookings.reminding import plan_reminders
from cally.errors import CallyError
from cally.model.channels import Channel, GuestReminder
from cally.model.messages import Message
from cally.notify import TryAgain, Wishes, add_channel, chosen_way, deliver, phone_number
from cally.store import Store, erased_file, event_types, guest_reminders, messages
from cally.vault import Vault
from tests.cast import AS_CLEO, NOW, ada, at
from tests.notify.conftest import PUBLIC_URL, MailServer, Sink, mail_server, sink
from tests.site import LOCAL
from tests.web.guests import booked, filled, look, send, words

__all__ = ["mail_server", "sink"]

START = at("2026-09-22 08:00")
SLOT = "2026-09-22T08:00:00Z"
NUMBER = "+491701234567"


async def sms(store: Store, vault: Vault, sink: Sink, **more: Any) -> Channel:
    """Ada lets guests choose to be reminded by “SMS”."""
    owner = await ada(store)
    port = sink.server.server_address[1]
    return await add_channel(
        store,
        vault,
        owner.id,
        name="SMS",
        address=f"json://ada:open-sesame-123@127.0.0.1:{port}/{{phone}}",
        for_guests=True,
        now=NOW,
        actor=AS_CLEO,
        **more,
    )


async def wanted(store: Store, address: str) -> GuestReminder | None:
    """What is kept about how the only guest is to be reminded."""
    assert address
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=1)
    booking_id = found[0].booking_id
    assert booking_id is not None
    return await guest_reminders.of_booking(store.reader, booking_id)


async def reminder(store: Store) -> Message:
    """The reminder of the guest, when it has been planned."""
    await plan_reminders(store, START - 24 * 3_600 - 1_800)
    found = await messages.list_latest(store.reader, host_id=None, state="waiting", before=None, limit=50)
    (kept,) = [one for one in found if (one.kind, one.recipient) == ("reminder", "guest")]
    return kept


async def test_without_a_way_the_form_asks_nothing(client: httpx2.AsyncClient, store: Store):
    """Mail is what everybody gets."""
    await ada(store)
    assert "Remind me by" not in words(await look(client, f"/ada/intro?slot={SLOT}"))


async def test_a_guest_is_reminded_on_the_way_they_chose(
    client: httpx2.AsyncClient, store: Store, vault: Vault, sink: Sink
):
    """One sentence with their link, to their number in normal form; nothing of it by mail."""
    way = await sms(store, vault, sink)
    ticket = await booked(client, SLOT, reminder=str(way.id), reminder_phone=" +49 (170) 123-4567 ")
    assert await wanted(store, ticket) == GuestReminder(channel_id=way.id, phone=NUMBER)
    kept = await reminder(store)
    assert (kept.medium, kept.address, kept.channel_id) == ("channel", NUMBER, way.id)
    due = kept.due_at or 0
    await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=kept.id, now=due, allowed=LOCAL)
    (post,) = sink.posts
    assert (post["title"], len(post["message"]) <= 320) == ("", True)
    assert f"{PUBLIC_URL}/b/" in post["message"]
    assert "\n" not in post["message"].strip()


@pytest.mark.parametrize(
    "number", ["", "0170 1234567", "+0170123456", "+49 12", "+1 555 765 4321 123456789", "json://x"]
)
async def test_a_number_that_is_none_is_refused(
    client: httpx2.AsyncClient, store: Store, vault: Vault, sink: Sink, number: str
):
    """It stays in the field, with a sentence beside it; nothing is booked."""
    way = await sms(store, vault, sink)
    form = await filled(client, SLOT, reminder=str(way.id), reminder_phone=number)
    answer = await send(client, "/ada/intro", form)
    assert answer.status_code == 422
    assert "Please give the number with its country" in words(answer)
    assert await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=1) == []


async def test_a_guest_can_choose_no_other_channel(client: httpx2.AsyncClient, store: Store, vault: Vault, sink: Sink):
    """Neither the host's own, nor one that is for other event types, nor an address."""
    way = await sms(store, vault, sink)
    own = await add_channel(store, vault, way.owner_id, name="Own", address=sink.address, now=NOW, actor=AS_CLEO)
    for choice in (str(own.id), "4711", "json://127.0.0.1/x"):
        form = await filled(client, SLOT, reminder=choice, reminder_phone=NUMBER)
        answer = await send(client, "/ada/intro", form)
        assert answer.status_code == 422, choice
        assert "Please choose one of the ways on offer." in words(answer)


async def test_a_way_is_offered_where_the_host_allows_it(store: Store, vault: Vault, sink: Sink):
    """For the event types that it was kept to."""
    way = await sms(store, vault, sink)
    (intro,) = await event_types.list_of(store.reader, way.owner_id)
    other = intro.id + 1
    await notify.change_channel(
        store, vault, way.owner_id, way.id, wishes=Wishes(event_types=(intro.id,)), now=NOW, actor=AS_CLEO
    )
    assert await chosen_way(store.reader, intro, str(way.id), NUMBER) is not None
    with pytest.raises(CallyError):
        await chosen_way(store.reader, msgspec.structs.replace(intro, id=other), str(way.id), NUMBER)


async def test_what_a_way_does_not_take_comes_by_mail(
    client: httpx2.AsyncClient, store: Store, vault: Vault, sink: Sink, mail_server: MailServer
):
    """Nobody misses a meeting because a number was wrong or the host took the way back."""
    way = await sms(store, vault, sink)
    await booked(client, SLOT, reminder=str(way.id), reminder_phone=NUMBER)
    kept = await reminder(store)
    await notify.remove_channel(store, way.owner_id, way.id, now=NOW, actor=AS_CLEO)
    now = (kept.due_at or 0) + 60
    await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=kept.id, now=now, allowed=LOCAL)
    found = await messages.list_latest(store.reader, host_id=None, state="waiting", before=None, limit=50)
    (instead,) = [one for one in found if (one.kind, one.recipient) == ("reminder", "guest")]
    assert (instead.medium, instead.address) == ("mail", "cleo@example.org")
    mail = mail_server.settings
    await deliver(store, vault, mail=mail, public_url=PUBLIC_URL, message_id=instead.id, now=now + 60)
    (sent,) = mail_server.postbox.mails
    assert sent["To"] == "Cleo Çelik <cleo@example.org>"


async def test_a_way_into_a_private_network_is_closed_like_every_channel(
    client: httpx2.AsyncClient, store: Store, vault: Vault, sink: Sink
):
    """And the answer names neither the address nor the guest's number."""
    way = await sms(store, vault, sink)
    await booked(client, SLOT, reminder=str(way.id), reminder_phone=NUMBER)
    kept = await reminder(store)
    with pytest.raises(TryAgain, match="private network") as caught:
        await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=kept.id, now=kept.due_at or 0)
    assert sink.posts == []
    assert NUMBER not in caught.value.reason


async def test_a_refusal_keeps_the_number_to_itself(client: httpx2.AsyncClient, store: Store, vault: Vault, sink: Sink):
    """What a service answers is shown to hosts; it is cleared of number and secret."""
    way = await sms(store, vault, sink)
    await booked(client, SLOT, reminder=str(way.id), reminder_phone=NUMBER)
    kept = await reminder(store)
    sink.status = 500
    with pytest.raises(TryAgain) as caught:
        await deliver(
            store, vault, mail=None, public_url=PUBLIC_URL, message_id=kept.id, now=kept.due_at or 0, allowed=LOCAL
        )
    assert NUMBER.removeprefix("+") not in caught.value.reason
    assert "open-sesame" not in caught.value.reason


async def test_an_erased_guest_leaves_no_number(
    client: httpx2.AsyncClient, store: Store, vault: Vault, sink: Sink, tmp_path: Any
):
    """While it is kept they can see it; afterwards it is nowhere."""
    way = await sms(store, vault, sink)
    await booked(client, SLOT, reminder=str(way.id), reminder_phone=NUMBER)
    await reminder(store)
    kept = await data_of_address(store.reader, "cleo@example.org", now=NOW)
    assert kept.bookings[0].reminder_phone == NUMBER
    remembered = erased_file.ErasedFile(tmp_path)
    after = START + 86_400
    await erase_guest(store, vault, remembered, "cleo@example.org", mail=False, now=after, actor=AS_CLEO)
    rows = await store.reader.rows("SELECT phone FROM guest_reminder UNION ALL SELECT address FROM message")
    assert NUMBER not in {row[0] for row in rows}


@pytest.mark.parametrize("text", ["+491701234567", "0049 170 1234567", "+49 (170) 123 45-67", "+49.170.1234567"])
def test_numbers_are_kept_in_one_form(text: str):
    """E.164, however they were spaced."""
    assert phone_number(text, "x") == NUMBER


async def test_a_template_without_a_place_for_the_number_is_refused(store: Store, vault: Vault):
    """It would send every guest's reminder to the same telephone; so would one that Apprise does not send on."""
    owner = await ada(store)
    for address in ("json://127.0.0.1/x", "{phone}://x", "ntfy://ntfy.sh/topic?unknown={phone}"):
        with pytest.raises(CallyError) as caught:
            await add_channel(
                store, vault, owner.id, name="x", address=address, for_guests=True, now=NOW, actor=AS_CLEO
            )
        assert caught.value.facts["field"] == "address", address
