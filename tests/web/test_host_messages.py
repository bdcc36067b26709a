"""What became of each message, on the booking's page and in the API; one sent again; refusals in words."""

from typing import Any

import httpx2
import pytest

from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.model.messages import Message
from cally.notify import messages_of
from cally.notify.bounced import tell_of_bounce
from cally.store import Store, messages
from tests.cast import NOW, ada, at, host
from tests.web.conftest import Watch
from tests.web.desks import SignedIn, cleo_books, desk, words

TEN = at("2026-09-22 08:00")
UNKNOWN = "550 5.1.1 <cleo@example.org>: User unknown"
API = "/api/v1"


async def of(store: Store, made: Booking, kind: str = "confirmed", recipient: str = "guest") -> list[Message]:
    found = await messages_of(store.reader, made.id)
    return [one for one in found if (one.kind, one.recipient) == (kind, recipient)]


@pytest.fixture
async def owner(store: Store) -> Host:
    return await ada(store)


@pytest.fixture
async def made(store: Store, owner: Host) -> Booking:
    """Cleo's booking, of which she was told."""
    booking = await cleo_books(store, TEN)
    async with store.write() as tx:
        (told,) = await of(store, booking)
        await messages.update_sent(tx, told.id, answer="250 2.0.0 Ok: queued as 4711", now=NOW)
    return booking


async def refused(store: Store, made: Booking) -> None:
    """The server refuses Cleo's mail for good."""
    (told,) = await of(store, made)
    async with store.write() as tx:
        await messages.update_waiting(tx, told.id)
        await tx.run("UPDATE message SET state = 'failed', answer = :answer WHERE id = :id", id=told.id, answer=UNKNOWN)
        await tell_of_bounce(tx, told, UNKNOWN, now=NOW)


async def test_the_page_says_what_the_server_said(
    app: Any, store: Store, made: Booking, owner: Host, signed_in: SignedIn
) -> None:
    """With each message, and how to send it again."""
    async with desk(app, signed_in, owner) as client:
        said = words(await client.get(f"/app/bookings/{made.uid}"))
    assert "250 2.0.0 Ok: queued as 4711" in said
    assert "Send again" in said


async def test_one_message_is_sent_again(
    app: Any, store: Store, made: Booking, owner: Host, signed_in: SignedIn
) -> None:
    """As a copy with a name of its own, so that mail programs show it; the audit log has who did so."""
    (told,) = await of(store, made)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post(f"/app/outbox/{told.id}/resend", data={"back": "booking"})
    assert answer.headers["location"].startswith(f"/app/bookings/{made.uid}")
    first, copy = await of(store, made)
    assert (copy.state, copy.address, copy.snapshot) == ("waiting", first.address, first.snapshot)
    assert copy.message_id != first.message_id
    row = await store.reader.row("SELECT actor FROM audit_entry WHERE tag = 'host:message:resend'")
    assert row is not None


async def test_nobody_is_flooded(
    client: httpx2.AsyncClient, store: Store, made: Booking, owner: Host, bearer: Any, watch: Watch
) -> None:
    """Three times within an hour, the first one counted; then there is a time to wait."""
    headers, statuses = await bearer(owner), []
    (told,) = await of(store, made)
    for _ in range(3):
        watch.now += 60
        statuses.append((await client.post(f"{API}/messages/{told.id}/resend", headers=headers)).status_code)
    assert statuses == [200, 200, 429]
    watch.now += 3_600
    assert (await client.post(f"{API}/messages/{told.id}/resend", headers=headers)).status_code == 200


async def test_what_comes_too_late_is_not_sent_again(
    client: httpx2.AsyncClient, store: Store, made: Booking, owner: Host, bearer: Any, watch: Watch
) -> None:
    """A confirmation after the meeting helps nobody."""
    (told,) = await of(store, made)
    watch.now = TEN
    answer = await client.post(f"{API}/messages/{told.id}/resend", headers=await bearer(owner))
    assert answer.status_code == 409


async def test_what_was_overtaken_is_not_sent_again(
    app: Any, client: httpx2.AsyncClient, store: Store, made: Booking, owner: Host, bearer: Any, signed_in: SignedIn
) -> None:
    """The invitation to what was cancelled would only confuse; the host is told so, and the cancellation can be had."""
    headers = await bearer(owner)
    ended = await client.post(f"{API}/bookings/{made.uid}/cancellation", headers=headers, json={})
    assert ended.status_code == 200
    ((invited,), (gone,)) = await of(store, made), await of(store, made, "cancelled")
    async with store.write() as tx:
        await messages.update_sent(tx, gone.id, answer="250 Ok", now=NOW)
    async with desk(app, signed_in, owner) as page:
        answer = await page.post(f"/app/outbox/{invited.id}/resend", data={"back": "booking"})
        said = words(await page.get(answer.headers["location"]))
    assert "It is not sent again: a later message says what counts now." in said
    assert len(await of(store, made)) == 1
    assert (await client.post(f"{API}/messages/{gone.id}/resend", headers=headers)).status_code == 200


async def test_a_refusal_is_told_in_words(
    client: httpx2.AsyncClient, store: Store, made: Booking, owner: Host, bearer: Any
) -> None:
    """Beside what the server said."""
    await refused(store, made)
    listed = (await client.get(f"{API}/messages?booking={made.uid}&state=failed", headers=await bearer(owner))).json()
    (shown,) = listed["messages"]
    assert (shown["answer"], shown["hint_code"]) == (UNKNOWN, "no_such_address")


async def test_a_refusal_stands_on_the_bookings_page(
    app: Any, store: Store, made: Booking, owner: Host, signed_in: SignedIn
) -> None:
    """At its top, and beside the message, which can be tried again."""
    await refused(store, made)
    async with desk(app, signed_in, owner) as client:
        said = words(await client.get(f"/app/bookings/{made.uid}"))
    assert "did not arrive. There is no such mailbox" in said
    assert "Try now" in said


async def test_the_host_is_told_of_it_once(store: Store, made: Booking) -> None:
    """By mail, as they have no channels; however many mails about it come back."""
    await refused(store, made)
    await refused(store, made)
    (told,) = await of(store, made, "bounced", "host")
    assert told.snapshot.bounced is not None
    assert "no such mailbox" in told.snapshot.bounced.hint


async def test_what_comes_back_to_the_host_is_not_mailed_to_them(store: Store, made: Booking) -> None:
    """A mail about a mail that did not arrive would not arrive either."""
    (own,) = await of(store, made, recipient="host")
    async with store.write() as tx:
        await tell_of_bounce(tx, own, UNKNOWN, now=NOW)
    assert await of(store, made, "bounced", "host") == []


async def test_others_messages_are_not_there(app: Any, store: Store, made: Booking, signed_in: SignedIn) -> None:
    """Neither to see nor to send."""
    mallory = await host(store, "Mallory")
    (told,) = await of(store, made)
    async with desk(app, signed_in, mallory) as client:
        assert (await client.post(f"/app/outbox/{told.id}/resend")).status_code == 404
    assert len(await of(store, made)) == 1
