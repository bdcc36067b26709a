"""A feed holds what is booked, under the names that invitations gave it, and is read by readers that are not ours."""

import json
import subprocess
from typing import Any

import icalendar
import msgspec
import pytest
import recurring_ical_events

from cally import calendars
from cally.bookings import TEAM, Availability, approve, book, cancel, reschedule
from cally.calendars import FeedDraft
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.feeds import Feed
from cally.model.hosts import EventType, Host, Place
from cally.model.rules import EventTypeRules
from cally.store import Store, accounts, groups, series, teams
from cally.store import calendars as stored_calendars
from cally.vault import Vault
from tests import cast
from tests.bookings.waiting import seated, with_waitlist
from tests.cast import AS_CLEO, DAY, NOW, at
from tests.notify.calendars import installed
from tests.series import WEEK, lesson
from tests.series import booked as booked_series

TEN = at("2026-09-22 08:00")
AS_ADA = Actor(kind="host")
ALL = FeedDraft(name="Ada’s bookings")


@pytest.fixture
def make(store: Store, vault: Vault, ada: Host) -> Any:
    """`await make(shows_guests=False)` makes one of Ada's feeds."""

    async def made(draft: FeedDraft = ALL, *, team_id: int | None = None, host: Host = ada, **changes: Any) -> Feed:
        wanted = msgspec.structs.replace(draft, **changes)
        return await calendars.create_feed(
            store, vault, host_id=host.id, draft=wanted, team_id=team_id, now=NOW, actor=AS_ADA
        )

    return made


async def read(store: Store, feed: Feed, now: int = NOW) -> bytes:
    found = await calendars.read_feed(store.reader, feed, now=now)
    assert found is not None
    return calendars.write_feed(found)


async def version(store: Store, feed: Feed, now: int = NOW) -> str:
    found = await calendars.read_feed(store.reader, feed, now=now)
    assert found is not None
    return found.version


async def booking(store: Store, starts_at: int = TEN, slug: str = "intro") -> Booking:
    request = cast.request(starts_at, event_type=slug)
    return cast.booked(await book(store, Availability(store), request, now=NOW, actor=AS_CLEO))


def events(data: bytes) -> dict[str, Any]:
    """Its events by UID, as Python's icalendar reads them; of a series the first."""
    found: dict[str, Any] = {}
    for event in icalendar.Calendar.from_ical(data).walk("VEVENT"):
        found.setdefault(str(event["uid"]), event)
    return found


