"""A capsule of the live database answers, replayed anywhere, what the pages answer here; and it names nobody."""

from datetime import date
from typing import Any

import msgspec
import pytest

from cally.bookings import Availability, book, capsule, hold, offer
from cally.bookings.judging import refusal
from cally.cli.replay import answered
from cally.errors import CallyError
from cally.model.bookings import Booked, Guest, Hold
from cally.model.calendars import BusyTime, Calendar
from cally.model.capsule import question_to_json
from cally.model.fields import instant_text
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.rules import DAYS, Cap, EventTypeRules, Horizon, ScheduleRules, Travel, WeeklyHours, Window
from cally.model.teams import NeededResource
from cally.store import Store, calendars, resources
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, WORKING_WEEK, at

TEN = at("2026-09-22 08:00")  # Tuesday, 10:00 in Berlin
MIDNIGHT = at("2026-09-20 22:00")  # Monday begins in Berlin
MONTH = (MIDNIGHT, MIDNIGHT + 31 * DAY)
PLAIN = EventTypeRules(duration_minutes=30)
AWAY = Travel(from_on=date(2026, 9, 24), to_on=date(2026, 9, 30), tz="America/New_York")
EVERY_RULE = EventTypeRules(
    duration_minutes=45,
    step_minutes=20,
    offset_minutes=5,
    buffer_before_minutes=5,
    buffer_after_minutes=10,
    notice_minutes=180,
    horizon=Horizon(kind="open_days", days=12),
    caps=(Cap(per="day", bookings=2), Cap(per="week", minutes=200)),
)
PRIVATE = ("ada", "ben", "lovelace", "okri", "cleo", "çelik", "example", "intro", "support", "work", "blue", "uid")


async def replayed(store: Store, owner: str, *, now: int = NOW, ask: tuple[int, ...] = ()) -> dict[str, Any]:
    """The capsule of a month, through its JSON, as `cally replay` answers it."""
    found = await offer(store.reader, owner, "intro")
    minutes = found.event_type.rules.duration_minutes
    asked = await capsule(store.reader, found, duration_minutes=minutes, now=now, within=MONTH, ask=ask)
    return answered(msgspec.json.encode(question_to_json(asked)))


async def shown(store: Store, owner: str, *, now: int = NOW) -> list[str]:
    """The starts that the page shows for that month."""
    found = await offer(store.reader, owner, "intro")
    reach = MONTH[1] + found.event_type.rules.duration_minutes * 60
    slots = await Availability(store).slots(found, now=now, from_at=MONTH[0], to_at=reach)
    return [instant_text(slot.starts_at) for slot in slots if slot.starts_at < MONTH[1]]


async def busy(store: Store, host: Host, *stretches: tuple[int, int], read_at: int = NOW) -> None:
    """A calendar of the host that holds this busy time."""
    made = Calendar(
        id=new_id(NOW),
        host_id=host.id,
        name="Work",
        shown_address="https://cal.example.org/…",
        tz=None,
        tentative_blocks=True,
        created_at=NOW - DAY,
        next_read_at=NOW,
    )
    async with store.write() as tx:
        await calendars.insert(tx, made, address_sealed=b"sealed")
        await calendars.insert_busy(tx, made, [BusyTime(start, end, "secret-uid") for start, end in stretches])
        await calendars.update_read(tx, msgspec.structs.replace(made, last_read_at=read_at))


async def take(store: Store, owner: str, *starts: int) -> None:
    """Cleo books these starts, then holds one two hours behind the last, as far as they are free."""
    availability = Availability(store)
    made = [
        await book(store, availability, cast.request(start, host=owner), now=NOW, actor=AS_CLEO) for start in starts
    ]
    assert any(isinstance(answer, Booked) for answer in made)
    await hold(store, availability, host=owner, event_type="intro", starts_at=starts[-1] + 2 * HOUR, now=NOW)


