"""Sessions at the desk: one entry with many guests, each to be cancelled alone, all at once, or invited."""

from typing import Any

import msgspec
import pytest

from cally.bookings import cancel
from cally.model.hosts import Host
from cally.store import Store, bookings, groups, messages, waitlist
from tests.bookings.waiting import TEN, seated, state, waits, with_waitlist
from tests.cast import AS_CLEO, NOW, host
from tests.cast import ada as make_ada
from tests.web.desks import desk, words


@pytest.fixture
async def ada(store: Store) -> Host:
    return await make_ada(store)


async def session_uid(store: Store, ada: Host, starts_at: int = TEN) -> str:
    """The name of the session at a start."""
    (found,) = await groups.list_between(store.reader, ada.id, starts_at, starts_at + 1, limit=9)
    return found.uid


async def mails(store: Store, kind: str) -> list[str]:
    """To whom messages of a kind were planned, latest first."""
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=200)
    return [message.address for message in found if message.kind == kind]


@pytest.mark.rule(58)
async def test_a_session_is_one_entry(app: Any, signed_in: Any, store: Store, ada: Host):
    """Today and the list show the class once, with its guests and seats; its page has them all, and who waits."""
    await with_waitlist(store, ada)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    await waits(store, "Emil")
    uid = await session_uid(store, ada)
    async with desk(app, signed_in, ada) as browser:
        for path in ("/app", "/app/bookings"):
            page = await browser.get(path)
            assert page.text.count(f'href="/app/sessions/{uid}"') >= 1
            assert "Cleo, Dora" in words(page)
        page = words(await browser.get(f"/app/sessions/{uid}"))
        assert "2 of 2 seats" in page
        assert "cleo@example.org, dora@example.org" not in page  # in a field to copy, not in the text
        assert "Emil" in words(await browser.get("/app/waitlist"))


@pytest.mark.rule(59)
async def test_cancelling_one_seat_leaves_the_others(app: Any, signed_in: Any, store: Store, ada: Host):
    """Cleo's seat is cancelled at the desk; Dora hears nothing, and keeps hers."""
    await with_waitlist(store, ada)
    cleo, dora = await seated(store, "Cleo"), await seated(store, "Dora")
    async with desk(app, signed_in, ada) as browser:
        await browser.post(f"/app/bookings/{cleo.uid}/cancellation", data={"reason": ""})
    assert await bookings.by_uid(store.reader, dora.uid) == dora
    assert await mails(store, "cancelled") == ["ada@example.com", "cleo@example.org"]


@pytest.mark.rule(59)
async def test_a_session_is_cancelled_for_everybody(app: Any, signed_in: Any, store: Store, ada: Host):
    """Each guest is told, the host once, and who waits is told that it is over."""
    await with_waitlist(store, ada)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    emil = await waits(store, "Emil")
    uid = await session_uid(store, ada)
    async with desk(app, signed_in, ada) as browser:
        assert "2 guests" in words(await browser.get(f"/app/sessions/{uid}/cancellation"))
        for _ in range(2):
            answer = await browser.post(f"/app/sessions/{uid}/cancellation", data={"reason": "Ill"})
            assert answer.status_code == 303
    told = await mails(store, "cancelled")
    assert sorted(told) == ["ada@example.com", "cleo@example.org", "dora@example.org"]
    assert await state(store, emil) == "over"


async def test_a_guest_is_seated_or_invited(app: Any, signed_in: Any, store: Store, ada: Host):
    """Ada books a seat for Dora, and keeps one for Emil; then the class is full."""
    await with_waitlist(store, ada, seats=3)
    await seated(store, "Cleo")
    uid = await session_uid(store, ada)
    async with desk(app, signed_in, ada) as browser:
        path = f"/app/sessions/{uid}/seats"
        assert (await browser.post(path, data=person("Dora", how="book"))).status_code == 303
        assert (await browser.post(path, data=person("Emil", how="invite", hours="24"))).status_code == 303
        full = await browser.post(path, data=person("Finn", how="book"))
        assert (full.status_code, "All seats are taken" in words(full)) == (409, True)
        missing = await browser.post(path, data={"name": "", "email": "x", "how": "book"})
        assert missing.status_code == 422
    assert "dora@example.org" in await mails(store, "confirmed")
    assert await mails(store, "waitlist_offered") == ["emil@example.org"]


async def test_the_outbox_tells_of_the_line_too(app: Any, signed_in: Any, store: Store, ada: Host):
    """What was sent to who waits stands among the host's messages, each in words."""
    await with_waitlist(store, ada)
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    await waits(store, "Emil")
    await cancel(store, cleo.uid, reason="", now=NOW, actor=AS_CLEO)
    async with desk(app, signed_in, ada) as browser:
        page = words(await browser.get("/app/outbox"))
    assert "On the waitlist" in page
    assert "A place offered" in page


@pytest.mark.rule(60)
async def test_a_host_changes_the_line(app: Any, signed_in: Any, store: Store, ada: Host):
    """Nothing is offered while all seats are taken; a guest is taken out of the line."""
    await with_waitlist(store, ada)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    emil = await waits(store, "Emil")
    async with desk(app, signed_in, ada) as browser:
        await browser.post(f"/app/waitlist/{emil.uid}/offer", data={"back": "/app/waitlist"})
        assert "Nothing is free" in words(await browser.get("/app/waitlist"))
        await browser.post(f"/app/waitlist/{emil.uid}/removal", data={"back": "//evil.example"})
    assert await state(store, emil) == "left"


async def test_mallory_sees_no_session_and_no_line(app: Any, signed_in: Any, store: Store, ada: Host):
    """To another host neither is there."""
    await with_waitlist(store, ada)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    emil = await waits(store, "Emil")
    uid = await session_uid(store, ada)
    async with desk(app, signed_in, await host(store, "Mallory")) as browser:
        assert (await browser.get(f"/app/sessions/{uid}")).status_code == 404
        assert (await browser.post(f"/app/sessions/{uid}/cancellation", data={})).status_code == 404
        assert (await browser.post(f"/app/sessions/{uid}/seats", data=person("Finn"))).status_code == 404
        assert (await browser.post(f"/app/waitlist/{emil.uid}/removal", data={})).status_code == 404
        assert "Emil" not in words(await browser.get("/app/waitlist"))
    entry = await waitlist.by_uid(store.reader, emil.uid)
    assert entry == msgspec.structs.replace(emil)


def person(name: str, **more: str) -> dict[str, str]:
    """A guest as the form names them."""
    return {"name": name, "email": f"{name.lower()}@example.org", **more}
