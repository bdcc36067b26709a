"""Calendars, channels and the outbox of a host: their own, with secrets masked and every answer shown."""

from dataclasses import replace
from typing import Any

from cally import calendars, notify
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.store import Store
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada, at, host
from tests.site import LOCAL, site
from tests.web.desks import SignedIn, cleo_books, desk, words

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260922T080000Z\r\nDTEND:20260922T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"  # noqa: E501 - one file
SECRET = "s3cr3t-t0ken-of-ada"
AS_ADA = Actor(kind="host")


async def test_a_calendar_is_read_at_once_and_its_address_is_masked(doors: Doors, store: Store, signed_in: SignedIn):
    """The page says how many events were read, and never shows the path."""
    owner = await ada(store)
    async with site() as away, desk(build(replace(doors, allowed_networks=LOCAL)), signed_in, owner) as client:
        address = away.give(f"/{SECRET}.ics", CALENDAR)
        await client.post("/app/calendars", data={"name": "Work", "address": address, "tentative": "1"})
        page = await client.get("/app/calendars")
    assert "“Work” is added: 1 event read." in words(page)
    assert "http://127.0.0.1/…" in words(page)
    assert SECRET not in page.text


async def test_what_is_wrong_with_a_calendar_is_said(doors: Doors, store: Store, signed_in: SignedIn):
    """A missing file is an error of the calendar, with the time it was tried."""
    owner = await ada(store)
    async with site() as away, desk(build(replace(doors, allowed_networks=LOCAL)), signed_in, owner) as client:
        await client.post("/app/calendars", data={"name": "Gone", "address": away.url + "/gone.ics"})
        page = words(await client.get("/app/calendars"))
    assert "could not be read" in page
    assert "Not read yet" in page


async def test_an_address_that_is_none_is_refused(app: Any, store: Store, signed_in: SignedIn):
    """The sentence stands beside the field."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/calendars", data={"name": "x", "address": "file:///etc/passwd"})
    assert answer.status_code == 422
    assert "it begins with https:// or webcal://" in words(answer)


async def test_mallory_cannot_touch_adas_calendar(app: Any, store: Store, vault: Vault, signed_in: SignedIn):
    """Reading and removing another host's calendar is 404."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    kept = await _calendar(store, vault, owner)
    async with desk(app, signed_in, mallory) as client:
        assert (await client.post(f"/app/calendars/{kept}/reading")).status_code == 404
        assert (await client.post(f"/app/calendars/{kept}/removal")).status_code == 404
    assert len(await calendars.list_calendars(store.reader, owner.id)) == 1


async def test_a_removed_calendar_is_gone(app: Any, store: Store, vault: Vault, signed_in: SignedIn):
    """And so is what it blocked."""
    owner = await ada(store)
    kept = await _calendar(store, vault, owner)
    async with desk(app, signed_in, owner) as client:
        assert (await client.post(f"/app/calendars/{kept}/removal")).status_code == 303
    assert await calendars.list_calendars(store.reader, owner.id) == []


async def test_a_channel_is_kept_masked_and_removed(app: Any, store: Store, signed_in: SignedIn):
    """Its secret is on no page."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        sent = {"name": "Phone", "address": f"gotify://push.example.org/{SECRET}"}
        await client.post("/app/channels", data=sent)
        page = await client.get("/app/channels")
        assert "Phone" in words(page)
        assert SECRET not in page.text
        (kept,) = await notify.list_channels(store.reader, owner.id)
        await client.post(f"/app/channels/{kept.id}/removal")
    assert await notify.list_channels(store.reader, owner.id) == []


async def test_an_unknown_channel_address_is_refused_without_repeating_it(app: Any, store: Store, signed_in: SignedIn):
    """The field keeps what was typed; the sentence does not repeat it."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/channels", data={"name": "x", "address": "nothing at all"})
    assert answer.status_code == 422
    assert "Apprise does not know this address" in words(answer)


async def test_mallory_cannot_touch_adas_channel(app: Any, store: Store, vault: Vault, signed_in: SignedIn):
    """Testing and removing another host's channel is 404."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    kept = await notify.add_channel(
        store, vault, owner.id, name="Phone", address="json://127.0.0.1:9/x", now=NOW, actor=AS_ADA
    )
    async with desk(app, signed_in, mallory) as client:
        assert (await client.post(f"/app/channels/{kept.id}/test")).status_code == 404
        assert (await client.post(f"/app/channels/{kept.id}/removal")).status_code == 404
    assert len(await notify.list_channels(store.reader, owner.id)) == 1


async def test_the_outbox_shows_a_hosts_own_messages(app: Any, store: Store, signed_in: SignedIn):
    """Each with its recipient and state; others' only to an admin who asks for them."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    boss = await host(store, "Ben Bell", role="admin")
    await cleo_books(store, at("2026-09-22 08:00"))
    async with desk(app, signed_in, owner) as client:
        said = words(await client.get("/app/outbox"))
        assert "cleo@example.org" in said
        assert "No mail server is set up" in said
    async with desk(app, signed_in, mallory) as client:
        assert "cleo@" not in (await client.get("/app/outbox?of=all")).text
    async with desk(app, signed_in, boss) as client:
        assert "cleo@" not in (await client.get("/app/outbox")).text
        assert "cleo@" in (await client.get("/app/outbox?of=all")).text


async def test_mallory_cannot_retry_adas_message(app: Any, store: Store, signed_in: SignedIn):
    """Only its host and admins can have a message tried again."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    await cleo_books(store, at("2026-09-22 08:00"))
    message = (await notify.list_messages(store.reader))[0]
    async with desk(app, signed_in, mallory) as client:
        assert (await client.post(f"/app/outbox/{message.id}/retry")).status_code == 404
    async with desk(app, signed_in, owner) as client:
        assert (await client.post(f"/app/outbox/{message.id}/retry")).status_code == 303


async def _calendar(store: Store, vault: Vault, owner: Host) -> int:
    made = await calendars.add_calendar(
        store,
        vault,
        host_id=owner.id,
        name="Work",
        address="https://calendar.example.org/a.ics",
        tz=None,
        tentative_blocks=True,
        now=NOW,
        actor=AS_ADA,
    )
    return made.id
