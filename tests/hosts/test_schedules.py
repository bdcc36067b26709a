"""A host's saved hours."""

from datetime import date

import msgspec
import pytest

from cally.errors import CallyError
from cally.hosts import (
    archive_event_type,
    create_event_type,
    create_schedule,
    default_rules,
    delete_schedule,
    host_by_id,
    list_schedules,
    schedule_by_id,
    update_schedule,
)
from cally.model.hosts import Host, Schedule
from cally.model.rules import Override, Pattern, ScheduleRules, Travel, WeeklyHours, Window
from cally.store import Store, audit, bookings
from tests.booked import store_booking
from tests.cast import DAY, NOW, TZ, host
from tests.hosts.conftest import AS_ADA, draft

EVENING = Window(from_minute=22 * 60, to_minute=26 * 60)
MAY = date(2027, 5, 1)


def hours(**changed: object) -> ScheduleRules:
    """Working hours in Berlin, but for what is changed."""
    return msgspec.structs.replace(default_rules(TZ), **changed)


async def saved(store: Store, host: Host, rules: ScheduleRules, *, now: int = NOW) -> Schedule:
    return await create_schedule(store, host.id, name="Hours", rules=rules, now=now, actor=AS_ADA)


async def test_every_kind_of_hours_comes_back(store: Store, ada: Host):
    """Past midnight, patterns, overrides, time off, holidays and travel."""
    rules = hours(
        weekly=(WeeklyHours(days=("fri", "sat"), hours=EVENING),),
        patterns=(Pattern(rrule="FREQ=MONTHLY;BYDAY=2TU", anchored_on=MAY, hours=EVENING),),
        overrides=(Override(on=MAY, hours=()), Override(on=date(2027, 5, 2), hours=(EVENING,))),
        holidays=(date(2027, 12, 24),),
        time_off=((MAY, MAY),),
        travel=(Travel(from_on=MAY, to_on=date(2027, 5, 9), tz="Asia/Tokyo"),),
    )
    made = await saved(store, ada, rules)
    assert made.rules == rules
    assert await schedule_by_id(store.reader, made.id) == made
    assert await list_schedules(store.reader, ada.id) == [made]


async def test_a_host_whose_zone_is_unsaid_lives_where_the_first_schedule_is(store: Store):
    """An account from the command line is in UTC until its hours say better; later schedules move nobody."""
    ben = await host(store, "Ben Okri", tz="UTC")
    await saved(store, ben, default_rules("Asia/Tokyo"))
    await saved(store, ben, default_rules(TZ))
    found = await host_by_id(store.reader, ben.id)
    assert found is not None
    assert found.tz == "Asia/Tokyo"


def test_the_default_is_a_working_week():
    """Monday to Friday, nine to five, in the zone that was asked for."""
    (weekly,) = default_rules("Asia/Tokyo").weekly
    assert weekly.days == ("mon", "tue", "wed", "thu", "fri")
    assert weekly.hours == Window(from_minute=9 * 60, to_minute=17 * 60)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (hours(tz="Mars/Olympus"), "tz"),
        (hours(weekly=(WeeklyHours(days=("mon",), hours=Window(from_minute=600, to_minute=4_000)),)), "weekly[0].to"),
        (hours(patterns=(Pattern(rrule="FREQ=SOMETIMES", anchored_on=MAY, hours=EVENING),)), "patterns[0].rrule"),
        (hours(overrides=(Override(on=MAY, hours=()),) * 2), "overrides[1].on"),
        (hours(time_off=((MAY, date(2027, 4, 30)),)), "time_off[0]"),
        (hours(travel=(Travel(from_on=MAY, to_on=date(2027, 4, 1), tz=TZ),)), "travel[0]"),
        (hours(travel=(Travel(from_on=MAY, to_on=MAY, tz="Nowhere"),)), "travel[0].tz"),
        (hours(holidays=(MAY,) * 1_001), "holidays"),
    ],
)
async def test_each_fault_names_its_path(store: Store, ada: Host, rules: ScheduleRules, field: str):
    """The path is the capsule's, and nothing is made."""
    with pytest.raises(CallyError) as caught:
        await saved(store, ada, rules)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)
    assert await list_schedules(store.reader, ada.id) == []


async def test_other_hours_move_no_booking(store: Store, ada: Host):
    """What is booked stays booked when the host works no more."""
    booking = await store_booking(store, ada.id, starts_at=NOW + DAY)
    (kept,) = await list_schedules(store.reader, ada.id)
    await update_schedule(store, kept.id, name="None", rules=hours(weekly=()), now=NOW, actor=AS_ADA)
    assert await bookings.by_uid(store.reader, booking.uid) == booking


async def test_a_schedule_in_use_is_kept(store: Store, ada: Host):
    """The event types that need it are named; archived ones do not."""
    used, other = await saved(store, ada, hours()), await saved(store, ada, hours(), now=NOW + 1)
    intro = await create_event_type(store, ada.id, draft("Intro", schedule_id=used.id), NOW, AS_ADA)
    with pytest.raises(CallyError) as caught:
        await delete_schedule(store, used.id, now=NOW, actor=AS_ADA)
    assert (caught.value.code, caught.value.facts["titles"]) == ("conflict", ["Intro"])
    assert "Intro" in caught.value.sentence
    await archive_event_type(store, intro.id, NOW, AS_ADA)
    await delete_schedule(store, used.id, now=NOW, actor=AS_ADA)
    assert await list_schedules(store.reader, ada.id) == [other]


async def test_the_last_schedule_stays(store: Store, ada: Host):
    """Every event type needs one."""
    only = await saved(store, ada, hours())
    with pytest.raises(CallyError, match="only schedule"):
        await delete_schedule(store, only.id, now=NOW, actor=AS_ADA)


async def test_unknown_ones_are_not_found(store: Store, ada: Host):
    """Neither a host nor a schedule that does not exist can be written to."""
    with pytest.raises(CallyError, match="no such host"):
        await create_schedule(store, 7, name="Hours", rules=hours(), now=NOW, actor=AS_ADA)
    with pytest.raises(CallyError, match="no such schedule"):
        await update_schedule(store, 7, name="Hours", rules=hours(), now=NOW, actor=AS_ADA)


async def test_every_change_is_noted(store: Store, ada: Host):
    """Made, changed, removed."""
    made = await saved(store, ada, hours())
    await saved(store, ada, hours())
    await update_schedule(store, made.id, name="New", rules=hours(), now=NOW + 1, actor=AS_ADA)
    await delete_schedule(store, made.id, now=NOW + 2, actor=AS_ADA)
    tags = [entry.tag for entry in await audit.list_for(store.reader, f"schedule:{made.id}")]
    assert tags == ["host:schedule:create", "host:schedule:update", "host:schedule:delete"]
