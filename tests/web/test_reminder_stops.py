"""Guests who want no more reminders: one click in a mail program (RFC 8058), or a button on a page."""

import email
import email.policy
from contextlib import suppress
from typing import Any

import httpx2
import msgspec
import pytest

from cally.model.bookings import Booking
from cally.model.messages import Kind, Message, Recipient
from cally.notify import TryAgain, deliver, messages_of, outbox
from cally.notify.compose import compose
from cally.notify.links import stop_url
from cally.store import Store, messages
from cally.vault import Vault
from tests.cast import NOW, ada, at
from tests.web.conftest import BASE
from tests.web.desks import FORM, cleo_books, words

TEN = at("2026-09-22 08:00")
A_DAY = 1_440  # minutes before the start: when reminders go unless hosts say otherwise


async def a(store: Store, made: Booking, kind: Kind, recipient: Recipient = "guest") -> Message:
    """A message of a kind about Cleo's booking."""
    (first, *_) = await messages_of(store.reader, made.id)
    async with store.write() as tx:
        about = msgspec.structs.replace(first.snapshot, lead_minutes=A_DAY)
        await outbox.plan(tx, about, kind, now=NOW)
    found = await messages_of(store.reader, made.id)
    return next(one for one in found if (one.kind, one.recipient) == (kind, recipient))


@pytest.fixture
async def made(store: Store) -> Booking:
    await ada(store)
    return await cleo_books(store, TEN)


def written(message: Message, vault: Vault) -> Any:
    mail = compose(message, vault, sender="cally@example.net", public_url=BASE, invited=True, now=NOW)
    return email.message_from_bytes(mail.content, policy=email.policy.default)


@pytest.mark.parametrize("kind", ["reminder", "follow_up"])
async def test_what_nobody_asked_for_says_how_to_end_it(store: Store, vault: Vault, made: Booking, kind: Kind) -> None:
    """In the headers that mail programs make a button of."""
    message = await a(store, made, kind)
    mail = written(message, vault)
    assert mail["List-Unsubscribe"] == f"<{stop_url(vault, BASE, message)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "cleo" not in mail["List-Unsubscribe"]


@pytest.mark.parametrize(("kind", "recipient"), [("confirmed", "guest"), ("confirmed", "host"), ("reminder", "host")])
async def test_what_a_booking_causes_has_nothing_to_end(
    store: Store, vault: Vault, made: Booking, kind: Kind, recipient: Recipient
) -> None:
    """Nor what a host has set up for themselves."""
    assert written(await a(store, made, kind, recipient), vault)["List-Unsubscribe"] is None


async def sent(store: Store, vault: Vault, message: Message) -> str:
    """What becomes of it; there is no mail server, so it waits unless it is of no use."""
    with suppress(TryAgain):
        await deliver(store, vault, mail=None, public_url=BASE, message_id=message.id, now=NOW)
    found = await messages.by_id(store.reader, message.id)
    assert found is not None
    return found.state


async def test_one_click_of_a_mail_program_ends_them(
    store: Store, vault: Vault, made: Booking, client: httpx2.AsyncClient
) -> None:
    """It has no cookie and names no origin; what follows is not sent."""
    message = await a(store, made, "reminder")
    assert await sent(store, vault, message) == "waiting"
    path = stop_url(vault, BASE, message).removeprefix(BASE)
    answer = await client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.headers.get("location")) == (200, None)
    assert await sent(store, vault, message) == "obsolete"


async def test_opening_the_page_ends_nothing(
    store: Store, vault: Vault, made: Booking, client: httpx2.AsyncClient
) -> None:
    """Programs that look into mails follow links; the button on the page ends them, and takes that back."""
    message = await a(store, made, "reminder")
    path = stop_url(vault, BASE, message).removeprefix(BASE)
    assert "No more reminders?" in words(await client.get(path))
    assert await sent(store, vault, message) == "waiting"
    await client.post(path, headers=FORM)
    assert "Remind me again" in words(await client.get(path))
    await client.post(path, headers=FORM, data={"again": "1"})
    assert await sent(store, vault, message) == "waiting"


async def test_what_changes_is_told_all_the_same(
    store: Store, vault: Vault, made: Booking, client: httpx2.AsyncClient
) -> None:
    """Only reminders end, and only this host's."""
    path = stop_url(vault, BASE, await a(store, made, "reminder")).removeprefix(BASE)
    await client.post(path, data={"List-Unsubscribe": "One-Click"})
    moved = await a(store, msgspec.structs.replace(made), "cancelled")
    assert await sent(store, vault, moved) == "waiting"


async def test_a_forged_link_ends_nothing(made: Booking, client: httpx2.AsyncClient) -> None:
    """Nobody can end them for others."""
    assert (await client.post("/reminders/1.abc", data={"List-Unsubscribe": "One-Click"})).status_code == 404
