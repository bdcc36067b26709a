"""Rooms and things: who keeps them, who may use them, and what stands in the way of taking them out of use."""

from datetime import date

import msgspec
import pytest

from cally.bookings import Availability, book, list_uses, offer
from cally.errors import CallyError
from cally.hosts import (
    ResourceDraft,
    archive_resource,
    block_resource,
    create_event_type,
    create_resource,
    draft_of,
    keeps,
    list_blocks,
    list_resources,
    needs_of,
    numbered,
    resource_for,
    unblock_resource,
    update_event_type,
    update_resource,
)
from cally.model.accounts import Account
from cally.model.bookings import Taken
from cally.model.hosts import Host
from cally.model.rules import DAYS, EventTypeRules, ScheduleRules, WeeklyHours, Window
from cally.model.teams import Resource
from cally.store import Store, accounts, audit
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, TZ, at
from tests.hosts.conftest import AS_ADA, draft

TEN = at("2026-09-22 08:00")  # a Tuesday, 10:00 in Berlin
MORNINGS = ScheduleRules(
    tz=TZ, weekly=(WeeklyHours(days=DAYS[:5], hours=Window(from_minute=9 * 60, to_minute=12 * 60)),)
)


async def room(store: Store, owner: Host, name: str = "Red room", **draft: object) -> Resource:
    """A room that its keeper makes."""
    return await create_resource(store, owner.id, ResourceDraft(name=name, **draft), now=NOW, actor=AS_ADA)


async def meet(store: Store, owner: Host, *rooms: Resource, seats: int = 1) -> int:
    """Ada's event type that needs one of these rooms."""
    needs = numbered([(one.id, "room") for one in rooms])
    rules = EventTypeRules(duration_minutes=60, seats=seats)
    await cast.schedule(store, owner)
    wanted = msgspec.structs.replace(draft("Meet"), rules=rules, resources=needs)
    return (await create_event_type(store, owner.id, wanted, NOW, AS_ADA)).id


async def account(store: Store, host: Host) -> Account:
    found = await accounts.by_id(store.reader, host.id)
    assert found is not None
    return found


async def ask(store: Store, starts_at: int, host: str = "ada") -> object:
    request = cast.request(starts_at, host=host, event_type="meet")
    return await book(store, Availability(store), request, now=NOW, actor=AS_CLEO)


async def free(store: Store) -> list[int]:
    """The hours of Tuesday on which Ada's event type is free, by the clock of UTC."""
    found = await offer(store.reader, "ada", "meet")
    slots = await Availability(store).slots(
        found, now=NOW, from_at=at("2026-09-22 00:00"), to_at=at("2026-09-23 00:00")
    )
    return [(slot.starts_at % DAY) // HOUR for slot in slots]


@pytest.mark.rule(66)
async def test_a_shared_room_is_everybodys_to_use(store: Store, ada: Host, ben: Host):
    """What is not shared is its keeper's alone, and nobody else learns of it."""
    red, own = await room(store, ada), await room(store, ada, "Attic", shared=False)
    assert [one.name for one in await list_resources(store.reader, ada.id)] == ["Attic", "Red room"]
    assert await list_resources(store.reader, ben.id) == [red]
    assert await resource_for(store.reader, own.id, ben.id) is None
    with pytest.raises(CallyError) as caught:
        await meet(store, ben, own)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", "resources[0].id")


async def test_its_keeper_and_admins_may_change_a_room(store: Store, ada: Host, ben: Host):
    """Whoever may use a room may not rename it."""
    red = await room(store, ada)
    admin = await cast.host(store, "Dora Maar", role="admin")
    assert [keeps(await account(store, one), red) for one in (ada, ben, admin)] == [True, False, True]


async def test_what_is_made_changed_and_archived_is_noted(store: Store, ada: Host):
    """The audit log names who, and the room."""
    red = await room(store, ada)
    await update_resource(store, red.id, ResourceDraft(name="Rose room"), now=NOW, actor=AS_ADA)
    await archive_resource(store, red.id, now=NOW, actor=AS_ADA)
    entries = await audit.list_for(store.reader, f"resource:{red.id}")
    assert [(entry.tag, entry.facts["name"]) for entry in entries] == [
        ("host:resource:create", "Red room"),
        ("host:resource:update", "Rose room"),
        ("host:resource:archive", "Rose room"),
    ]


BACKWARDS = ScheduleRules(tz=TZ, time_off=((date(2026, 9, 22), date(2026, 9, 21)),))


@pytest.mark.parametrize(
    ("field", "draft"),
    [("name", ResourceDraft(name=" ")), ("hours.time_off[0]", ResourceDraft(name="Red", hours=BACKWARDS))],
)
async def test_what_makes_no_sense_is_refused_with_its_field(store: Store, ada: Host, field: str, draft: ResourceDraft):
    """Names that are empty, hours that contradict themselves."""
    with pytest.raises(CallyError) as caught:
        await create_resource(store, ada.id, draft, now=NOW, actor=AS_ADA)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)


