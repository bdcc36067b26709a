"""Time off at the desk and as guests see it: days, a note, who stands in, and the bookings that lie there."""

import re
from datetime import date
from typing import Any

import httpx2

from cally.hosts import list_time_off
from cally.model.hosts import Host
from cally.store import Store, accounts
from tests.cast import NOW, ada, at, host
from tests.web.conftest import asking
from tests.web.desks import SignedIn, cleo_books, desk, words
from tests.web.forms_of import fields

PATH = "/app/time-off"
SENT = {"first": "2026-10-05", "last": "2026-10-09", "note": "At sea.", "delegate": "ben"}
TOLD = "Ada is away 5–9 Oct. “At sea.” Ben takes the meetings meanwhile."


async def days(store: Store, owner: Host) -> list[tuple[int, int]]:
    return [(entry.first_on.day, entry.last_on.day) for entry in await list_time_off(store.reader, owner.id)]


async def guests_read(app: Any, path: str) -> httpx2.Response:
    async with asking(app) as guest:
        guest.headers["accept-language"] = "en-GB"
        return await guest.get(path)


async def test_guests_are_told_and_sent_to_the_delegate(app: Any, store: Store, signed_in: SignedIn):
    """On the booking page and the profile, at once, with a link to the delegate's page."""
    owner, _ = await ada(store), await host(store, "Ben Okri")
    assert "is away" not in words(await guests_read(app, "/ada/intro"))
    async with desk(app, signed_in, owner) as client:
        assert (await client.post(PATH, data=SENT)).status_code == 303
    for path in ("/ada/intro", "/ada"):
        page = await guests_read(app, path)
        assert TOLD in words(page)
        assert 'href="/ben"' in page.text


async def test_a_delegate_whose_page_is_hidden_is_not_named(app: Any, store: Store, signed_in: SignedIn):
    """Their account was disabled meanwhile; the days are told all the same."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    async with desk(app, signed_in, owner) as client:
        await client.post(PATH, data=SENT)
    assert TOLD in words(await guests_read(app, "/ada/intro"))
    async with store.write() as tx:
        await accounts.update_disabled(tx, ben.id, NOW)
    page = await guests_read(app, "/ada/intro")
    assert "Ada is away 5–9 Oct." in words(page)
    assert "Ben" not in page.text


async def test_days_far_ahead_are_not_told(app: Any, store: Store, signed_in: SignedIn):
    """Sixty days are; nobody plans further from a booking page."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        await client.post(PATH, data={"first": "2026-11-20"})
        assert "is away 20 Nov" in words(await guests_read(app, "/ada"))
        await client.post(PATH, data={"first": "2026-11-21"})
    assert "21 Nov" not in words(await guests_read(app, "/ada"))


async def test_bookings_there_are_shown_before_saving(app: Any, store: Store, signed_in: SignedIn):
    """Nothing is kept until the host has seen those of these very days; then they stay, and the list says so."""
    owner = await ada(store)
    booking = await cleo_books(store, at("2026-09-23 08:00"))
    sent = {"first": "2026-09-22", "last": "2026-09-24"}
    async with desk(app, signed_in, owner) as client:
        page = await client.post(PATH, data=sent)
        assert (page.status_code, await days(store, owner)) == (200, [])
        assert "1 booking lies in these days. They stay unless you move or cancel them." in words(page)
        assert f"/app/bookings/{booking.uid}/reschedule" in page.text
        again = fields(page.text.replace('<form class="form" method="post">', '<form action="here">'), "here")
        assert (await client.post(PATH, data=again | {"first": "2026-09-21"})).status_code == 200
        assert (await client.post(PATH, data=again)).status_code == 303
        assert "1 booking lies there" in words(await client.get(PATH))
    assert await days(store, owner) == [(22, 24)]


async def test_being_away_can_be_undone_at_once(app: Any, store: Store, signed_in: SignedIn):
    """The notice that says so carries the button."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        await client.post(PATH, data={"first": "2026-10-05", "last": "2026-10-09"})
        page = await client.get(PATH)
        assert "nobody can book you then." in words(page)
        (entry,) = await list_time_off(store.reader, owner.id)
        undo = f'action="{PATH}/{entry.id}/removal"'
        assert page.text.index(undo) < page.text.index("<h1>")
        await client.post(f"{PATH}/{entry.id}/removal")
    assert await days(store, owner) == []


async def test_it_is_changed_and_removed_with_undo(app: Any, store: Store, signed_in: SignedIn):
    """Undo brings days, note and delegate back."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    async with desk(app, signed_in, owner) as client:
        await client.post(PATH, data=SENT)
        (entry,) = await list_time_off(store.reader, owner.id)
        assert 'value="2026-10-05"' in (await client.get(f"{PATH}/{entry.id}")).text
        await client.post(f"{PATH}/{entry.id}", data=SENT | {"last": "2026-10-07"})
        assert await days(store, owner) == [(5, 7)]
        await client.post(f"{PATH}/{entry.id}/removal")
        assert await days(store, owner) == []
        await client.post(PATH, data=fields((await client.get(PATH)).text, PATH))
    (entry,) = await list_time_off(store.reader, owner.id)
    assert (entry.last_on, entry.note, entry.delegate_id) == (date(2026, 10, 7), "At sea.", ben.id)


async def test_the_delegate_sees_it_and_may_step_back(app: Any, store: Store, signed_in: SignedIn):
    """Their own desk says for whom and when; afterwards guests are sent to nobody."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    async with desk(app, signed_in, owner) as client:
        await client.post(PATH, data=SENT)
    async with desk(app, signed_in, ben) as client:
        page = await client.get(PATH)
        assert "You stand in for Ada Lovelace" in words(page)
        action = re.search(r'action="([^"]+/delegation/removal)"', page.text)
        assert action
        await client.post(action[1])
        assert "You stand in" not in words(await client.get(PATH))
    assert "takes the meetings" not in words(await guests_read(app, "/ada"))
    assert await days(store, owner) == [(5, 9)]


async def test_wrong_days_are_said(app: Any, store: Store, signed_in: SignedIn):
    """Beside their field; nothing is kept."""
    owner = await ada(store)
    wrong = {
        "This is not a date": {"first": "soon"},
        "lies before the first one": {"first": "2026-10-05", "last": "2026-10-01"},
        "Guests would find nobody at /ben": {"first": "2026-10-05", "delegate": "ben"},
        "lies between 2000 and 2199": {"first": "9999-12-31"},
    }
    async with desk(app, signed_in, owner) as client:
        for sentence, sent in wrong.items():
            answer = await client.post(PATH, data=sent)
            assert answer.status_code == 422, sentence
            assert sentence in words(answer)
    assert await days(store, owner) == []


async def test_mallory_cannot_see_or_change_adas_days(app: Any, store: Store, signed_in: SignedIn):
    """Another host's time off does not exist, nor can it be left by who does not stand in."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    async with desk(app, signed_in, owner) as client:
        await client.post(PATH, data={"first": "2026-10-05"})
    (entry,) = await list_time_off(store.reader, owner.id)
    async with desk(app, signed_in, mallory) as client:
        assert (await client.get(f"{PATH}/{entry.id}")).status_code == 404
        for act in ("", "/removal", "/delegation/removal"):
            assert (await client.post(f"{PATH}/{entry.id}{act}", data={"first": "2026-10-06"})).status_code == 404
    assert await list_time_off(store.reader, owner.id) == [entry]
