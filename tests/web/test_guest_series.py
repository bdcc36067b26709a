"""A series on the guest's pages, without scripts: chosen, seen date by date, booked, and ended."""

import httpx2
import pytest

from cally.bookings import Availability, book
from cally.model.options import Series
from cally.model.rules import DAYS, ScheduleRules, WeeklyHours, Window
from cally.store import Store, bookings, hosts, occupancy
from tests import cast
from tests.cast import AS_CLEO, NOW, ada
from tests.series import EVERY, TEN, WEEK, lesson
from tests.web.guests import CLEO, buttons, fields, links, look, send, words

SLOT = "2026-10-06T08:00Z"
PAGE = "/ada/lesson"


async def filled(client: httpx2.AsyncClient, **more: str) -> dict[str, str]:
    page = await look(client, f"{PAGE}?slot={SLOT}&tz=Europe/Berlin")
    return {**fields(page), **CLEO, "rhythm": "weekly", "count": "4", **more}


async def take(store: Store, starts_at: int) -> None:
    await book(store, Availability(store), cast.request(starts_at), now=NOW, actor=AS_CLEO)


async def series_booked(client: httpx2.AsyncClient, **more: str) -> str:
    answer = await send(client, PAGE, await filled(client, **more))
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"].partition("?")[0])


async def statuses(store: Store) -> list[str]:
    host = await hosts.by_slug(store.reader, "ada")
    assert host is not None
    found = await bookings.list_by_start(
        store.reader, host_id=host.id, from_at=0, to_at=2**40, status=None, q=None, after=(0, 0), limit=99
    )
    return [one.status for one in found]


async def test_only_what_repeats_asks_how_often(client: httpx2.AsyncClient, store: Store) -> None:
    """The choice is there where the event type has it, in words that say what monthly means."""
    await ada(store)
    await lesson(store)
    page = words(await look(client, f"{PAGE}?slot={SLOT}&tz=Europe/Berlin"))
    assert "Just once" in page
    assert "Every month on the first Tuesday" in page
    assert "How often" not in words(await look(client, f"/ada/intro?slot={SLOT}"))


@pytest.mark.rule(52, 68)
async def test_the_dates_are_shown_before_anything_is_booked(client: httpx2.AsyncClient, store: Store) -> None:
    """One button shows them all, with what was typed kept; nothing is claimed by looking."""
    host = await ada(store)
    await lesson(store)
    page = await send(client, PAGE, await filled(client, act="dates"))
    assert page.status_code == 200
    assert "All 4 dates are free" in words(page)
    assert "27 Oct 10:00–10:30" in words(page)
    assert fields(page)["name"] == CLEO["name"]
    assert await occupancy.list_between(store.reader, host.id, TEN, TEN + 5 * WEEK) == []


@pytest.mark.rule(39, 68)
async def test_a_date_in_the_way_is_marked(client: httpx2.AsyncClient, store: Store) -> None:
    """All or nothing: the page says which, and that it cannot be booked so; confirming offers what is near."""
    await ada(store)
    await lesson(store)
    await take(store, TEN + WEEK)
    page = words(await send(client, PAGE, await filled(client, act="dates")))
    assert "3 of 4 dates are free" in page
    assert "13 Oct 10:00–10:30 not free" in page
    assert "only be booked if every date is free" in page
    refused = await send(client, PAGE, await filled(client))
    assert refused.status_code == 409
    assert "nothing is booked yet" in words(refused)
    assert "Free near it:" in words(refused)


@pytest.mark.rule(68)
async def test_nothing_is_left_out_unseen(client: httpx2.AsyncClient, store: Store) -> None:
    """Where dates are skipped the list is shown first; sent again with it, the others are booked."""
    await ada(store)
    await lesson(store, terms=Series(rhythms=EVERY, clashes="skip"))
    await take(store, TEN + WEEK)
    asked = await filled(client)
    first = await send(client, PAGE, asked)
    assert (first.status_code, len(await statuses(store))) == (409, 1)
    assert "not free, left out" in words(first)
    second = await send(client, PAGE, {**asked, "seen": fields(first)["seen"]})
    assert second.status_code == 303
    assert len(await statuses(store)) == 4


@pytest.mark.rule(17, 68)
async def test_a_time_that_clocks_leap_over_is_said(client: httpx2.AsyncClient, store: Store) -> None:
    """A night's series names the night without its time."""
    host = await ada(store)
    nights = ScheduleRules(
        tz="Europe/Berlin", weekly=(WeeklyHours(days=DAYS, hours=Window(from_minute=0, to_minute=300)),)
    )
    await lesson(store, hours=await cast.schedule(store, host, nights))
    form = await filled(client, act="dates", slot="2027-03-27T01:30Z", rhythm="daily", count="3")
    assert "2027-03-28 is left out: the clocks go forward over 02:30" in words(await send(client, PAGE, form))


