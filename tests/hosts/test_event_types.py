"""A host's event types: made whole, changed without touching bookings, archived instead of lost."""

from datetime import date

import pytest

from cally.errors import CallyError
from cally.hosts import (
    EventTypeDraft,
    archive_event_type,
    create_event_type,
    create_schedule,
    default_rules,
    draft_of,
    event_type_by_id,
    event_type_by_slug,
    list_event_types,
    list_schedules,
    order_event_types,
    update_event_type,
)
from cally.model.hosts import Host, Place, Question
from cally.model.ids import new_id, new_uid
from cally.model.rules import Cap, Horizon
from cally.store import Store, audit, bookings, occupancy
from tests.booked import store_booking
from tests.cast import DAY, HOUR, NOW
from tests.hosts.conftest import AS_ADA, draft


async def test_an_event_type_is_kept_as_it_was_drafted(store: Store, ada: Host):
    """Everything comes back, the slug made from the title, and the draft can be had again."""
    written = draft(
        "Über-Beratung",
        description="**Bold** words",
        durations_minutes=(60, 30, 90),
        places=(Place(kind="link", detail="https://meet.example.org/ada"), Place(kind="guest_phone")),
        questions=(Question(id="", label="Your goal?", kind="select", choices=("fun", "work")),),
        approval=True,
        buffer_after_minutes=10,
        caps=(Cap(per="day", bookings=3), Cap(per="day", minutes=120)),
    )
    made = await create_event_type(store, ada.id, written, NOW, AS_ADA)
    assert await event_type_by_slug(store.reader, ada.id, "uber-beratung") == made
    assert made.durations_minutes == (30, 60, 90)
    assert made.questions[0].id == "your-goal"
    assert await update_event_type(store, made.id, draft_of(made), NOW, AS_ADA) == made


async def test_a_host_without_a_schedule_gets_working_hours(store: Store, ben: Host):
    """In the host's own zone; the next event type uses them too."""
    made = await create_event_type(store, ben.id, draft(), NOW, AS_ADA)
    (kept,) = await list_schedules(store.reader, ben.id)
    assert (made.schedule_id, kept.rules) == (kept.id, default_rules("Africa/Lagos"))
    other = await create_event_type(store, ben.id, draft("Other"), NOW, AS_ADA)
    assert other.schedule_id == kept.id


async def test_anothers_schedule_cannot_be_used(store: Store, ada: Host, ben: Host):
    """It is as unknown as one that does not exist."""
    bens = await create_schedule(store, ben.id, name="Ben’s", rules=default_rules("UTC"), now=NOW, actor=AS_ADA)
    with pytest.raises(CallyError) as caught:
        await create_event_type(store, ada.id, draft(schedule_id=bens.id), NOW, AS_ADA)
    assert caught.value.facts["field"] == "schedule_id"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (draft(" "), "title"),
        (draft(slug="A B"), "slug"),
        (draft(duration_minutes=0), "duration_minutes"),
        (draft(duration_minutes=1_441), "duration_minutes"),
        (draft(durations_minutes=(30, 2_000)), "durations_minutes"),
        (draft(durations_minutes=tuple(range(1, 20))), "durations_minutes"),
        (draft(step_minutes=0), "step_minutes"),
        (draft(offset_minutes=-1), "offset_minutes"),
        (draft(buffer_before_minutes=-5), "buffer_before_minutes"),
        (draft(buffer_after_minutes=1_500), "buffer_after_minutes"),
        (draft(notice_minutes=-1), "notice_minutes"),
        (draft(notice_days=400), "notice_days"),
        (draft(seats=0), "seats"),
        (draft(assignment="collective"), "assignment"),
        (draft(horizon=Horizon(kind="rolling")), "horizon.days"),
        (draft(horizon=Horizon(kind="range", from_on=date(2026, 1, 2), to_on=date(2026, 1, 1))), "horizon"),
        (draft(caps=(Cap(per="day"),)), "caps[0]"),
        (draft(caps=(Cap(per="day", bookings=0),)), "caps[0]"),
        (draft(caps=(Cap(per="day", bookings=1), Cap(per="day", bookings=2))), "caps[1]"),
        (draft(places=(Place(kind="in_person"),)), "places[0].detail"),
        (draft(places=(Place(kind="link", detail="javascript:alert(1)"),)), "places[0].detail"),
        (draft(questions=(Question(id="", label="", kind="text"),)), "questions[0].label"),
        (draft(questions=(Question(id="", label="Which?", kind="radio"),)), "questions[0].choices"),
        (draft(questions=(Question(id="a b", label="Why?", kind="text"),)), "questions[0].id"),
        (draft(questions=(Question(id="a", label="Why?", kind="text"),) * 2), "questions[0].id"),
    ],
)
async def test_each_fault_names_its_field(store: Store, ada: Host, wrong: EventTypeDraft, field: str):
    """And nothing is made."""
    with pytest.raises(CallyError) as caught:
        await create_event_type(store, ada.id, wrong, NOW, AS_ADA)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)
    assert await list_event_types(store.reader, ada.id) == []


