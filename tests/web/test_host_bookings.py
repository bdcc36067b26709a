"""A host looks at bookings and decides about them; nobody else can."""

import html
import re
from typing import Any

import pytest

from cally.store import Store
from tests.cast import DAY, NOW, ada, at, host
from tests.web.conftest import Watch
from tests.web.desks import SignedIn, booking, cleo_books, desk, with_approval, words

TEN = at("2026-09-22 08:00")  # 10:00 in Berlin, the day after NOW


async def test_the_desk_shows_what_is_next(app: Any, store: Store, signed_in: SignedIn):
    """The first page names the guest, the day and the time by the host's clock."""
    owner = await ada(store)
    await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        said = words(await client.get("/app"))
    assert "Up next" in said
    assert "Tomorrow, " in said
    assert "Intro call with Cleo Çelik" in said
    assert "http://cally.test/ada/intro" in (await _page(app, signed_in, owner, "/app"))


async def test_a_request_is_approved_from_the_desk(app: Any, store: Store, signed_in: SignedIn):
    """Approve answers with the desk, which says who is confirmed."""
    owner = await ada(store)
    await with_approval(store, owner)
    asked = await cleo_books(store, TEN, slug="workshop")
    async with desk(app, signed_in, owner) as client:
        assert "Waiting for your answer" in words(await client.get("/app"))
        answer = await client.post(f"/app/bookings/{asked.uid}/approval", data={"back": "home"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/app")
        assert "Cleo Çelik is confirmed" in words(await client.get("/app"))
    assert (await booking(store, asked.uid)).status == "confirmed"


@pytest.mark.rule(51)
async def test_two_clicks_on_approve_have_one_effect(app: Any, store: Store, signed_in: SignedIn):
    """The second one changes nothing and is no error."""
    owner = await ada(store)
    await with_approval(store, owner)
    asked = await cleo_books(store, TEN, slug="workshop")
    async with desk(app, signed_in, owner) as client:
        answers = [await client.post(f"/app/bookings/{asked.uid}/approval") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (await booking(store, asked.uid)).status == "confirmed"


async def test_a_request_is_declined_with_a_reason(app: Any, store: Store, signed_in: SignedIn):
    """What the host writes is kept with the booking."""
    owner = await ada(store)
    await with_approval(store, owner)
    asked = await cleo_books(store, TEN, slug="workshop")
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/bookings/{asked.uid}/declination", data={"reason": "On a train then."})
    declined = await booking(store, asked.uid)
    assert (declined.status, declined.reason) == ("declined", "On a train then.")


async def test_cancelling_asks_for_a_reason_first(app: Any, store: Store, signed_in: SignedIn):
    """The button leads to a page of its own; only its form cancels."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        assert "Cancel this booking?" in words(await client.get(f"/app/bookings/{made.uid}/cancellation"))
        assert (await booking(store, made.uid)).status == "confirmed"
        await client.post(f"/app/bookings/{made.uid}/cancellation", data={"reason": "Ill."})
        said = words(await client.get(f"/app/bookings/{made.uid}"))
    assert (await booking(store, made.uid)).status == "cancelled"
    assert "Cancelled" in said
    assert "You cancelled" in said


@pytest.mark.rule(54)
async def test_what_cannot_be_done_any_more_is_said(app: Any, store: Store, signed_in: SignedIn):
    """Approving a cancelled booking comes back to it with the reason."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/bookings/{made.uid}/cancellation", data={})
        await client.post(f"/app/bookings/{made.uid}/approval")
        assert "This booking is cancelled" in words(await client.get(f"/app/bookings/{made.uid}"))


async def test_a_booking_moves_to_a_free_time(app: Any, store: Store, signed_in: SignedIn):
    """The page offers the slots of the coming days; picking one moves the booking."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        page = await client.get(f"/app/bookings/{made.uid}/reschedule")
        later = at("2026-09-22 09:30")
        assert f'value="{later}"' in page.text
        await client.post(f"/app/bookings/{made.uid}/reschedule", data={"starts_at": str(later)})
    moved = await booking(store, made.uid)
    assert (moved.starts_at, moved.sequence) == (later, 1)


async def test_a_host_may_move_outside_their_hours(app: Any, store: Store, signed_in: SignedIn):
    """A typed date and time are meant by the host's clock, and the rules for guests do not bind the host."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        sent = {"on": "2026-09-26", "at": "20:00"}
        assert (await client.post(f"/app/bookings/{made.uid}/reschedule", data=sent)).status_code == 303
    assert (await booking(store, made.uid)).starts_at == at("2026-09-26 18:00")


@pytest.mark.rule(48)
async def test_moving_onto_another_booking_is_refused_with_alternatives(app: Any, store: Store, signed_in: SignedIn):
    """The page says what is in the way and offers the nearest free times."""
    owner = await ada(store)
    made, other = await cleo_books(store, TEN), await cleo_books(store, at("2026-09-22 09:00"))
    async with desk(app, signed_in, owner) as client:
        sent = {"starts_at": str(other.starts_at)}
        answer = await client.post(f"/app/bookings/{made.uid}/reschedule", data=sent)
    assert answer.status_code == 409
    assert "Something else is booked then" in words(answer)
    assert "Nearest free times" in words(answer)
    assert (await booking(store, made.uid)).starts_at == TEN


@pytest.mark.rule(1)
async def test_a_time_that_the_clocks_skip_is_refused(app: Any, store: Store, signed_in: SignedIn):
    """02:30 on the last Sunday of March does not exist in Berlin."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        sent = {"on": "2027-03-28", "at": "02:30"}
        answer = await client.post(f"/app/bookings/{made.uid}/reschedule", data=sent)
    assert answer.status_code == 422
    assert "does not exist on this day" in words(answer)


@pytest.mark.parametrize(
    "sent",
    [
        {"starts_at": str(2**40)},
        {"on": "9999-12-31", "at": "23:59"},
        {"on": "2500-01-01", "at": "10:00"},
        {"on": "0001-01-01", "at": "00:00"},
    ],
)
async def test_a_booking_moves_only_to_years_that_a_calendar_is_kept_for(
    app: Any, store: Store, signed_in: SignedIn, sent: dict[str, str]
):
    """It is refused in words, and the page of the last day there is opens."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        path = f"/app/bookings/{made.uid}/reschedule"
        assert (await client.get(path, params={"from": "9999-12-31"})).status_code == 200
        assert (await client.post(path, data=sent)).status_code == 422
    assert (await booking(store, made.uid)).starts_at == TEN


async def test_a_no_show_can_be_undone(app: Any, store: Store, signed_in: SignedIn, watch: Watch):
    """The notice after marking carries the form that takes it back."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    watch.now = TEN + 600
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/bookings/{made.uid}/no-show")
        assert (await booking(store, made.uid)).no_show
        page = await client.get(f"/app/bookings/{made.uid}")
        assert "Undo" in words(page)
        await client.post(f"/app/bookings/{made.uid}/no-show", data={"undo": "1"})
    assert not (await booking(store, made.uid)).no_show


async def test_the_list_finds_and_filters(app: Any, store: Store, signed_in: SignedIn, watch: Watch):
    """By name, by status, by upcoming and past."""
    owner = await ada(store)
    await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        assert "Cleo Çelik" in words(await client.get("/app/bookings"))
        assert "Cleo Çelik" in words(await client.get("/app/bookings", params={"q": "cleo@"}))
        assert "No booking matches" in words(await client.get("/app/bookings", params={"q": "zoe"}))
        assert "No booking matches" in words(await client.get("/app/bookings", params={"status": "pending"}))
        watch.now = NOW + 3 * DAY
        assert "No bookings here" in words(await client.get("/app/bookings"))
        assert "Cleo Çelik" in words(await client.get("/app/bookings", params={"span": "past"}))


async def test_a_long_list_goes_on_over_pages(app: Any, store: Store, signed_in: SignedIn, watch: Watch):
    """Every booking is on exactly one page, in both directions."""
    owner = await ada(store)
    starts = [TEN + day * DAY + half * 1_800 for day in range(4) for half in range(14)]
    made = {(await cleo_books(store, start)).uid for start in starts}
    async with desk(app, signed_in, owner) as client:
        assert await _seen(client, "/app/bookings") == made
        watch.now = NOW + 5 * DAY
        assert await _seen(client, "/app/bookings?span=past") == made


async def test_the_detail_says_that_no_mail_was_sent(app: Any, store: Store, signed_in: SignedIn):
    """Without a mail server nothing pretends to be sent."""
    owner = await ada(store)
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, owner) as client:
        said = words(await client.get(f"/app/bookings/{made.uid}"))
    assert "No mail server is set up" in said
    assert "Confirmation to cleo@example.org" in said
    assert "Waiting" in said


@pytest.mark.parametrize("act", ["", "/cancellation", "/reschedule"])
async def test_mallory_sees_nothing_of_adas_bookings(app: Any, store: Store, signed_in: SignedIn, act: str):
    """For another host the booking does not exist."""
    await ada(store)
    mallory = await host(store, "Mallory Malone")
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, mallory) as client:
        answer = await client.get(f"/app/bookings/{made.uid}{act}")
        assert answer.status_code == 404
        assert "Cleo" not in answer.text
        assert "Cleo" not in (await client.get("/app/bookings?span=all")).text


@pytest.mark.parametrize("act", ["approval", "declination", "cancellation", "reschedule", "no-show"])
async def test_mallory_changes_none_of_adas_bookings(app: Any, store: Store, signed_in: SignedIn, act: str):
    """Every act on another host's booking is 404 and leaves it alone."""
    await ada(store)
    mallory = await host(store, "Mallory Malone")
    made = await cleo_books(store, TEN)
    async with desk(app, signed_in, mallory) as client:
        sent = {"starts_at": str(TEN + 3_600), "reason": "ha"}
        assert (await client.post(f"/app/bookings/{made.uid}/{act}", data=sent)).status_code == 404
    assert await booking(store, made.uid) == made


async def _page(app: Any, signed_in: SignedIn, owner: Any, path: str) -> str:
    async with desk(app, signed_in, owner) as client:
        return (await client.get(path)).text


async def _seen(client: Any, path: str) -> set[str]:
    found: list[str] = []
    while path:
        text = (await client.get(path)).text
        found += dict.fromkeys(re.findall(r'data-href="/app/bookings/([a-z2-7]{26})"', text))
        more = re.search(r'href="(/app/bookings\?[^"]*after=[^"]*)"', text)
        path = html.unescape(more[1]) if more else ""
    assert len(found) == len(set(found))
    return set(found)