async def test_a_room_that_is_needed_stays(store: Store, ada: Host, ben: Host):
    """Neither archived nor taken back while an event type needs it; the refusal names which."""
    red = await room(store, ada)
    needing = await meet(store, ben, red)
    with pytest.raises(CallyError, match="“Meet”") as caught:
        await archive_resource(store, red.id, now=NOW, actor=AS_ADA)
    assert caught.value.facts["titles"] == ["Meet"]
    with pytest.raises(CallyError, match="kept for yourself"):
        await update_resource(store, red.id, ResourceDraft(name="Red room", shared=False), now=NOW, actor=AS_ADA)
    await update_event_type(store, needing, msgspec.structs.replace(draft("Meet"), resources=()), NOW, AS_ADA)
    await archive_resource(store, red.id, now=NOW, actor=AS_ADA)
    assert await list_resources(store.reader, ben.id) == []


async def test_a_change_of_an_event_type_leaves_its_needs_unless_they_are_given(store: Store, ada: Host):
    """A draft that says nothing of resources changes nothing about them; their order is kept."""
    red, blue = await room(store, ada), await room(store, ada, "Blue room")
    needing = await meet(store, ada, red, blue)
    event_type = (await offer(store.reader, "ada", "meet")).event_type
    await update_event_type(store, needing, draft_of(event_type), NOW, AS_ADA)
    assert [need.resource_id for need in await needs_of(store.reader, needing)] == [red.id, blue.id]
    turned = msgspec.structs.replace(draft_of(event_type), resources=numbered([(blue.id, "room"), (red.id, "room")]))
    await update_event_type(store, needing, turned, NOW, AS_ADA)
    assert [need.resource_id for need in await needs_of(store.reader, needing)] == [blue.id, red.id]


@pytest.mark.rule(66)
async def test_the_hours_of_a_room_limit_what_is_offered(store: Store, ada: Host):
    """Ada works till five, the room is open till noon; opened for good, it limits nothing."""
    red = await room(store, ada, hours=MORNINGS)
    await meet(store, ada, red)
    assert await free(store) == [7, 8, 9]
    await update_resource(store, red.id, ResourceDraft(name="Red room"), now=NOW, actor=AS_ADA)
    assert await free(store) == [7, 8, 9, 10, 11, 12, 13, 14]


@pytest.mark.rule(66)
async def test_a_block_closes_a_room_until_it_is_taken_away(store: Store, ada: Host):
    """“Being painted”: nobody can have it then."""
    red = await room(store, ada)
    await meet(store, ada, red)
    block = await block_resource(
        store, red.id, starts_at=TEN, ends_at=TEN + 4 * HOUR, note="Being painted", now=NOW, actor=AS_ADA
    )
    assert await free(store) == [7, 12, 13, 14]
    assert await list_blocks(store.reader, red.id, TEN, TEN + HOUR) == [block]
    await unblock_resource(store, red.id, block.uid, now=NOW, actor=AS_ADA)
    assert await free(store) == [7, 8, 9, 10, 11, 12, 13, 14]