async def test_slugs_are_unique_per_host(store: Store, ada: Host, ben: Host):
    """A made one is numbered, a chosen one refused, another host's does not matter, one's own may be kept."""
    first = await create_event_type(store, ada.id, draft(), NOW, AS_ADA)
    second = await create_event_type(store, ada.id, draft(), NOW, AS_ADA)
    assert (first.slug, second.slug) == ("intro-call", "intro-call-2")
    with pytest.raises(CallyError) as caught:
        await update_event_type(store, second.id, draft(slug="intro-call"), NOW, AS_ADA)
    assert caught.value.facts["field"] == "slug"
    await create_event_type(store, ben.id, draft(slug="intro-call"), NOW, AS_ADA)
    await update_event_type(store, first.id, draft(slug="intro-call", title="New"), NOW, AS_ADA)


@pytest.mark.rule(56)
async def test_editing_never_alters_bookings(store: Store, ada: Host):
    """Length, buffers and title of what is booked stay as they were."""
    booking = await store_booking(store, ada.id, starts_at=NOW + DAY)
    longer = draft("Long talk", duration_minutes=120, buffer_before_minutes=60)
    await update_event_type(store, booking.event_type_id, longer, NOW, AS_ADA)
    assert await bookings.by_uid(store.reader, booking.uid) == booking


@pytest.mark.rule(58)
async def test_seats_cannot_fall_below_what_is_taken(store: Store, ada: Host):
    """Two of five seats are taken: four may be left, one may not."""
    made = await create_event_type(store, ada.id, draft(seats=5), NOW, AS_ADA)
    for _ in range(2):
        await take_seat(store, ada, made.id, seats=5)
    with pytest.raises(CallyError, match="2 seats") as caught:
        await update_event_type(store, made.id, draft(seats=1), NOW, AS_ADA)
    assert caught.value.facts["field"] == "seats"
    assert (await update_event_type(store, made.id, draft(seats=2), NOW, AS_ADA)).rules.seats == 2
    await update_event_type(store, made.id, draft(seats=1), NOW + 2 * DAY, AS_ADA)


async def test_archiving_keeps_the_bookings_and_frees_the_slug(store: Store, ada: Host):
    """It is neither listed nor found nor changed any more; its bookings are."""
    booking = await store_booking(store, ada.id, starts_at=NOW + DAY)
    made = await event_type_by_id(store.reader, booking.event_type_id)
    assert made is not None
    await archive_event_type(store, made.id, NOW, AS_ADA)
    assert await event_type_by_id(store.reader, made.id) is None
    assert await list_event_types(store.reader, ada.id) == []
    with pytest.raises(CallyError, match="no such event type"):
        await update_event_type(store, made.id, draft(), NOW, AS_ADA)
    assert await bookings.by_uid(store.reader, booking.uid) == booking
    again = await create_event_type(store, ada.id, draft(slug=made.slug), NOW, AS_ADA)
    assert again.id != made.id


async def test_unlisted_ones_are_left_out_of_the_profile(store: Store, ada: Host):
    """They have an address all the same."""
    hidden = await create_event_type(store, ada.id, draft("Hidden", listed=False), NOW, AS_ADA)
    shown = await create_event_type(store, ada.id, draft("Shown"), NOW, AS_ADA)
    assert await list_event_types(store.reader, ada.id, listed_only=True) == [shown]
    assert await event_type_by_slug(store.reader, ada.id, "hidden") == hidden


async def test_the_order_is_the_hosts(store: Store, ada: Host, ben: Host):
    """Those not named follow; another host's are not moved."""
    made = [await create_event_type(store, ada.id, draft(title), NOW, AS_ADA) for title in ("A", "B", "C")]
    bens = await create_event_type(store, ben.id, draft("D"), NOW, AS_ADA)
    await order_event_types(store, ada.id, [bens.id, made[2].id], NOW, AS_ADA)
    assert [kept.title for kept in await list_event_types(store.reader, ada.id)] == ["C", "A", "B"]
    assert await event_type_by_id(store.reader, bens.id) == bens


async def test_every_change_is_noted(store: Store, ada: Host):
    """Made, changed, archived: who and when."""
    made = await create_event_type(store, ada.id, draft(), NOW, AS_ADA)
    await update_event_type(store, made.id, draft("New"), NOW + 1, AS_ADA)
    await archive_event_type(store, made.id, NOW + 2, AS_ADA)
    entries = await audit.list_for(store.reader, f"event_type:{made.id}")
    actions = ["create", "update", "archive"]
    assert [entry.tag for entry in entries] == [f"host:event_type:{action}" for action in actions]


async def take_seat(store: Store, host: Host, event_type_id: int, *, seats: int) -> None:
    """One seat of tomorrow's instance."""
    async with store.write() as tx:
        await occupancy.insert(
            tx,
            id=new_id(NOW),
            owner_id=host.id,
            kind="booking",
            uid=new_uid(),
            event_type_id=event_type_id,
            starts_at=NOW + DAY,
            ends_at=NOW + DAY + HOUR // 2,
            buffer_before=0,
            buffer_after=0,
            session="tomorrow",
            seats=seats,
        )