async def single(store: Store) -> str:
    """Ada with every rule there is, travelling, with an own cap, busy time and bookings."""
    host = await cast.host(store, "Ada Lovelace", caps=(Cap(per="month", bookings=8),))
    hours = await cast.schedule(store, host, msgspec.structs.replace(WORKING_WEEK, travel=(AWAY,)))
    await cast.event_type(store, hours, rules=EVERY_RULE)
    await busy(store, host, (TEN, TEN + HOUR), (TEN + HOUR, TEN + 2 * HOUR))
    await take(store, "ada", TEN - HOUR + 300, TEN + 4 * HOUR + 900, TEN + 6 * DAY + 5 * HOUR + 300)
    return "ada"


async def optimised(store: Store) -> str:
    """Ada, whose grid starts anew behind each claim."""
    host = await cast.host(store, "Ada Lovelace")
    rules = EventTypeRules(duration_minutes=30, grid="optimised", notice_days=1)
    await cast.event_type(store, await cast.schedule(store, host), rules=rules)
    await busy(store, host, (TEN + 420, TEN + HOUR + 60))
    await take(store, "ada", TEN - HOUR, TEN + DAY)
    return "ada"


async def seats(store: Store) -> str:
    """A session of three seats: one full, one with a seat left."""
    host = await cast.host(store, "Ada Lovelace")
    rules = EventTypeRules(duration_minutes=60, seats=3, buffer_after_minutes=15, step_minutes=30)
    await cast.event_type(store, await cast.schedule(store, host), rules=rules)
    await take(store, "ada", TEN, TEN, TEN, TEN + 4 * HOUR)
    return "ada"


async def round_robin(store: Store) -> str:
    """Ada and Ben, one of whom has to be free, each with their own claims."""
    pair = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    await cast.team_event_type(store, pair, msgspec.structs.replace(PLAIN, assignment="round_robin"))
    await busy(store, pair[1], (TEN - HOUR, TEN + 3 * HOUR))
    await take(store, "team:support", TEN, TEN + HOUR, TEN + 5 * HOUR, TEN + 5 * HOUR)
    return "team:support"


async def collective(store: Store) -> str:
    """Ada and Ben, who both have to be free, and a room of two."""
    pair = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    made = await cast.team_event_type(store, pair, msgspec.structs.replace(PLAIN, assignment="collective"))
    rooms = [await cast.room(store, pair[0], name) for name in ("Blue room", "Work room")]
    async with store.write() as tx:
        for position, room in enumerate(rooms):
            need = NeededResource(resource_id=room.id, group="Blue or Work", position=position)
            await resources.insert_needed(tx, made.id, need)
    await busy(store, pair[1], (TEN - HOUR, TEN + 3 * HOUR))
    await take(store, "team:support", TEN + 4 * HOUR)
    return "team:support"


async def late(store: Store) -> str:
    """Ada, who works over midnight: the last slot of the last day ends on the next one (rule 19)."""
    host = await cast.host(store, "Ada Lovelace")
    nights = WeeklyHours(days=DAYS, hours=Window(from_minute=22 * 60, to_minute=26 * 60))
    hours = await cast.schedule(store, host, ScheduleRules(tz=cast.TZ, weekly=(nights,)))
    await cast.event_type(store, hours, rules=EventTypeRules(duration_minutes=60, step_minutes=30))
    await take(store, "ada", at("2026-09-22 20:00"))
    return "ada"


async def stale(store: Store) -> str:
    """Ada, one of whose calendars is not read any more."""
    host = await cast.ada(store)
    await busy(store, host, read_at=NOW - 4 * HOUR)
    return "ada"


WORLDS = [single, optimised, seats, round_robin, collective, late, stale]


@pytest.mark.rule(42)
@pytest.mark.rule(44)
@pytest.mark.rule(58)
@pytest.mark.rule(64)
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
@pytest.mark.parametrize("later", [0, 9 * 60, 3 * HOUR], ids=["now", "before the hold ends", "later"])
async def test_replayed_it_gives_the_slots_of_the_page(store: Store, world: Any, later: int) -> None:
    """The same starts, in the same order, at that now."""
    owner = await world(store)
    slots = (await replayed(store, owner, now=NOW + later))["slots"]
    assert slots == await shown(store, owner, now=NOW + later)
    assert bool(slots) == (world is not stale)