@pytest.mark.rule(49, 68)
async def test_sending_twice_books_once(client: httpx2.AsyncClient, store: Store) -> None:
    """The same form leads to the same ticket."""
    await ada(store)
    await lesson(store)
    form = await filled(client)
    first, again = await send(client, PAGE, form), await send(client, PAGE, form)
    assert first.headers["location"] == again.headers["location"]
    assert await statuses(store) == ["confirmed"] * 4


@pytest.mark.parametrize(("changed", "sentence"), [({"count": "1"}, "2"), ({"count": "99"}, "12")])
async def test_a_wrong_number_is_said_beside_it(
    client: httpx2.AsyncClient, store: Store, changed: dict[str, str], sentence: str
) -> None:
    """422, the form kept."""
    await ada(store)
    await lesson(store)
    page = await send(client, PAGE, await filled(client, **changed))
    assert page.status_code == 422
    assert sentence in words(page)
    assert await statuses(store) == []


@pytest.mark.rule(68)
async def test_the_ticket_shows_every_date(client: httpx2.AsyncClient, store: Store) -> None:
    """Each with its own page to move or cancel it; and what ends several at once."""
    await ada(store)
    await lesson(store)
    path = await series_booked(client)
    page = await look(client, path)
    assert "1 of 4" in words(page)
    assert len({link.partition("?")[0] for link in links(page, "/cancel")}) == 4
    assert list(links(page, "scope=all")) != []
    file = await client.get(f"{path}/invite.ics")
    assert "RRULE:FREQ=WEEKLY;COUNT=4" in file.text


@pytest.mark.rule(52, 54, 68)
@pytest.mark.parametrize(("scope", "left"), [("one", 3), ("following", 1), ("all", 0)])
async def test_one_some_or_all_are_cancelled(client: httpx2.AsyncClient, store: Store, scope: str, left: int) -> None:
    """The page asks which; looking at it cancels nothing."""
    await ada(store)
    await lesson(store)
    path = await series_booked(client)
    second = next(link for link in links(await look(client, path), "/cancel") if not link.startswith(path))
    page = await look(client, f"{second.partition('?')[0]}?scope={scope}")
    assert "This date and the 2 after it" in words(page)
    assert await statuses(store) == ["confirmed"] * 4
    answer = await send(client, second.partition("?")[0], {"scope": scope, "reason": ""})
    assert answer.status_code == 303
    assert (await statuses(store)).count("confirmed") == left


@pytest.mark.rule(55, 68)
async def test_the_following_dates_move_along(client: httpx2.AsyncClient, store: Store) -> None:
    """The same confirmation asks whether the others come too."""
    await ada(store)
    await lesson(store)
    path = await series_booked(client)
    page = await look(client, f"{path}/reschedule?slot=2026-10-06T09:00Z")
    assert "All 4 dates, each by as much" in words(page)
    answer = await send(client, f"{path}/reschedule", {"slot": "2026-10-06T09:00Z", "scope": "following"})
    assert answer.status_code == 303
    host = await hosts.by_slug(store.reader, "ada")
    assert host is not None
    claims = await occupancy.list_between(store.reader, host.id, TEN, TEN + 5 * WEEK)
    assert [claim.starts_at - TEN for claim in claims] == [3_600, WEEK + 3_600, 2 * WEEK + 3_600, 3 * WEEK + 7_200]


@pytest.mark.rule(55, 68)
async def test_a_move_that_not_all_can_make_changes_nothing(client: httpx2.AsyncClient, store: Store) -> None:
    """409, and the dates that stand in the way are named."""
    await ada(store)
    await lesson(store)
    path = await series_booked(client)
    await take(store, TEN + WEEK + 3_600)
    answer = await send(client, f"{path}/reschedule", {"slot": "2026-10-06T09:00Z", "scope": "all"})
    assert answer.status_code == 409
    assert "13 Oct, 11:00" in words(answer)
    assert await statuses(store) == ["confirmed"] * 5


async def test_enter_confirms(client: httpx2.AsyncClient, store: Store) -> None:
    """The first button of the form is the plain one, not the one that shows the dates."""
    await ada(store)
    await lesson(store)
    page = await look(client, f"{PAGE}?slot={SLOT}")
    form = page.text[page.text.index("data-details") :]
    assert form.index("<button") == form.index('<button class="vh"')
    assert ("act", "dates") in buttons(page)
