"""Out of office: the days a host is away, in all of their schedules, and who stands in for them."""

from datetime import UTC, date, datetime

import pytest

from cally.bookings import Availability, offer
from cally.calendars import keep_holidays
from cally.errors import CallyError
from cally.hosts import (
    TimeOffDraft,
    create_time_off,
    delete_time_off,
    forget_time_off,
    list_colleagues,
    list_standing_in,
    list_time_off,
    override_dates,
    stand_in_no_more,
    time_off_by_id,
    update_time_off,
)
from cally.model.accounts import Actor
from cally.model.ids import new_id
from cally.model.rules import Window
from cally.model.teams import Team, TeamMember
from cally.model.time_off import TimeOff
from cally.store import Store, accounts, audit, bookings, hosts, schedules, teams, time_off
from tests.booked import store_booking
from tests.cast import DAY, NOW, ada, at, event_type, host, schedule

AS_ADA = Actor(kind="host", account_id=1)
TUESDAY, THURSDAY = date(2026, 9, 22), date(2026, 9, 24)
AWAY = TimeOffDraft(first_on=TUESDAY, last_on=THURSDAY, note="At a conference.")


async def away(store: Store, host_id: int, draft: TimeOffDraft = AWAY, *, now: int = NOW) -> TimeOff:
    return await create_time_off(store, host_id, draft, now=now, actor=AS_ADA)


async def free_days(store: Store, slug: str = "intro") -> list[int]:
    """The days of the week of 21 September on which something is free."""
    found = await offer(store.reader, "ada", slug)
    slots = await Availability(store).slots(found, now=NOW, from_at=NOW, to_at=NOW + 5 * DAY)
    return sorted({datetime.fromtimestamp(slot.starts_at, UTC).day for slot in slots})


@pytest.mark.rule(24)
async def test_days_away_close_all_schedules(store: Store):
    """First and last included, whatever the hours, and no override opens them."""
    owner = await ada(store)
    evenings = await schedule(store, owner, now=NOW + 1)
    await event_type(store, evenings, "late")
    await away(store, owner.id)
    await override_dates(
        store, evenings.id, {TUESDAY: (Window(from_minute=540, to_minute=600),)}, now=NOW, actor=AS_ADA
    )
    assert (await free_days(store), await free_days(store, "late")) == ([21, 25], [21, 25])


async def test_what_was_computed_before_is_not_served_after(store: Store):
    """Adding, changing and removing time off are each seen at once by the same memory."""
    owner = await ada(store)
    memory, found = Availability(store), await offer(store.reader, "ada", "intro")

    async def count() -> int:
        current = await offer(store.reader, "ada", "intro")
        return len(await memory.slots(current, now=NOW, from_at=NOW, to_at=NOW + 5 * DAY))

    before = await memory.version(found, NOW)
    full = await count()
    entry = await away(store, owner.id)
    assert await memory.version(found, NOW) != before
    assert await count() == full - 3 * 16
    only = TimeOffDraft(first_on=TUESDAY, last_on=TUESDAY)
    await update_time_off(store, entry.id, only, now=NOW, actor=AS_ADA)
    assert await count() == full - 16
    await delete_time_off(store, entry.id, now=NOW, actor=AS_ADA)
    assert await count() == full


async def test_a_delegate_who_is_hidden_changes_the_page(store: Store):
    """A page names the delegate, so that what happens to their account makes it out of date."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    memory, found = Availability(store), await offer(store.reader, "ada", "intro")
    await away(store, owner.id, TimeOffDraft(first_on=TUESDAY, last_on=TUESDAY, delegate="ben"))
    before = await memory.version(found, NOW)
    async with store.write() as tx:
        await accounts.update_disabled(tx, ben.id, NOW)
    assert await memory.version(found, NOW) != before


async def test_a_delegate_is_named_by_their_address(store: Store):
    """They see for whom they stand in, and may step back; the days stay off."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    entry = await away(store, owner.id, TimeOffDraft(first_on=TUESDAY, last_on=THURSDAY, delegate=" /ben "))
    assert await list_standing_in(store.reader, ben.id, from_on=THURSDAY) == [entry]
    assert await list_standing_in(store.reader, ben.id, from_on=date(2026, 9, 25)) == []
    with pytest.raises(CallyError, match="no such time off"):
        await stand_in_no_more(store, entry.id, delegate_id=owner.id, now=NOW, actor=AS_ADA)
    await stand_in_no_more(store, entry.id, delegate_id=ben.id, now=NOW, actor=AS_ADA)
    kept = await time_off_by_id(store.reader, entry.id)
    assert kept is not None
    assert (kept.delegate_id, kept.first_on) == (None, TUESDAY)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (TimeOffDraft(first_on=THURSDAY, last_on=TUESDAY), "last_on"),
        (TimeOffDraft(first_on=TUESDAY, last_on=date(2037, 1, 1)), "last_on"),
        (TimeOffDraft(first_on=date(2026, 9, 24), last_on=date(2026, 9, 30)), "first_on"),
        (TimeOffDraft(first_on=date(2026, 10, 1), last_on=date(2026, 10, 1), delegate="nobody"), "delegate"),
        (TimeOffDraft(first_on=date(2026, 10, 1), last_on=date(2026, 10, 1), delegate="ada"), "delegate"),
        (TimeOffDraft(first_on=date(2026, 10, 1), last_on=date(2026, 10, 1), note="a\nb"), "note"),
    ],
)
async def test_each_fault_names_its_field(store: Store, draft: TimeOffDraft, field: str):
    """Dates in no order, days that are away already, a delegate whom guests cannot see."""
    owner = await ada(store)
    entry = await away(store, owner.id)
    with pytest.raises(CallyError) as caught:
        await away(store, owner.id, draft)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)
    assert await list_time_off(store.reader, owner.id) == [entry]


