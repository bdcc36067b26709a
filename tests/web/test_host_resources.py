"""Rooms at the desk: made with one form, drawn as a week, closed for a while, needed by event types."""

from typing import Any

import pytest

from cally.hosts import ResourceDraft, create_resource, list_resources, needs_of, numbered
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.teams import Resource
from cally.store import Store, event_types, resources
from tests.cast import NOW, ada, at, host
from tests.web.desks import SignedIn, cleo_books, desk, words
from tests.web.forms_of import fields

WEEKLY = {"name": "Red room", "kind": "room", "hours": "weekly", "tz": "Europe/Berlin", "shared": "1"}
MONDAY = {"mon-on": "1", "mon-from": "540", "mon-to": "720"}
BRITISH = {"accept-language": "en-GB"}
TEN = at("2026-09-22 08:00")  # 10:00 in Berlin


async def room(store: Store, owner: Host, name: str = "Red room", **more: Any) -> Resource:
    actor = Actor(kind="host", account_id=owner.id)
    return await create_resource(store, owner.id, ResourceDraft(name=name, **more), now=NOW, actor=actor)


async def needing(store: Store, owner: Host, *rooms: Resource) -> int:
    """Ada's intro call needs one of these."""
    (known,) = await event_types.list_of(store.reader, owner.id)
    async with store.write() as tx:
        for need in numbered([(one.id, "Room") for one in rooms]):
            await resources.insert_needed(tx, known.id, need)
    return known.id


async def test_a_room_is_made_and_changed_with_one_form(app: Any, store: Store, signed_in: SignedIn):
    """Its hours come back as they were set; sending the form back unchanged changes nothing."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        made = await client.post("/app/resources", data=WEEKLY | MONDAY)
        page = await client.get(made.headers["location"])
        assert "Red room" in words(page)
        settings = made.headers["location"] + "/settings"
        (before,) = await list_resources(store.reader, owner.id)
        answer = await client.post(settings, data=fields((await client.get(settings)).text, settings))
        assert answer.status_code == 303
    assert await list_resources(store.reader, owner.id) == [before]
    assert before.hours is not None
    assert [entry.days for entry in before.hours.weekly] == [("mon",)]


async def test_rows_of_hours_grow_by_buttons_and_store_nothing(app: Any, store: Store, signed_in: SignedIn):
    """Without scripts: the form comes back with one more pair of times."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        page = await client.post("/app/resources", data=WEEKLY | MONDAY | {"act": "add:mon"})
    assert page.status_code == 200
    assert len(fields(page.text, "/app/resources")["mon-from"]) == 2
    assert await list_resources(store.reader, owner.id) == []


async def test_a_fault_stands_beside_its_field(app: Any, store: Store, signed_in: SignedIn):
    """A room without a name is none; what was typed is kept."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        page = await client.post("/app/resources", data=WEEKLY | {"name": "", "note": "Upstairs"})
    assert page.status_code == 422
    assert "Please fill this in." in words(page)
    assert "Upstairs" in page.text


@pytest.mark.rule(39)
async def test_the_week_names_own_guests_and_of_others_their_host(app: Any, store: Store, signed_in: SignedIn):
    """Ada reads Cleo's name and can follow it; Ben reads that Ada has the room."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    red = await room(store, owner)
    await needing(store, owner, red)
    booking = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        own = await client.get(f"/app/resources/{red.id}?week=2026-09-24", headers=BRITISH)
        assert "10:00–10:30 Cleo Çelik · Intro call" in words(own)
        assert f'href="/app/bookings/{booking.uid}"' in own.text
    async with desk(app, signed_in, ben) as client:
        others = await client.get(f"/app/resources/{red.id}?week=2026-09-24", headers=BRITISH)
        assert "10:00–10:30 booked by Ada Lovelace" in words(others)
        assert "Cleo" not in others.text
        assert booking.uid not in others.text


async def test_a_room_is_closed_for_a_while_and_opened_with_undo(app: Any, store: Store, signed_in: SignedIn):
    """The reason stands in the week; taking it away can be taken back."""
    owner = await ada(store)
    red = await room(store, owner)
    path = f"/app/resources/{red.id}"
    block = {"from": "2026-09-22T10:00", "to": "2026-09-23T14:00", "note": "Being painted"}
    async with desk(app, signed_in, owner) as client:
        answer = await client.post(f"{path}/blocks", data=block)
        shown = await client.get(answer.headers["location"], headers=BRITISH)
        assert "10:00–24:00 Being painted" in words(shown)
        assert "00:00–14:00 Being painted" in words(shown)
        (kept,) = await resources.list_blocks(store.reader, red.id, TEN, TEN + 1)
        answer = await client.post(f"{path}/blocks/{kept.uid}/removal")
        gone = await client.get(answer.headers["location"])
        assert "24:00 Being painted" not in words(gone)
        undo = fields(gone.text, f"{path}/blocks")
        assert undo["note"] == ["Being painted"]


