"""The calendar of single days: one click blocks or opens a day, a few ticks do so for many, and Undo takes it back."""

import re
from datetime import date
from typing import Any

import httpx2
import pytest

from cally.hosts import TimeOffDraft, create_time_off
from cally.model.hosts import Host, Schedule
from cally.model.rules import Override, ScheduleRules, Window
from cally.store import Store, schedules
from tests.cast import NINE, NOW, WORKING_WEEK, ada, host, schedule
from tests.hosts.conftest import AS_ADA
from tests.web.desks import SignedIn, desk, words
from tests.web.forms_of import fields

WEDNESDAY, SATURDAY = "2026-09-23", "2026-09-26"
MORNING = Window(from_minute=540, to_minute=720)


async def hours(store: Store, owner: Host) -> Schedule:
    return (await schedules.list_of(store.reader, owner.id))[0]


async def overrides(store: Store, owner: Host) -> dict[str, int]:
    """How many windows each date has of its own."""
    return {entry.on.isoformat(): len(entry.hours) for entry in (await hours(store, owner)).rules.overrides}


def kinds(page: httpx2.Response) -> dict[str, str]:
    """What each day of the calendar is like, by date."""
    cells = re.findall(r'class="k-(\w+)[^"]*"><button[^>]*value="([0-9-]+)"', page.text)
    return {on: kind for kind, on in cells}


@pytest.mark.rule(24)
async def test_a_click_blocks_a_day_and_the_next_one_opens_it(app: Any, store: Store, signed_in: SignedIn):
    """The override that closes it is there, then gone again."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        client.headers["accept-language"] = "en-GB"
        assert kinds(await client.get(path))[WEDNESDAY] == "open"
        answer = await client.post(f"{path}/days", data={"day": WEDNESDAY, "month": "2026-09"})
        assert answer.headers["location"] == f"{path}?month=2026-09#days"
        assert await overrides(store, owner) == {WEDNESDAY: 0}
        page = await client.get(path)
        assert kinds(page)[WEDNESDAY] == "blocked"
        assert "Wednesday 23 September is blocked." in words(page)
        await client.post(f"{path}/days", data={"day": WEDNESDAY})
    assert await overrides(store, owner) == {}


async def test_a_click_can_be_undone(app: Any, store: Store, signed_in: SignedIn):
    """Also when the day had hours of its own before."""
    owner = await host(store, "Ada Lovelace")
    own = Override(on=date(2026, 9, 23), hours=(MORNING, Window(from_minute=1_320, to_minute=1_500)))
    kept = await schedule(store, owner, ScheduleRules(tz="Europe/Berlin", weekly=WORKING_WEEK.weekly, overrides=(own,)))
    path = f"/app/availability/{kept.id}"
    async with desk(app, signed_in, owner) as client:
        assert kinds(await client.get(path))[WEDNESDAY] == "own"
        await client.post(f"{path}/days", data={"day": WEDNESDAY})
        assert await overrides(store, owner) == {WEDNESDAY: 0}
        undo = fields((await client.get(path)).text, f"{path}/days/restoration")
        await client.post(f"{path}/days/restoration", data=undo)
    assert (await hours(store, owner)).rules.overrides == (own,)


async def test_a_closed_day_asks_for_hours(app: Any, store: Store, signed_in: SignedIn):
    """A Saturday has none to go back to: the page offers some, and a click takes them away again."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        client.headers["accept-language"] = "en-GB"
        answer = await client.post(f"{path}/days", data={"day": SATURDAY, "month": "2026-09"})
        assert answer.headers["location"] == f"{path}?month=2026-09&open={SATURDAY}#open"
        page = await client.get(f"{path}?month=2026-09&open={SATURDAY}")
        assert "Open Saturday 26 September?" in words(page)
        sent = fields(page.text, f"{path}/days/chosen") | {"act": "open"}
        await client.post(f"{path}/days/chosen", data=sent)
        assert await overrides(store, owner) == {SATURDAY: 1}
        await client.post(f"{path}/days", data={"day": SATURDAY})
    assert await overrides(store, owner) == {}


