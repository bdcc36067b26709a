"""The page that says why a time is offered or not: verdict, facts in words, the day drawn, the nearest times."""

import re
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec
import pytest

from cally.bookings import Availability, hold
from cally.cli.replay import answered
from cally.model.calendars import BusyTime, Calendar
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.rules import Cap, EventTypeRules, Horizon, Override, ScheduleRules, Travel, Window
from cally.model.time_off import PublicHoliday, PublicHolidays
from cally.store import Store, calendars, event_types, hosts, public_holidays
from tests.cast import (
    DAY,
    HOUR,
    NOW,
    WORKING_WEEK,
    ada,
    at,
    cabin,
    event_type,
    host,
    schedule,
    team_event_type,
)
from tests.web.conftest import Watch
from tests.web.desks import SignedIn, cleo_books, desk, words

TEN = at("2026-09-22 08:00")  # Tuesday, 10:00 in Berlin
RULES = EventTypeRules(duration_minutes=30)


class Page:
    """Ada's browser, asking the page."""

    def __init__(self, client: httpx2.AsyncClient, store: Store, host: Host) -> None:
        self.client, self.store, self.host = client, store, host

    async def ask(
        self, on: str = "2026-09-22", clock: str = "10:00", *, slug: str = "intro", **more: str
    ) -> httpx2.Response:
        """Ask about one of Ada's event types."""
        found = await event_types.by_slug(self.store.reader, self.host.id, slug)
        assert found is not None
        return await self.client.get("/app/why", params={"event_type": str(found.id), "on": on, "at": clock, **more})

    async def told(self, on: str = "2026-09-22", clock: str = "10:00", *, slug: str = "intro") -> str:
        """What it says."""
        answer = await self.ask(on, clock, slug=slug)
        assert answer.status_code == 200
        return words(answer)

    async def offers(self, rules: EventTypeRules = RULES, hours: ScheduleRules = WORKING_WEEK) -> None:
        """One more event type, `other`."""
        await event_type(self.store, await schedule(self.store, self.host, hours), "other", rules=rules)


@pytest.fixture
async def page(app: Any, store: Store, signed_in: SignedIn) -> Any:
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        client.headers["accept-language"] = "en-GB"
        yield Page(client, store, owner)


async def busy(store: Store, owner: Host, *stretches: tuple[int, int], read_at: int = NOW) -> None:
    """A calendar of the host that holds this busy time."""
    made = Calendar(
        id=new_id(NOW),
        host_id=owner.id,
        name="Work",
        shown_address="https://cal.example.org/…",
        tz=None,
        tentative_blocks=True,
        created_at=NOW - DAY,
        next_read_at=NOW,
    )
    async with store.write() as tx:
        await calendars.insert(tx, made, address_sealed=b"sealed")
        await calendars.insert_busy(tx, made, [BusyTime(start, end, "x") for start, end in stretches])
        await calendars.update_read(tx, msgspec.structs.replace(made, last_read_at=read_at))


async def test_it_asks_for_a_time_first(page: Page) -> None:
    """With the next whole hour filled in, and no answer to what was not asked."""
    answer = await page.client.get("/app/why")
    assert answer.status_code == 200
    assert 'value="2026-09-21"' in answer.text
    assert 'value="09:00"' in answer.text
    assert "offered." not in words(answer)


async def test_what_is_offered_is_said(page: Page) -> None:
    """In one sentence, by the host's clock."""
    assert "Tue 22 Sept, 10:00–10:30 is offered." in await page.told()


async def test_a_booking_is_named_and_linked(page: Page) -> None:
    """To its page on the host's own desk; the nearest times are links to the same question about them."""
    booking = await cleo_books(page.store, TEN)
    answer = await page.ask()
    assert "10:00–10:30 is not offered: something else is booked then." in words(answer)
    assert f'<a href="/app/bookings/{booking.uid}">10:00–10:30 booked: Intro call, Cleo Çelik.</a>' in answer.text
    nearest = re.findall(r'href="(/app/why\?[^"]+)"', answer.text)
    other = await page.client.get(nearest[0].replace("&amp;", "&"))
    assert "is offered." in words(other)


