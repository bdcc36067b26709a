"""Discord: a card with fields on a webhook of its shape, in which nobody is called."""

import msgspec
import pytest

from cally.model.bookings import Guest
from cally.notify import TryAgain, add_channel, deliver, discord, messages_of, outbox
from cally.notify.discord import Card, Hook, hook_of, payload
from cally.notify.services import known
from cally.store import Store
from cally.vault import Vault
from tests.cast import AS_CLEO, CLEO, NOW
from tests.notify.conftest import PUBLIC_URL, Sink, stored
from tests.site import LOCAL

TOKEN = "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQ"
ADDRESS = f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}"
SHORT = f"discord://123456789012345678/{TOKEN}"


async def _told(store: Store, vault: Vault, sink: Sink, monkeypatch: pytest.MonkeyPatch, guest: Guest = CLEO) -> int:
    """Ada's Discord channel is told of a booking; the message's row."""
    monkeypatch.setattr(discord, "HOOKS", f"http://127.0.0.1:{sink.server.server_address[1]}")
    about = await stored(store, guest=guest)
    host_id = about.booking.host_id
    await add_channel(store, vault, host_id, name="Server", address=ADDRESS, now=NOW, actor=AS_CLEO)
    async with store.write() as tx:
        await outbox.plan(tx, about, "confirmed", now=NOW)
    (message,) = [one for one in await messages_of(store.reader, about.booking.id) if one.medium == "channel"]
    await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=message.id, now=NOW, allowed=LOCAL)
    return about.booking.id


async def test_a_booking_is_a_card(store: Store, vault: Vault, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Title with its link, a colour, and when, where and whom as fields."""
    booking_id = await _told(store, vault, sink, monkeypatch)
    (post,) = sink.posts
    (card,) = post["embeds"]
    fields = {field["name"]: field["value"] for field in card["fields"]}
    assert card["title"] == "Booked: Intro call with Cleo Çelik, Tue, Sep 22, 10:00 AM (Berlin)"
    assert card["url"].startswith(f"{PUBLIC_URL}/app/bookings/")
    assert isinstance(card["color"], int)
    assert fields["When"].startswith("Tuesday, September 22, 2026")
    assert fields["Where"] == "https://meet.example.org/ada"
    assert "Cleo Çelik" in fields["Guest"]
    (kept,) = [one for one in await messages_of(store.reader, booking_id) if one.medium == "channel"]
    assert (kept.state, kept.answer) == ("sent", "Discord took the message.")


async def test_a_guest_calls_nobody(store: Store, vault: Vault, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever name they give themselves, it is text."""
    await _told(store, vault, sink, monkeypatch, msgspec.structs.replace(CLEO, name="@everyone **loud** <@1>"))
    (post,) = sink.posts
    assert post["allowed_mentions"] == {"parse": []}
    (guest,) = [field["value"] for field in post["embeds"][0]["fields"] if field["name"] == "Guest"]
    assert guest.startswith("\\@everyone \\*\\*loud\\*\\* \\<\\@1\\>")


async def test_a_webhook_that_is_gone_is_final(
    store: Store, vault: Vault, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so in words, without the token."""
    sink.status = 404
    booking_id = await _told(store, vault, sink, monkeypatch)
    (kept,) = [one for one in await messages_of(store.reader, booking_id) if one.medium == "channel"]
    assert (kept.state, "any more" in kept.answer, TOKEN in kept.answer) == ("failed", True, False)


async def test_a_bad_hour_of_discord_is_waited_out(
    store: Store, vault: Vault, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again."""
    sink.status = 500
    with pytest.raises(TryAgain, match="500"):
        await _told(store, vault, sink, monkeypatch)


@pytest.mark.parametrize("address", [ADDRESS, SHORT, ADDRESS.replace("discord.com", "discordapp.com")])
def test_every_way_to_write_it_is_the_same_hook(address: str) -> None:
    """Copied from Discord, or as Apprise has it."""
    found = hook_of(known(address))
    assert found == Hook(path=f"123456789012345678/{TOKEN}")


def test_its_options_are_kept() -> None:
    """The name it speaks under, and the thread it speaks in."""
    found = hook_of(known(f"discord://Cally@123456789012345678/{TOKEN}?thread=42"))
    assert found is not None
    assert (found.name, found.thread) == ("Cally", "42")


def test_a_card_keeps_within_discords_limits() -> None:
    """Too long a text is cut; Discord would refuse the whole otherwise."""
    long = Card(title="t" * 500, text="x" * 5_000, fields=tuple((f"{n}", "v" * 2_000) for n in range(30)))
    (card,) = payload(long, Hook(path="1/2"))["embeds"]
    assert (len(card["title"]), len(card["description"]), len(card["fields"])) == (256, 2_000, 10)
    assert max(len(field["value"]) for field in card["fields"]) == 1_024