async def test_a_block_takes_nothing_from_anybody(store: Store, ada: Host):
    """Where somebody has the room it is refused, and nothing of it stays."""
    red = await room(store, ada)
    await meet(store, ada, red)
    cast.booked(await ask(store, TEN))
    with pytest.raises(CallyError) as caught:
        await block_resource(store, red.id, starts_at=TEN - HOUR, ends_at=TEN + 1, note="", now=NOW, actor=AS_ADA)
    assert caught.value.code == "conflict"
    assert await list_blocks(store.reader, red.id, TEN - DAY, TEN + DAY) == []


@pytest.mark.parametrize("span", [(0, 0), (2, 1), (-3, -2), (0, 400 * 24)])
async def test_a_block_is_a_stretch_ahead(store: Store, ada: Host, span: tuple[int, int]):
    """Not empty, not backwards, not over, not for ever: hours from now."""
    red = await room(store, ada)
    starts_at, ends_at = (NOW + hours * HOUR for hours in span)
    with pytest.raises(CallyError) as caught:
        await block_resource(store, red.id, starts_at=starts_at, ends_at=ends_at, note="", now=NOW, actor=AS_ADA)
    assert caught.value.facts["field"] == "ends_at"


async def test_a_block_of_another_room_is_not_there(store: Store, ada: Host):
    """Whoever may change one room cannot open another one by its block's name."""
    red, blue = await room(store, ada), await room(store, ada, "Blue room")
    block = await block_resource(store, red.id, starts_at=TEN, ends_at=TEN + HOUR, note="", now=NOW, actor=AS_ADA)
    with pytest.raises(CallyError) as caught:
        await unblock_resource(store, blue.id, block.uid, now=NOW, actor=AS_ADA)
    assert caught.value.code == "not_found"


@pytest.mark.rule(39)
async def test_others_see_by_whom_a_room_is_booked_and_no_more(store: Store, ada: Host, ben: Host):
    """Ben learns that Ada has it, and why it is closed; the guest is Ada's to know."""
    red = await room(store, ada)
    await meet(store, ada, red)
    booking = cast.booked(await ask(store, TEN))
    await block_resource(store, red.id, starts_at=TEN + 2 * HOUR, ends_at=TEN + DAY, note="Wet", now=NOW, actor=AS_ADA)
    seen = {
        host.slug: await list_uses(store.reader, red.id, host_id=host.id, from_at=TEN - HOUR, to_at=TEN + DAY, now=NOW)
        for host in (ada, ben)
    }
    assert [(use.kind, use.by, use.note) for use in seen["ben"]] == [
        ("booking", "Ada Lovelace", ""),
        ("block", "", "Wet"),
    ]
    assert [use.booking for use in seen["ben"]] == [None, None]
    assert [use.booking for use in seen["ada"]] == [booking, None]


@pytest.mark.rule(58)
async def test_guests_of_one_session_share_the_room(store: Store, ada: Host):
    """Two seats of one time take it once; the room is one use, and full when the seats are."""
    red = await room(store, ada)
    await meet(store, ada, red, seats=2)
    assert [cast.booked(await ask(store, TEN)).resources for _ in range(2)] == [(red.id,), (red.id,)]
    assert isinstance(await ask(store, TEN), Taken)
    uses = await list_uses(store.reader, red.id, host_id=ada.id, from_at=TEN, to_at=TEN + HOUR, now=NOW)
    assert len(uses) == 1


async def test_who_leaves_hands_their_rooms_on(store: Store, ada: Host, ben: Host):
    """The rooms of a removed host go to an admin, for others need them."""
    from cally.accounts import delete_account  # noqa: PLC0415 - hosts' tests need accounts only here

    dora = await cast.host(store, "Dora Maar", role="admin")
    red = await room(store, ada)
    await meet(store, ada, red)
    await meet(store, ben, red)
    await delete_account(store, ada.id, now=NOW, actor=AS_ADA)
    assert [one.host_id for one in await list_resources(store.reader, ben.id)] == [dora.id]