@pytest.mark.parametrize("world", WORLDS[:-1], ids=lambda world: world.__name__)
async def test_replayed_it_refuses_as_the_confirm_does(store: Store, world: Any) -> None:
    """What is asked about gets the code, the rule and the facts of the live refusal."""
    owner = await world(store)
    found = await offer(store.reader, owner, "intro")
    minutes = found.event_type.rules.duration_minutes
    starts = tuple(range(TEN - 2 * HOUR, TEN + 8 * HOUR, 900))
    told = (await replayed(store, owner, ask=starts))["refusals"]
    for start in starts:
        live, answer = (
            await refusal(store.reader, found, start, duration_minutes=minutes, now=NOW),
            told[instant_text(start)],
        )
        facts = (answer["code"], answer.get("rule"), answer.get("until")) if answer else None
        until = instant_text(live.until) if live is not None and live.until is not None else None
        assert facts == ((live.code, live.rule, until) if live else None), start


@pytest.mark.rule(39)
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
async def test_it_names_nobody(store: Store, world: Any) -> None:
    """No name, slug, address, title or uid: hosts, resources and groups are numbered, claims are times."""
    owner = await world(store)
    found = await offer(store.reader, owner, "intro")
    asked = await capsule(store.reader, found, duration_minutes=30, now=NOW, within=MONTH)
    written = question_to_json(asked)
    text = msgspec.json.encode(written).decode().lower()
    assert not [word for word in PRIVATE if word in text]
    assert [host["id"] for host in written["hosts"]] == [f"h{n + 1}" for n in range(len(found.participants))]
    assert {one["id"] for one in written.get("resources", [])} <= {"r1", "r2"}


async def test_busy_time_is_merged_and_what_is_over_is_left_out(store: Store) -> None:
    """Neither the number of somebody's events nor their last year's holidays are anybody's business."""
    host = await cast.host(store, "Ada Lovelace")
    away = ((date(2024, 3, 1), date(2024, 3, 14)), (date(2026, 9, 28), date(2026, 9, 29)))
    hours = await cast.schedule(store, host, msgspec.structs.replace(WORKING_WEEK, time_off=away))
    await cast.event_type(store, hours)
    await busy(store, host, (TEN, TEN + 600), (TEN + 600, TEN + HOUR))
    held = await hold(store, Availability(store), host="ada", event_type="intro", starts_at=TEN + 4 * HOUR, now=NOW)
    assert isinstance(held, Hold)
    found = await offer(store.reader, "ada", "intro")
    asked = await capsule(store.reader, found, duration_minutes=30, now=held.expires_at, within=MONTH)
    assert asked.hosts[0].busy == ((TEN, TEN + HOUR),)
    assert asked.hosts[0].holds == ()
    assert asked.hosts[0].schedule is not None
    assert asked.hosts[0].schedule.time_off == away[1:]


async def test_guests_of_two_capsules_cannot_be_told_apart(store: Store, ada: Host) -> None:
    """Who booked leaves no trace."""
    found = await offer(store.reader, "ada", "intro")
    await book(store, Availability(store), cast.request(TEN), now=NOW, actor=AS_CLEO)
    first = await capsule(store.reader, found, duration_minutes=30, now=NOW, within=MONTH)
    guest = Guest(name="Somebody Else", email="else@example.org", tz="Asia/Tokyo")
    await book(store, Availability(store), cast.request(TEN + HOUR, guest=guest), now=NOW, actor=AS_CLEO)
    second = await capsule(store.reader, found, duration_minutes=30, now=NOW, within=MONTH)
    (one,) = first.hosts[0].bookings
    assert msgspec.structs.replace(one, starts_at=TEN + HOUR, ends_at=TEN + HOUR + 1800) == second.hosts[0].bookings[1]


@pytest.mark.parametrize("within", [(TEN, TEN), (TEN, TEN - DAY), (TEN, TEN + 400 * DAY)])
async def test_a_stretch_must_be_one(store: Store, ada: Host, within: tuple[int, int]) -> None:
    """From its first day to its last, at most a year."""
    found = await offer(store.reader, "ada", "intro")
    with pytest.raises(CallyError, match="1 to 366 days"):
        await capsule(store.reader, found, duration_minutes=30, now=NOW, within=within)
