"""A series at the host's desk: where a booking stands in it, and what is done to one date, some, or all."""

from typing import Any

import httpx2
import pytest

from cally.bookings import Availability, book
from cally.model.options import Series
from cally.model.series import SeriesBooked
from cally.store import Store, event_types, series
from tests import cast
from tests.cast import AS_CLEO, HOUR, NOW, ada, at
from tests.series import TEN, WEEK, booked, lesson
from tests.web.desks import SignedIn, booking, desk, words
from tests.web.forms_of import fields


async def made(store: Store, *, approval: bool = False, **more: Any) -> SeriesBooked:
    await lesson(store, approval=approval, **more)
    return await booked(store, Availability(store))


async def statuses(store: Store, of: SeriesBooked) -> list[str]:
    return [one.status for one in await series.bookings_of(store.reader, of.series.id)]


async def post(client: httpx2.AsyncClient, of: SeriesBooked, index: int, act: str, **form: str) -> httpx2.Response:
    return await client.post(f"/app/bookings/{of.bookings[index].uid}/{act}", data=form)


@pytest.mark.rule(68)
async def test_a_booking_says_which_of_how_many_it_is(app: Any, store: Store, signed_in: SignedIn) -> None:
    """In the list and on its page, with every date and what is missing."""
    host = await ada(store)
    await book(store, Availability(store), cast.request(TEN + WEEK), now=NOW, actor=AS_CLEO)
    of = await made(store, terms=Series(clashes="skip"))
    async with desk(app, signed_in, host) as client:
        assert "2 of 3, every week" in words(await client.get("/app/bookings"))
        page = words(await client.get(f"/app/bookings/{of.bookings[1].uid}"))
    assert "Intro call · 2 of 3, every week" in page
    assert "Not free, left out:" in page
    assert "Cancel this and the following" in page


@pytest.mark.rule(51, 68)
async def test_a_request_for_a_series_is_one(app: Any, store: Store, signed_in: SignedIn) -> None:
    """It waits once on the desk, and one answer is for all of it."""
    host = await ada(store)
    of = await made(store, approval=True)
    async with desk(app, signed_in, host) as client:
        page = await client.get("/app")
        assert page.text.count("/approval") == 1
        assert "A series: 1 of 4, every week" in words(page)
        detail = words(await client.get(f"/app/bookings/{of.bookings[2].uid}"))
        assert "Your answer counts for all 4 dates" in detail
        assert (await post(client, of, 2, "approval")).status_code == 303
    assert await statuses(store, of) == ["confirmed"] * 4


@pytest.mark.rule(51, 68)
async def test_no_is_said_to_all_of_it(app: Any, store: Store, signed_in: SignedIn) -> None:
    """With a few words that the guest reads."""
    host = await ada(store)
    of = await made(store, approval=True)
    async with desk(app, signed_in, host) as client:
        await post(client, of, 0, "declination", reason="Away all autumn")
    assert await statuses(store, of) == ["declined"] * 4
    assert (await booking(store, of.bookings[3].uid)).reason == "Away all autumn"


@pytest.mark.rule(52, 68)
@pytest.mark.parametrize(("scope", "left"), [("one", 3), ("following", 1), ("all", 0)])
async def test_one_some_or_all_are_cancelled(
    app: Any, store: Store, signed_in: SignedIn, scope: str, left: int
) -> None:
    """The page asks which, and asking changes nothing."""
    host = await ada(store)
    of = await made(store)
    async with desk(app, signed_in, host) as client:
        page = await client.get(f"/app/bookings/{of.bookings[1].uid}/cancellation?scope={scope}")
        assert f'value="{scope}" checked' in page.text
        assert "This date and the 2 after it" in words(page)
        await post(client, of, 1, "cancellation", scope=scope, reason="")
    assert (await statuses(store, of)).count("confirmed") == left


@pytest.mark.rule(4, 55, 68)
async def test_the_rest_moves_along(app: Any, store: Store, signed_in: SignedIn) -> None:
    """Half an hour later from the second on, by the clock."""
    host = await ada(store)
    of = await made(store)
    async with desk(app, signed_in, host) as client:
        page = words(await client.get(f"/app/bookings/{of.bookings[1].uid}/reschedule"))
        assert "This date and the 2 after it, each by as much" in page
        await post(client, of, 1, "reschedule", starts_at=str(TEN + WEEK + HOUR), scope="following")
    moved = await booking(store, of.bookings[3].uid)
    assert (moved.starts_local, moved.starts_at) == ("2026-10-27T11:00", at("2026-10-27 10:00"))


@pytest.mark.rule(55, 68)
async def test_what_cannot_move_is_named_with_its_reason(app: Any, store: Store, signed_in: SignedIn) -> None:
    """409, everything where it was; the host may know why."""
    host = await ada(store)
    of = await made(store)
    await book(store, Availability(store), cast.request(TEN + 2 * WEEK + HOUR), now=NOW, actor=AS_CLEO)
    async with desk(app, signed_in, host) as client:
        answer = await post(client, of, 0, "reschedule", starts_at=str(TEN + HOUR), scope="all")
    assert answer.status_code == 409
    assert "Nothing was moved, for not every date can" in words(answer)
    assert (await booking(store, of.bookings[0].uid)).starts_at == TEN


async def test_mallory_reaches_none_of_it(app: Any, store: Store, signed_in: SignedIn) -> None:
    """Another host's series does not exist."""
    await ada(store)
    of = await made(store)
    mallory = await cast.host(store, "Mallory")
    async with desk(app, signed_in, mallory) as client:
        assert (await post(client, of, 0, "cancellation", scope="all", reason="")).status_code == 404
    assert await statuses(store, of) == ["confirmed"] * 4


@pytest.mark.rule(68)
async def test_a_host_says_how_a_series_can_be_had(app: Any, store: Store, signed_in: SignedIn) -> None:
    """Ticked, chosen and saved; the form shows it again, and without the tick it is gone."""
    host = await ada(store)
    (item,) = await event_types.list_of(store.reader, host.id)
    async with desk(app, signed_in, host) as client:
        address = f"/app/event-types/{item.id}"
        form: dict[str, Any] = fields((await client.get(address)).text, address)
        chosen = {"repeats": "1", "rhythms": ["weekly", "monthly"], "series_most": "20", "series_clashes": "skip"}
        assert (await client.post(address, data=form | chosen)).status_code == 303
        kept = await event_types.by_id(store.reader, item.id)
        assert kept is not None
        assert kept.options.series == Series(rhythms=("weekly", "monthly"), most=20, clashes="skip")
        shown = (await client.get(address)).text
        assert fields(shown, address)["rhythms"] == ["weekly", "monthly"]
        await client.post(address, data=form)
    kept = await event_types.by_id(store.reader, item.id)
    assert kept is not None
    assert kept.options.series is None


@pytest.mark.parametrize(
    ("changed", "sentence"), [({"rhythms": []}, "at least one rhythm"), ({"series_most": "1"}, "2")]
)
async def test_what_is_wrong_with_it_stands_beside_it(
    app: Any, store: Store, signed_in: SignedIn, changed: dict[str, Any], sentence: str
) -> None:
    """No rhythm, or a single date: 422, nothing saved."""
    host = await ada(store)
    (item,) = await event_types.list_of(store.reader, host.id)
    async with desk(app, signed_in, host) as client:
        address = f"/app/event-types/{item.id}"
        form: dict[str, Any] = fields((await client.get(address)).text, address)
        answer = await client.post(address, data=form | {"repeats": "1"} | changed)
    assert answer.status_code == 422
    assert sentence in words(answer)