async def test_it_may_move_over_its_own_days(store: Store):
    """A change is not in its own way."""
    owner = await ada(store)
    entry = await away(store, owner.id)
    longer = TimeOffDraft(first_on=TUESDAY, last_on=date(2026, 9, 30), note="Longer.")
    changed = await update_time_off(store, entry.id, longer, now=NOW, actor=AS_ADA)
    assert await list_time_off(store.reader, owner.id) == [changed]
    assert changed.last_on == date(2026, 9, 30)


async def test_days_away_are_counted_once(store: Store):
    """Within what is asked, both ends included."""
    owner = await ada(store)
    await away(store, owner.id)
    await away(store, owner.id, TimeOffDraft(first_on=date(2026, 9, 28), last_on=date(2026, 10, 5)), now=NOW + 1)
    found = await time_off.days_away(store.reader, owner.id, date(2026, 9, 23), date(2026, 9, 29))
    assert sorted(on.day for on in found) == [23, 24, 28, 29]


async def test_what_is_over_for_a_year_is_forgotten(store: Store):
    """Not a day before."""
    owner = await ada(store)
    await away(store, owner.id)
    assert await forget_time_off(store, NOW + 365 * DAY) == 0
    assert await forget_time_off(store, NOW + 371 * DAY) == 1


async def test_a_schedule_knows_the_days_away(store: Store):
    """Alone and in a list, and its own rules stay as they are."""
    owner = await ada(store)
    await away(store, owner.id)
    (listed,) = await schedules.list_of(store.reader, owner.id)
    assert await schedules.by_id(store.reader, listed.id) == listed
    assert listed.hours.time_off == ((TUESDAY, THURSDAY),)
    assert listed.rules.time_off == ()


async def test_every_change_is_noted(store: Store):
    """Made, changed, removed."""
    owner = await ada(store)
    entry = await away(store, owner.id)
    await update_time_off(store, entry.id, AWAY, now=NOW, actor=AS_ADA)
    await delete_time_off(store, entry.id, now=NOW, actor=AS_ADA)
    tags = [note.tag for note in await audit.list_for(store.reader, f"host:{owner.id}")]
    assert tags == ["host:time_off:create", "host:time_off:update", "host:time_off:delete"]


async def test_bookings_in_the_days_off_stay(store: Store):
    """Being away moves nobody; the page says what lies there."""
    owner = await ada(store)
    booking = await store_booking(store, owner.id, starts_at=at("2026-09-22 09:00"))
    await away(store, owner.id)
    assert await bookings.by_uid(store.reader, booking.uid) == booking


async def test_colleagues_are_those_of_the_same_teams(store: Store):
    """Whoever shares no team stays unknown."""
    owner, ben, _ = await ada(store), await host(store, "Ben Okri"), await host(store, "Mallory Malone")
    team = Team(id=new_id(NOW), slug="support", name="Support", about="")
    async with store.write() as tx:
        await teams.insert(tx, team, now=NOW)
        for member in (owner, ben):
            await teams.insert_member(tx, TeamMember(team_id=team.id, host_id=member.id, manages=False), now=NOW)
    assert await list_colleagues(store.reader, owner.id) == [ben]


async def test_a_host_who_goes_takes_their_days_along(store: Store):
    """Their own days are gone, and where they stood in nobody does."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    entry = await away(store, owner.id, TimeOffDraft(first_on=TUESDAY, last_on=TUESDAY, delegate="ben"))
    await away(store, ben.id)
    hours = await schedule(store, ben)
    await keep_holidays(store, hours.id, country="DE", now=NOW, actor=AS_ADA)
    async with store.write() as tx:
        await hosts.delete(tx, ben.id)
    kept = await time_off_by_id(store.reader, entry.id)
    assert kept is not None
    assert kept.delegate_id is None
    assert await list_time_off(store.reader, ben.id) == []
