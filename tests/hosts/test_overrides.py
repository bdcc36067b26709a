"""Overrides, many at once."""

from datetime import date

import pytest

from cally.errors import CallyError
from cally.hosts import create_schedule, dates_between, default_rules, override_dates, schedule_by_id
from cally.model.hosts import Host, Schedule
from cally.model.rules import Override, Window
from cally.store import Store
from tests.cast import DAY, NOW, TZ
from tests.hosts.conftest import AS_ADA

MORNING = (Window(from_minute=540, to_minute=720),)
MONDAY, TUESDAY = date(2026, 9, 28), date(2026, 9, 29)


async def saved(store: Store, host: Host) -> Schedule:
    return await create_schedule(store, host.id, name="Hours", rules=default_rules(TZ), now=NOW, actor=AS_ADA)


async def overrides(store: Store, schedule_id: int) -> tuple[Override, ...]:
    found = await schedule_by_id(store.reader, schedule_id)
    assert found is not None
    return found.rules.overrides


@pytest.mark.rule(24)
async def test_many_dates_change_at_once_and_can_go_back(store: Store, ada: Host):
    """What they had is answered, and sending it again is the way back."""
    made = await saved(store, ada)
    await override_dates(store, made.id, {MONDAY: MORNING}, now=NOW, actor=AS_ADA)
    before = await override_dates(store, made.id, {MONDAY: (), TUESDAY: ()}, now=NOW, actor=AS_ADA)
    assert await overrides(store, made.id) == (Override(on=MONDAY, hours=()), Override(on=TUESDAY, hours=()))
    assert before == {MONDAY: MORNING, TUESDAY: None}
    await override_dates(store, made.id, before, now=NOW, actor=AS_ADA)
    assert await overrides(store, made.id) == (Override(on=MONDAY, hours=MORNING),)


async def test_what_lies_over_a_year_back_goes(store: Store, ada: Host):
    """Old dates pile up otherwise, and each costs every page a little."""
    made = await saved(store, ada)
    await override_dates(store, made.id, {MONDAY: ()}, now=NOW, actor=AS_ADA)
    later = date(2027, 11, 1)
    await override_dates(store, made.id, {later: ()}, now=NOW + 400 * DAY, actor=AS_ADA)
    assert [entry.on for entry in await overrides(store, made.id)] == [later]


async def test_too_many_or_unknown_are_refused(store: Store, ada: Host):
    """A thousand dates fit; hours that make no sense name their path."""
    made = await saved(store, ada)
    many = {date.fromordinal(MONDAY.toordinal() + number): () for number in range(1_001)}
    with pytest.raises(CallyError, match="At most 1000 dates"):
        await override_dates(store, made.id, many, now=NOW, actor=AS_ADA)
    with pytest.raises(CallyError, match="no such schedule"):
        await override_dates(store, 7, {MONDAY: ()}, now=NOW, actor=AS_ADA)


def test_dates_between_are_those_weekdays():
    """Both ends included."""
    assert dates_between(MONDAY, date(2026, 10, 6), ("mon", "tue")) == (
        MONDAY,
        TUESDAY,
        date(2026, 10, 5),
        date(2026, 10, 6),
    )
    for first, last in ((TUESDAY, MONDAY), (MONDAY, date(2030, 1, 1))):
        with pytest.raises(CallyError) as caught:
            dates_between(first, last)
        assert caught.value.facts["field"] == "to"