async def test_what_is_booked_is_not_pushed_aside(app: Any, store: Store, signed_in: SignedIn):
    """The form says so and keeps what was typed."""
    owner = await ada(store)
    red = await room(store, owner)
    await needing(store, owner, red)
    await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        block = {"from": "2026-09-22T09:00", "to": "2026-09-22T12:00", "note": "Paint"}
        page = await client.post(f"/app/resources/{red.id}/blocks", data=block)
    assert page.status_code == 422
    assert "Somebody has it in that time" in words(page)
    assert 'value="Paint"' in page.text


async def test_only_its_keeper_and_admins_change_a_room(app: Any, store: Store, signed_in: SignedIn):
    """Ben may look; the form, the block and the archive do not exist for him. An admin may."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    boss = await host(store, "Root", role="admin")
    red = await room(store, owner)
    async with desk(app, signed_in, ben) as client:
        page = await client.get(f"/app/resources/{red.id}")
        assert "Close it for a while" not in words(page)
        assert (await client.get(f"/app/resources/{red.id}/settings")).status_code == 404
        for act in ("settings", "archive", "blocks", "blocks/x/removal"):
            assert (await client.post(f"/app/resources/{red.id}/{act}", data=WEEKLY)).status_code == 404
    async with desk(app, signed_in, boss) as client:
        assert (await client.post(f"/app/resources/{red.id}/settings", data=WEEKLY)).status_code == 303


async def test_a_room_of_ones_own_is_there_for_nobody_else(app: Any, store: Store, signed_in: SignedIn):
    """Mallory sees neither it nor that it is there."""
    owner, mallory = await ada(store), await host(store, "Mallory")
    attic = await room(store, owner, "Attic", shared=False)
    async with desk(app, signed_in, mallory) as client:
        assert (await client.get(f"/app/resources/{attic.id}")).status_code == 404
        assert "Attic" not in (await client.get("/app/resources")).text
        assert "Attic" not in (await client.get("/app/event-types/new")).text


@pytest.mark.rule(66)
async def test_an_event_type_says_what_it_needs(app: Any, store: Store, signed_in: SignedIn):
    """A group, one more in it, saved in this order; the form shows it again and saves the same."""
    owner = await ada(store)
    blue, red = await room(store, owner, "Blue room"), await room(store, owner)
    (known,) = await event_types.list_of(store.reader, owner.id)
    path = f"/app/event-types/{known.id}"
    async with desk(app, signed_in, owner) as client:
        sent = fields((await client.get(path)).text, path)
        sent = fields((await client.post(path, data=sent | {"act": "need:add"})).text, path)
        assert (sent["need-name"], sent["need-0"]) == (["Room"], [str(blue.id)])
        sent = fields((await client.post(path, data=sent | {"act": "need:or:0"})).text, path)
        assert sent["need-0"] == [str(blue.id), str(red.id)]
        turned = sent | {"need-0": [str(red.id), str(blue.id)]}
        assert (await client.post(path, data=turned)).status_code == 303
        stored = await needs_of(store.reader, known.id)
        assert [need.resource_id for need in stored] == [red.id, blue.id]
        again = fields((await client.get(path)).text, path)
        assert (await client.post(path, data=again)).status_code == 303
    assert await needs_of(store.reader, known.id) == stored


async def test_one_room_twice_and_groups_of_one_name_are_faults(app: Any, store: Store, signed_in: SignedIn):
    """Both are said at their place in the form."""
    owner = await ada(store)
    red = await room(store, owner)
    (known,) = await event_types.list_of(store.reader, owner.id)
    path = f"/app/event-types/{known.id}"
    async with desk(app, signed_in, owner) as client:
        sent = fields((await client.get(path)).text, path)
        page = await client.post(path, data=sent | {"need-name": ["Room"], "need-0": [str(red.id)] * 2})
        assert (page.status_code, "named twice" in words(page)) == (422, True)
        page = await client.post(path, data=sent | {"need-name": ["Room", "Room"], "need-0": [str(red.id)]})
        assert (page.status_code, "one name" in words(page)) == (422, True)


@pytest.mark.rule(56)
async def test_the_guests_ticket_names_the_room_as_it_was(app: Any, store: Store, signed_in: SignedIn, vault: Any):
    """Renamed later, it is still called so on the booking, at the desk and in the file."""
    from cally.bookings import manage_token  # noqa: PLC0415 - one test needs it

    owner = await ada(store)
    red = await room(store, owner)
    await needing(store, owner, red)
    booking = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/resources/{red.id}/settings", data=WEEKLY | {"name": "Rose room"})
        await client.get("/app")  # says that the room is saved
        ticket = f"/b/{manage_token(vault, booking.uid)}"
        for path in (ticket, f"/app/bookings/{booking.uid}"):
            page = words(await client.get(path))
            assert "Red room" in page
            assert "Rose room" not in page
        assert "LOCATION:Red room" in (await client.get(f"{ticket}/invite.ics")).text