def instances(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """By UID, each instance's start and end, as recurring-ical-events finds them."""
    found: dict[str, list[tuple[int, int]]] = {}
    for one in recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between((2020, 1, 1), (2040, 1, 1)):
        found.setdefault(str(one["uid"]), []).append((int(one.start.timestamp()), int(one.end.timestamp())))
    return {uid: sorted(times) for uid, times in found.items()}


def by_ical_js(data: bytes) -> Any:
    done = subprocess.run(
        ["node", str(installed() / "feed.js")], input=data, capture_output=True, check=True, timeout=120
    )
    return json.loads(done.stdout)


async def test_a_booking_stands_in_the_feed_under_the_name_that_mail_gave_it(
    store: Store, ada: Host, make: Any
) -> None:
    """So that a calendar which has the invitation as well shows it once."""
    made = await booking(store)
    event = events(await read(store, await make()))[f"{made.uid}@cally"]
    assert (int(event.start.timestamp()), int(event["sequence"])) == (TEN, 0)
    assert (str(event["summary"]), str(event["status"])) == ("Intro call: Cleo Çelik", "CONFIRMED")
    assert "cleo@example.org" in str(event["description"])


async def test_it_says_its_name_its_colour_and_how_often_to_come(store: Store, make: Any) -> None:
    """As RFC 7986 has it, and in the older words of Apple and Microsoft."""
    calendar = icalendar.Calendar.from_ical(await read(store, await make(color="teal")))
    assert (str(calendar["name"]), str(calendar["x-wr-calname"])) == ("Ada’s bookings", "Ada’s bookings")
    assert str(calendar["color"]) == "teal"
    assert calendar["refresh-interval"].params["value"] == "DURATION"
    assert calendar["x-published-ttl"].to_ical() == b"PT15M"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M" in calendar.to_ical()


async def test_without_guests_nothing_of_them_is_told(store: Store, ada: Host, make: Any) -> None:
    """No name, address, number, note or answer; the title stays."""
    await cast.event_type(store, await cast.schedule(store, ada), "call", places=(Place(kind="guest_phone"),))
    request = msgspec.structs.replace(
        cast.request(TEN, event_type="call"), guest_phone="+49 30 1234567", notes="My knee hurts."
    )
    await book(store, Availability(store), request, now=NOW, actor=AS_CLEO)
    await with_waitlist(store, ada)
    await seated(store, "Gil", at("2026-09-24 09:00"))
    shown = (await read(store, await make())).decode()
    hidden = (await read(store, await make(shows_guests=False))).decode()
    for secret in ("Cleo", "cleo@", "1234567", "knee", "Gil", "gil@"):
        assert secret in shown
        assert secret not in hidden
    assert "Intro call" in hidden


async def test_a_request_is_tentative_until_it_is_approved(store: Store, ada: Host, make: Any) -> None:
    """And declined or cancelled ones leave, or are shown as cancelled."""
    await cast.event_type(store, await cast.schedule(store, ada), "talk", approval=True)
    asked = await booking(store, slug="talk")
    plain, marked = await make(), await make(shows_cancelled=True)
    name = f"{asked.uid}@cally"
    assert str(events(await read(store, plain))[name]["status"]) == "TENTATIVE"
    await approve(store, Availability(store), asked.uid, now=NOW, actor=AS_ADA)
    assert str(events(await read(store, plain))[name]["status"]) == "CONFIRMED"
    await cancel(store, asked.uid, reason="", now=NOW, actor=AS_CLEO)
    assert name not in events(await read(store, plain))
    assert str(events(await read(store, marked))[name]["status"]) == "CANCELLED"


async def test_its_version_changes_with_a_booking_and_not_without(store: Store, make: Any) -> None:
    """Whoever comes again later on the same day has it already."""
    made, feed = await booking(store), await make()
    before = await version(store, feed)
    assert await version(store, feed, NOW + 60) == before
    await reschedule(store, Availability(store), made.uid, TEN + DAY, now=NOW + 60, actor=AS_ADA)
    assert await version(store, feed, NOW + 60) != before


async def test_a_series_has_its_rule_its_gap_and_what_was_moved(store: Store, make: Any) -> None:
    """Read alike by Python's icalendar and by ical.js, over the end of summer time."""
    await lesson(store)
    made = await booked_series(store, Availability(store))
    _, second, third, _ = made.bookings
    await cancel(store, second.uid, reason="", now=NOW, actor=AS_ADA)
    await reschedule(store, Availability(store), third.uid, third.starts_at + 7_200, now=NOW, actor=AS_ADA)
    data = await read(store, await make())
    name = f"{made.series.uid}@cally"
    starts = [made.bookings[0].starts_at, third.starts_at + 7_200, made.bookings[3].starts_at]
    expected = [(start, start + 1_800) for start in starts]
    assert instances(data) == {name: expected}
    understood = by_ical_js(data)
    assert understood["events"][name]["instances"] == [list(one) for one in expected]
    known = await series.by_uid(store.reader, made.series.uid)
    assert known is not None
    assert understood["events"][name]["sequence"] == known.sequence
    assert made.bookings[3].starts_at - made.bookings[0].starts_at == 3 * WEEK + 3_600


async def test_a_session_is_one_event_for_all_its_seats(store: Store, ada: Host, make: Any) -> None:
    """As in the calendar of its host; it leaves with the last guest."""
    await with_waitlist(store, ada)
    first, second = await seated(store, "Gil", TEN), await seated(store, "Ina", TEN)
    slot = {"host_id": ada.id, "event_type_id": first.event_type_id, "starts_at": TEN}
    session = await groups.by_slot(store.reader, **slot)
    assert session is not None
    feed = await make()
    found = events(await read(store, feed))
    assert list(found) == [f"{session.uid}@cally"]
    event = found[f"{session.uid}@cally"]
    assert (int(event["sequence"]), str(event["summary"])) == (session.sequence, "Intro call (2 of 2 seats)")
    assert "Gil" in str(event["description"])
    for one in (first, second):
        await cancel(store, one.uid, reason="", now=NOW, actor=AS_CLEO)
    assert events(await read(store, feed)) == {}


async def test_only_the_event_types_and_the_days_it_is_for_are_shown(store: Store, ada: Host, make: Any) -> None:
    """A feed can be as narrow as one event type and two days."""
    other: EventType = await cast.event_type(store, await cast.schedule(store, ada), "talk")
    near, far, of_other = (
        await booking(store),
        await booking(store, TEN + 3 * DAY),
        await booking(store, TEN + 3_600, "talk"),
    )
    narrow = await make(event_types=(other.id,))
    short = await make(past_days=0, future_days=2)
    assert list(events(await read(store, narrow))) == [f"{of_other.uid}@cally"]
    assert list(events(await read(store, short))) == [f"{near.uid}@cally", f"{of_other.uid}@cally"]
    later = NOW + 2 * DAY
    assert list(events(await read(store, short, later))) == [f"{far.uid}@cally"]


async def test_a_teams_feed_says_whose_each_booking_is(store: Store, vault: Vault, ada: Host, make: Any) -> None:
    """Of all its hosts, for who manages it; ended when they do that no more."""
    ben = await cast.host(store, "Ben Okri")
    rules = EventTypeRules(duration_minutes=30, assignment="round_robin")
    event_type = await cast.team_event_type(store, (ada, ben), rules)
    assert event_type.team_id is not None
    for hour in range(2):
        await booking_with_team(store, TEN + hour * 3_600)
    with pytest.raises(CallyError, match="no such team"):
        await make(team_id=event_type.team_id, host=ben)
    feed = await make(team_id=event_type.team_id)
    summaries = sorted(str(event["summary"]) for event in events(await read(store, feed)).values())
    assert summaries == ["Support call: Cleo Çelik (Ada Lovelace)", "Support call: Cleo Çelik (Ben Okri)"]
    secret = await calendars.secret_of(store.reader, vault, feed)
    assert await calendars.feed_by_secret(store.reader, secret) == feed
    async with store.write() as tx:
        member = await teams.member(tx, event_type.team_id, ada.id)
        assert member is not None
        await teams.update_member(tx, msgspec.structs.replace(member, manages=False))
    assert await calendars.feed_by_secret(store.reader, secret) is None


async def booking_with_team(store: Store, starts_at: int) -> None:
    request = cast.request(starts_at, host=f"{TEAM}support")
    cast.booked(await book(store, Availability(store), request, now=NOW, actor=AS_CLEO))


async def test_another_address_closes_the_one_before_at_once(store: Store, vault: Vault, ada: Host, make: Any) -> None:
    """And so does locking the account out."""
    feed = await make()
    before = await calendars.secret_of(store.reader, vault, feed)
    await calendars.rotate_feed(store, vault, feed.id, host_id=ada.id, now=NOW, actor=AS_ADA)
    after = await calendars.secret_of(store.reader, vault, feed)
    assert await calendars.feed_by_secret(store.reader, before) is None
    assert await calendars.feed_by_secret(store.reader, after) is not None
    async with store.write() as tx:
        await accounts.update_disabled(tx, ada.id, NOW)
    assert await calendars.feed_by_secret(store.reader, after) is None


async def test_every_name_in_the_feed_is_known_for_an_echo(store: Store, ada: Host, make: Any) -> None:
    """Read back as busy time, neither a booking nor a session nor a series blocks itself (rule 37)."""
    await booking(store)
    await lesson(store)
    await booked_series(store, Availability(store))
    await with_waitlist(store, ada)
    await seated(store, "Gil", at("2026-09-24 09:00"))
    found = events(await read(store, await make()))
    assert len(found) == 3
    for name in found:
        assert await stored_calendars.is_booking_of(store.reader, name.partition("@")[0], ada.id), name


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"color": "#00ff00"}, "color"),
        ({"past_days": -1}, "past_days"),
        ({"future_days": 0}, "future_days"),
        ({"event_types": (1,)}, "event_types"),
    ],
)
async def test_what_a_feed_cannot_be_is_refused_with_the_field(make: Any, change: dict[str, Any], field: str) -> None:
    """Also an event type of somebody else."""
    with pytest.raises(CallyError) as refused:
        await make(**change)
    assert refused.value.facts["field"] == field