@pytest.mark.rule(29)
async def test_a_buffer_says_whose_it_is(page: Page) -> None:
    """Ten minutes behind the booking, and when it is far enough away."""
    await page.offers(msgspec.structs.replace(RULES, buffer_after_minutes=10))
    await cleo_books(page.store, TEN - HOUR // 2, slug="other")
    said = await page.told()
    assert "it is too close to something else" in said
    assert "9:30–10:00 booked: Intro call, Cleo Çelik; 10 min are kept free after it." in said
    assert "From Tue 22 Sept, 10:10 on it is far enough away." in said


async def test_busy_time_says_which_calendar(page: Page) -> None:
    """And until when."""
    await busy(page.store, page.host, (TEN - HOUR, TEN + HOUR))
    assert "09:00–11:00 busy: “Work”." in await page.told()


@pytest.mark.rule(38)
async def test_a_calendar_that_is_not_read_closes_and_says_so(page: Page) -> None:
    """With the way to the page where that is mended."""
    await busy(page.store, page.host, read_at=NOW - 4 * HOUR)
    answer = await page.ask()
    assert "“Work” was last read Mon 21 Sept, 04:00; nothing is offered until it can be read again." in words(answer)
    assert 'href="/app/calendars">“Work”' in answer.text


async def test_a_hold_says_until_when(page: Page) -> None:
    """It is kept for a guest who is typing."""
    await hold(page.store, Availability(page.store), host="ada", event_type="intro", starts_at=TEN, now=NOW)
    said = await page.told()
    assert "a guest is just now booking it" in said
    assert "10:00–10:30 kept for a guest until 08:10." in said


@pytest.mark.rule(40)
async def test_notice_says_until_when_it_could_be_booked(page: Page, watch: Watch) -> None:
    """Two hours before ten."""
    await page.offers(msgspec.structs.replace(RULES, notice_minutes=120))
    watch.now = TEN - HOUR
    said = await page.told(slug="other")
    assert "It needs 2 h notice: this time could be booked until Tue 22 Sept, 08:00." in said
    assert "The earliest start now is Tue 22 Sept, 11:00" in said


@pytest.mark.rule(41)
async def test_notice_in_days_ends_with_a_day(page: Page) -> None:
    """Today is Monday: what needs two days can be had on Wednesday."""
    await page.offers(msgspec.structs.replace(RULES, notice_days=2))
    said = await page.told(slug="other")
    assert "It needs 2 calendar days notice: this time could be booked until the end of Sun 20 Sept." in said


@pytest.mark.rule(42)
@pytest.mark.parametrize(
    ("horizon", "sentence"),
    [
        (Horizon(kind="rolling", days=3), "It can be booked 3 days ahead; the last one now is Thu 24 Sept."),
        (Horizon(kind="rolling", days=3), "This time can be booked from Fri 25 Sept on."),
        (Horizon(kind="open_days", days=2), "It can be booked 2 open days ahead; the last one now is Tue 22 Sept."),
        (
            Horizon(kind="range", from_on=date(2026, 9, 1), to_on=date(2026, 9, 25)),
            "It can be booked up to Fri 25 Sept.",
        ),
        (
            Horizon(kind="range", from_on=date(2026, 9, 29), to_on=date(2026, 9, 30)),
            "It can be booked for Tuesday 29 September and later.",
        ),
    ],
)
async def test_a_horizon_says_its_last_day(page: Page, horizon: Horizon, sentence: str) -> None:
    """And from when on the time can be had."""
    await page.offers(msgspec.structs.replace(RULES, horizon=horizon))
    assert sentence in await page.told("2026-09-28", slug="other")


@pytest.mark.rule(44)
async def test_a_cap_says_which_and_how_full(page: Page) -> None:
    """And when there is room again."""
    await page.offers(msgspec.structs.replace(RULES, caps=(Cap(per="day", minutes=45),)))
    await cleo_books(page.store, TEN + HOUR, slug="other")
    said = await page.told(slug="other")
    assert "At most 45 min a day for this event type: 30 min taken on Tue 22 Sept." in said
    assert "There is room again from Wed 23 Sept, or when one of them is cancelled." in said


async def test_off_the_grid_says_where_times_begin(page: Page) -> None:
    """Every half hour from nine."""
    said = await page.told(clock="10:10")
    assert "Times begin every 30 min, counted from Tue 22 Sept, 09:00. The nearest are 10:00 and 10:30." in said


@pytest.mark.parametrize(
    ("changes", "clock", "sentence"),
    [
        ({}, "19:00", "The hours on a Tuesday are 09:00–17:00. The next hours begin Wed 23 Sept, 09:00."),
        ({}, "16:45", "It would last until 17:15; the hours end at 17:00."),
        ({"weekly": ()}, "10:00", "There are no hours on a Tuesday."),
        ({"time_off": ((date(2026, 9, 21), date(2026, 9, 25)),)}, "10:00", "Time off: Mon 21 Sept – Fri 25 Sept."),
        ({"overrides": (Override(on=date(2026, 9, 22), hours=()),)}, "10:00", "Tue 22 Sept is closed"),
        (
            {"overrides": (Override(on=date(2026, 9, 22), hours=(Window(from_minute=780, to_minute=840),)),)},
            "10:00",
            "Tue 22 Sept has hours of its own: 13:00–14:00.",
        ),
        ({"holidays": (date(2026, 9, 22),)}, "10:00", "Tue 22 Sept is a public holiday."),
        (
            {"travel": (Travel(from_on=date(2026, 9, 22), to_on=date(2026, 9, 22), tz="Asia/Tokyo"),)},
            "10:00",
            "its hours are meant by the clocks of Tokyo.",
        ),
    ],
)
@pytest.mark.rule(24)
async def test_closed_says_what_decides_the_day(page: Page, changes: dict[str, Any], clock: str, sentence: str) -> None:
    """Hours of the week, of a date, time off, a holiday, another clock."""
    await page.offers(hours=msgspec.structs.replace(WORKING_WEEK, **changes))
    assert sentence in await page.told(clock=clock, slug="other")


async def test_a_public_holiday_is_named(page: Page) -> None:
    """As its host calls it."""
    hours = await schedule(page.store, page.host)
    await event_type(page.store, hours, "other")
    day = PublicHoliday(on=date(2026, 9, 22), name="Tag", label="Day of Examples")
    kept = PublicHolidays(country="DE", subdivision="", worked=(), days=(day,))
    async with page.store.write() as tx:
        await public_holidays.put(tx, hours.id, kept, locale="en", last_year=2028)
    assert "Tue 22 Sept is a public holiday: Day of Examples." in await page.told(slug="other")


@pytest.mark.rule(2)
async def test_a_clock_time_that_comes_twice_can_be_told_apart(page: Page) -> None:
    """02:30 of the day on which summer time ends: the first is meant, the second is one link away."""
    answer = await page.ask("2026-10-25", "02:30")
    assert "The clock shows this time twice that day." in words(answer)
    assert "fold=1" in answer.text
    other = await page.ask("2026-10-25", "02:30", fold="1")
    assert "Look at the other one, GMT+2" in words(other)


@pytest.mark.rule(1)
@pytest.mark.parametrize(("on", "clock"), [("2026-03-29", "02:30"), ("2026-02-30", "10:00"), ("soon", "10:00")])
async def test_a_time_that_does_not_exist_is_refused_beside_its_field(page: Page, on: str, clock: str) -> None:
    """In a gap of the clocks, or no date at all."""
    answer = await page.ask(on, clock)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


async def test_the_day_is_drawn_and_told_in_words(page: Page) -> None:
    """Openings, claims, slots and the asked time as shapes; what takes time stands below as a list."""
    await cleo_books(page.store, TEN)
    await busy(page.store, page.host, (TEN + 3 * HOUR, TEN + 4 * HOUR))
    answer = await page.ask(clock="09:00")
    for kind in ("open", "booking", "busy", "slot", "asked"):
        assert f'class="m-{kind}"' in answer.text, kind
    assert "style=" not in answer.text
    assert "10:00–10:30 booked: Intro call, Cleo Çelik 13:00–14:00 busy: “Work”" in words(answer)


@pytest.mark.rule(39)
async def test_a_team_sees_who_is_free_and_not_why_a_colleague_is_not(page: Page) -> None:
    """Ben's booking is a stretch of time to Ada."""
    ben = await host(page.store, "Ben Okri")
    shared = await team_event_type(
        page.store, (page.host, ben), msgspec.structs.replace(RULES, assignment="collective")
    )
    await event_type(page.store, await schedule(page.store, ben), "secret")
    await cleo_books(page.store, TEN, host="ben", slug="secret")
    answer = await page.client.get("/app/why", params={"event_type": str(shared.id), "on": "2026-09-22", "at": "10:00"})
    said = words(answer)
    assert "is not offered: with Ben Okri, something else is booked then." in said
    assert "Ada Lovelace free" in said
    assert "10:00–10:30 booked." in said
    assert "Cleo" not in said


@pytest.mark.rule(61)
async def test_a_team_sees_who_would_be_booked_and_why(page: Page) -> None:
    """Whose turn it is."""
    ben = await host(page.store, "Ben Okri")
    rules = msgspec.structs.replace(RULES, assignment="round_robin")
    shared = await team_event_type(page.store, (page.host, ben), rules)
    answer = await page.client.get("/app/why", params={"event_type": str(shared.id), "on": "2026-09-22", "at": "10:00"})
    assert "Free, and would be booked: first in order." in words(answer)


@pytest.mark.rule(69)
async def test_a_stay_is_asked_by_its_nights(page: Page) -> None:
    """It begins at its own hour."""
    await cabin(page.store, page.host)
    assert "A stay begins at 15:00." in await page.told("2026-10-23", "14:00", slug="cabin")
    answer = await page.ask("2026-10-23", "15:00", slug="cabin", length="2")
    assert "is offered." in words(answer)
    assert "capsule.json" not in answer.text


async def test_the_capsule_of_the_page_replays_its_answer(page: Page) -> None:
    """A file without names, with that start asked about."""
    await cleo_books(page.store, TEN)
    answer = await page.ask()
    link = re.search(r'href="(/app/event-types/\d+/capsule\.json[^"]*)"', answer.text)
    assert link is not None
    file = await page.client.get(link[1].replace("&amp;", "&"))
    assert file.headers["content-disposition"] == 'attachment; filename="capsule.json"'
    assert "no-store" in file.headers["cache-control"]
    assert answered(file.content)["refusals"]["2026-09-22T08:00:00Z"]["code"] == "booked"
    assert not [name for name in ("ada", "Cleo", "intro", "example") if name in file.text]


async def test_an_event_types_page_leads_there_and_to_its_capsule(page: Page) -> None:
    """31 days of it."""
    found = await event_types.by_slug(page.store.reader, page.host.id, "intro")
    assert found is not None
    answer = await page.client.get(f"/app/event-types/{found.id}")
    assert f'href="/app/why?event_type={found.id}"' in answer.text
    assert f'href="/app/event-types/{found.id}/capsule.json"' in answer.text
    made = msgspec.json.decode((await page.client.get(f"/app/event-types/{found.id}/capsule.json")).content)
    assert made["window"] == ["2026-09-20T22:00:00Z", "2026-10-21T22:29:59Z"]


async def test_the_hours_lead_there(page: Page) -> None:
    """Whoever wonders about their hours, or looks for it in the navigation."""
    answer = await page.client.get("/app/availability")
    assert answer.text.count('href="/app/why"') >= 2


async def test_looking_changes_nothing(page: Page) -> None:
    """The page and the file are read only (rule 52)."""
    before = await page.store.reader.rows("SELECT total_changes()")
    await page.ask()
    assert await page.store.reader.rows("SELECT total_changes()") == before


async def test_others_event_types_are_not_explained(app: Any, store: Store, signed_in: SignedIn) -> None:
    """Mallory's page knows only her own, whatever number she writes."""
    owner = await ada(store)
    await cleo_books(store, TEN)
    found = await event_types.by_slug(store.reader, owner.id, "intro")
    mallory = await host(store, "Mallory")
    await event_type(store, await schedule(store, mallory), "trap")
    async with desk(app, signed_in, mallory) as client:
        query = {"event_type": str(found.id if found else 0), "on": "2026-09-22", "at": "10:00"}
        assert "is offered." in words(await client.get("/app/why", params=query))
        assert (await client.get(f"/app/event-types/{query['event_type']}/capsule.json")).status_code == 404


async def test_who_offers_nothing_is_led_to_a_first_event_type(app: Any, store: Store, signed_in: SignedIn) -> None:
    """There is no time to explain yet."""
    async with desk(app, signed_in, await host(store, "Ben Okri")) as client:
        assert "You offer nothing yet" in words(await client.get("/app/why"))


def query(address: str) -> dict[str, list[str]]:
    """The parameters of an address."""
    return parse_qs(urlsplit(address).query)


async def test_the_hosts_own_clock_is_meant(page: Page) -> None:
    """Ada in New York asks about ten there: 16:00 in Berlin, where her hours are."""
    async with page.store.write() as tx:
        await hosts.update(tx, msgspec.structs.replace(page.host, tz="America/New_York"))
    answer = await page.ask(clock="12:00")
    assert "The hours on a Tuesday are 09:00–17:00 (Berlin time)." in words(answer)
    nearest = re.findall(r'href="(/app/why\?[^"]+)"', answer.text)
    assert query(nearest[0].replace("&amp;", "&"))["at"] <= ["10:30"]