async def test_many_days_are_blocked_at_once(app: Any, store: Store, signed_in: SignedIn):
    """Ticked ones together, then let go together; Undo gives each what it had."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    ticked = ["2026-09-22", WEDNESDAY, "2026-10-01"]
    async with desk(app, signed_in, owner) as client:
        await client.post(f"{path}/days", data={"day": WEDNESDAY})
        await client.post(f"{path}/days/chosen", data={"on": ticked, "act": "close"})
        assert await overrides(store, owner) == dict.fromkeys(ticked, 0)
        page = await client.get(path)
        assert "3 days are blocked." in words(page)
        await client.post(f"{path}/days/restoration", data=fields(page.text, f"{path}/days/restoration"))
        assert await overrides(store, owner) == {WEDNESDAY: 0}
        await client.post(f"{path}/days/chosen", data={"on": ticked, "act": "clear"})
    assert await overrides(store, owner) == {}


async def test_a_stretch_of_weekdays_gets_hours(app: Any, store: Store, signed_in: SignedIn):
    """From one day to another, on Mondays and Saturdays."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    sent = {
        "first": "2026-10-01",
        "last": "2026-10-12",
        "weekday": ["mon", "sat"],
        "act": "open",
        "hours-from": "540",
        "hours-to": "720",
    }
    async with desk(app, signed_in, owner) as client:
        await client.post(f"{path}/days/chosen", data=sent)
    found = (await hours(store, owner)).rules.overrides
    assert [entry.on.day for entry in found] == [3, 5, 10, 12]
    assert {entry.hours for entry in found} == {(MORNING,)}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"act": "close"}, "choose at least one day"),
        ({"act": "close", "on": "soon"}, "This is not a date"),
        ({"act": "open", "on": WEDNESDAY, "hours-from": "x", "hours-to": "600"}, "choose two times"),
        ({"act": "close", "first": "2026-10-05", "last": "2026-10-01", "weekday": "mon"}, "before the first one"),
        ({"act": "close", "first": "2026-10-05", "last": "2026-10-06"}, "No such weekday"),
        ({"act": "close", "first": "2026-10-05", "last": "2036-10-06", "weekday": "mon"}, "three years"),
    ],
)
async def test_wrong_days_are_said(app: Any, store: Store, signed_in: SignedIn, sent: Any, sentence: str):
    """The page comes back with the fault; nothing is kept."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        answer = await client.post(f"{path}/days/chosen", data=sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert await overrides(store, owner) == {}


async def test_a_forged_undo_changes_nothing(app: Any, store: Store, signed_in: SignedIn):
    """Neither words, nor hours that no day has, nor a stretch of a thousand years."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    forged = ["x", "2026-10-01/2026-10-01=9-8", "2026-10-01/2026-10-01=a-b", "0001-01-01/9999-12-31=closed"]
    async with desk(app, signed_in, owner) as client:
        assert (await client.post(f"{path}/days/restoration", data={"was": forged})).status_code == 303
        for day in ("9999-12-31", "0001-01-01", "no"):
            assert (await client.post(f"{path}/days", data={"day": day})).status_code == 303
    assert await overrides(store, owner) == {}


async def test_the_page_says_why_a_day_is_closed(app: Any, store: Store, signed_in: SignedIn):
    """Time off, a public holiday by its name, a block: each in its word."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    away = TimeOffDraft(first_on=date(2026, 12, 28), last_on=date(2026, 12, 30))
    await create_time_off(store, owner.id, away, now=NOW, actor=AS_ADA)
    async with desk(app, signed_in, owner) as client:
        client.headers["accept-language"] = "en-GB"
        await client.post(f"{path}/holidays/country", data={"country": "DE"})
        await client.post(f"{path}/days", data={"day": "2026-12-23"})
        page = await client.get(f"{path}?month=2026-12")
        found = kinds(page)
        said = words(page)
        location = (await client.post(f"{path}/days", data={"day": "2026-12-29"})).headers["location"]
    assert [found[f"2026-12-{day}"] for day in (22, 23, 25, 27, 29)] == ["open", "blocked", "holiday", "shut", "away"]
    assert "Friday 25 December Christmas Day" in said
    assert "28–30 Dec Away" in said
    assert location == "/app/time-off"


async def test_months_ahead_are_one_link_away(app: Any, store: Store, signed_in: SignedIn):
    """Back to the one that runs, ahead for three years; a month that is none is the one that runs."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        first = await client.get(f"{path}?month=nonsense")
        assert f"{path}?month=2026-10#days" in first.text
        assert "Previous month" not in words(first) + first.text
        last = await client.get(f"{path}?month=2031-01")
        assert "September 2029" in words(last)
        assert "Next month" not in last.text
        assert f"{path}?month=2029-08#days" in last.text


async def test_weeks_that_are_over_are_not_shown(app: Any, store: Store, signed_in: SignedIn):
    """The month that runs begins with this week and rolls on into the next one."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        found = kinds(await client.get("/app/availability"))
    assert (min(found), max(found)) == ("2026-09-21", "2026-10-25")
    assert sum(kind == "open" for kind in found.values()) == 25


async def test_the_calendar_shows_the_week_as_it_would_be(app: Any, store: Store, signed_in: SignedIn):
    """While the week is edited, its days are shown by the engine before anything is saved."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        sent = fields((await client.get(path)).text, path)
        page = await client.post(path, data=sent | {"act": "add:sat"})
    assert kinds(page)[SATURDAY] == "open"
    assert (await hours(store, owner)).rules.weekly[0].hours == NINE
