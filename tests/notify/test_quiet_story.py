"""Quiet hours from the settings to the message: what waits, what comes all the same, and when (rule 77)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cally.bookings import Availability, book, cancel, reschedule
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Guest
from cally.model.hosts import Host
from cally.model.reminders import QuietHours, Reminders
from cally.model.rules import DAYS, EventTypeRules, ScheduleRules, WeeklyHours, Window
from cally.notify import add_channel
from cally.store import Store
from cally.store import hosts as all_hosts
from cally.vault import Vault
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW
from tests.notify.clockwork import MINUTE, Clockwork, with_settings
from tests.notify.conftest import MailServer, Sink

pytestmark = pytest.mark.rule(77)

BERLIN = "Europe/Berlin"
NIGHT = QuietHours(from_minute=22 * 60, to_minute=7 * 60, media=("mail", "channel"))
AS_ADA = Actor(kind="host")


def wall(tz: str, text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).timestamp())


@pytest.fixture
async def hours(store: Store, vault: Vault, mail_server: MailServer) -> Clockwork:
    return await Clockwork(store, vault, mail_server).start()


async def at_any_hour(store: Store, tz: str = BERLIN) -> Host:
    """Ada, who can be met around the clock."""
    ada = await cast.host(store, "Ada Lovelace", tz=tz)
    window = WeeklyHours(days=DAYS, hours=Window(from_minute=0, to_minute=1_440))
    await cast.event_type(store, await cast.schedule(store, ada, ScheduleRules(tz=tz, weekly=(window,))))
    return ada


async def booked(store: Store, starts_at: int, *, now: int, tz: str = BERLIN) -> Booking:
    asked = cast.request(starts_at, guest=Guest(name="Cleo", email="cleo@example.org", tz=tz))
    return cast.booked(await book(store, Availability(store), asked, now=now, actor=AS_CLEO))


async def left(hours: Clockwork, booking: Booking, kind: str, recipient: str = "host") -> list[int]:
    """When messages of a kind left for a reader."""
    return [at for who, at in await hours.told(booking, kind) if who == recipient]


async def test_what_is_booked_at_night_is_told_in_the_morning(store: Store, hours: Clockwork) -> None:
    """The guest has their confirmation at once; Ada sleeps, and the outbox says what it waits for."""
    ada = await at_any_hour(store)
    await with_settings(store, ada.id, quiet=NIGHT, now=NOW)
    hours.now = wall(BERLIN, "2026-09-22 23:00")
    booking = await booked(store, wall(BERLIN, "2026-09-24 10:00"), now=hours.now)
    await hours.run_to(hours.now + MINUTE)
    assert await left(hours, booking, "confirmed", "guest") == [wall(BERLIN, "2026-09-22 23:00")]
    (waiting,) = [row for row in await hours.rows(booking, "confirmed") if row.recipient == "host"]
    assert (waiting.state, waiting.answer) == ("waiting", "It waits for quiet hours to end.")
    await hours.run_to(wall(BERLIN, "2026-09-23 12:00"))
    assert await left(hours, booking, "confirmed") == [wall(BERLIN, "2026-09-23 07:00")]


async def test_in_the_morning_only_what_counts_is_told(store: Store, hours: Clockwork) -> None:
    """Booked at eleven, moved at midnight: one message at seven."""
    ada = await at_any_hour(store)
    await with_settings(store, ada.id, quiet=NIGHT, now=NOW)
    hours.now = wall(BERLIN, "2026-09-22 23:00")
    booking = await booked(store, wall(BERLIN, "2026-09-24 10:00"), now=hours.now)
    await hours.run_to(hours.now + HOUR)
    there = wall(BERLIN, "2026-09-24 15:00")
    await reschedule(store, Availability(store), booking.uid, there, now=hours.now, actor=AS_CLEO)
    await hours.run_to(wall(BERLIN, "2026-09-23 12:00"))
    assert await left(hours, booking, "confirmed") == []
    assert await left(hours, booking, "rescheduled") == [wall(BERLIN, "2026-09-23 07:00")]


@pytest.mark.parametrize(
    ("starts", "tells"), [("2026-09-23 07:30", "2026-09-22 23:30"), ("2026-09-23 08:30", "2026-09-23 07:00")]
)
async def test_a_cancellation_comes_through_when_the_morning_is_too_late(
    store: Store, hours: Clockwork, starts: str, tells: str
) -> None:
    """Half an hour after quiet hours Ada might have left already; an hour and a half is time enough."""
    ada = await at_any_hour(store)
    await with_settings(store, ada.id, quiet=NIGHT, now=NOW)
    hours.now = wall(BERLIN, "2026-09-21 12:00")
    booking = await booked(store, wall(BERLIN, starts), now=hours.now)
    await hours.run_to(wall(BERLIN, "2026-09-22 23:30"))
    await cancel(store, booking.uid, reason="", now=hours.now, actor=AS_CLEO)
    await hours.run_to(wall(BERLIN, "2026-09-23 12:00"))
    assert await left(hours, booking, "cancelled") == [wall(BERLIN, tells)]


async def test_what_moves_away_from_tomorrow_morning_comes_through(store: Store, hours: Clockwork) -> None:
    """The new time is far off, but whoever is not told would go to the old one."""
    ada = await at_any_hour(store)
    await with_settings(store, ada.id, quiet=NIGHT, now=NOW)
    hours.now = wall(BERLIN, "2026-09-21 12:00")
    booking = await booked(store, wall(BERLIN, "2026-09-23 06:00"), now=hours.now)
    await hours.run_to(wall(BERLIN, "2026-09-22 23:30"))
    later = wall(BERLIN, "2026-10-01 10:00")
    await reschedule(store, Availability(store), booking.uid, later, now=hours.now, actor=AS_CLEO)
    await hours.run_to(wall(BERLIN, "2026-09-23 12:00"))
    assert await left(hours, booking, "rescheduled") == [wall(BERLIN, "2026-09-22 23:30")]


async def test_a_host_chooses_what_comes_through_and_on_which_way(
    store: Store, vault: Vault, hours: Clockwork, sink: Sink
) -> None:
    """Quiet channels, mail at any hour; new bookings come on both."""
    ada = await at_any_hour(store)
    await add_channel(store, vault, ada.id, name="Phone", address=sink.address, now=NOW, actor=AS_ADA)
    quiet = msgspec.structs.replace(NIGHT, media=("channel",), through=("bookings",))
    await with_settings(store, ada.id, quiet=quiet, now=NOW)
    hours.now = night = wall(BERLIN, "2026-09-22 23:00")
    booking = await booked(store, wall(BERLIN, "2026-09-24 10:00"), now=hours.now)
    await hours.run_to(hours.now + 5 * MINUTE)
    await cancel(store, booking.uid, reason="", now=hours.now, actor=AS_CLEO)
    await hours.run_to(wall(BERLIN, "2026-09-23 12:00"))

    async def on(kind: str) -> dict[str, int | None]:
        rows = [row for row in await hours.rows(booking, kind) if row.recipient == "host"]
        return {row.medium: row.sent_at for row in rows}

    assert await on("confirmed") == {"mail": night, "channel": night}
    morning = wall(BERLIN, "2026-09-23 07:00")
    assert await on("cancelled") == {"mail": night + 5 * MINUTE, "channel": morning}
    assert len(sink.posts) == 2


@pytest.mark.parametrize(
    ("starts", "offset", "comes"),
    [
        ("2026-09-24 12:00", 720, "2026-09-24 07:00"),
        ("2026-09-24 06:30", 60, "2026-09-23 21:55"),
        ("2026-09-24 07:30", 60, "2026-09-24 07:00"),
        ("2026-09-24 10:00", 60, "2026-09-24 09:00"),
    ],
)
async def test_a_reminder_keeps_out_of_its_guests_night(
    store: Store, hours: Clockwork, starts: str, offset: int, comes: str
) -> None:
    """By the clock in New York, whatever it is in Berlin: later while it helps, else the evening before."""
    tz = "America/New_York"
    ada = await at_any_hour(store)
    wanted = Reminders(guest_minutes=(offset,))
    await with_settings(store, ada.id, reminders=wanted, guest_quiet=NIGHT, now=NOW - DAY)
    booking = await booked(store, wall(tz, starts), now=hours.now, tz=tz)
    await hours.run_to(wall(tz, starts))
    assert await left(hours, booking, "reminder", "guest") == [wall(tz, comes)]


async def test_without_a_wish_guests_are_reminded_at_night_too(store: Store, hours: Clockwork) -> None:
    """A host's own quiet hours are not their guests'."""
    ada = await at_any_hour(store)
    await with_settings(store, ada.id, reminders=Reminders(guest_minutes=(60,)), quiet=NIGHT, now=NOW - DAY)
    starts_at = wall(BERLIN, "2026-09-24 06:30")
    booking = await booked(store, starts_at, now=hours.now)
    await hours.run_to(starts_at)
    assert await left(hours, booking, "reminder", "guest") == [starts_at - HOUR]


NIGHTS = [
    (BERLIN, "2026-10-25"),
    (BERLIN, "2027-03-28"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Africa/Cairo", "2026-10-30"),
    ("America/Santiago", "2027-04-04"),
]


@pytest.mark.rule(80)
@pytest.mark.parametrize(("tz", "day"), NIGHTS)
async def test_a_night_in_which_clocks_change_is_kept(store: Store, hours: Clockwork, tz: str, day: str) -> None:
    """Ada's and her guest's reminders, due in that night, come at seven on its clock, each once."""
    ada = await at_any_hour(store, tz)
    wanted = Reminders(guest_minutes=(240,), host_minutes=(240,))
    await with_settings(store, ada.id, reminders=wanted, quiet=NIGHT, guest_quiet=NIGHT, now=NOW - DAY)
    starts_at = wall(tz, f"{day} 08:30")
    hours.now = starts_at - 2 * DAY
    booking = await booked(store, starts_at, now=hours.now, tz=tz)
    await hours.run_to(starts_at)
    seven = wall(tz, f"{day} 07:00")
    assert sorted(await hours.told(booking)) == [("guest", seven), ("host", seven)]
    assert len(set(hours.mails("Reminder:"))) == 2


async def test_a_host_who_has_moved_keeps_quiet_by_the_new_clock(store: Store, hours: Clockwork) -> None:
    """Told in Berlin's evening, which is Tokyo's night."""
    ada = await at_any_hour(store)
    await with_settings(store, ada.id, quiet=NIGHT, now=NOW)
    hours.now = wall("Asia/Tokyo", "2026-09-23 02:00")
    booking = await booked(store, wall(BERLIN, "2026-09-24 18:00"), now=hours.now)
    await moved(store, ada, "Asia/Tokyo")
    await hours.run_to(wall("Asia/Tokyo", "2026-09-23 12:00"))
    assert await left(hours, booking, "confirmed") == [wall("Asia/Tokyo", "2026-09-23 07:00")]


async def moved(store: Store, host: Host, tz: str) -> None:
    async with store.write() as tx:
        await all_hosts.update(tx, msgspec.structs.replace(host, tz=tz))


async def test_a_teams_channel_keeps_no_single_hosts_night(
    store: Store, vault: Vault, hours: Clockwork, sink: Sink
) -> None:
    """Ada sleeps; the room of her team is told at once."""
    ada = await cast.host(store, "Ada Lovelace")
    kept = await cast.team_event_type(store, (ada,), EventTypeRules(duration_minutes=30, assignment="round_robin"))
    await with_settings(store, ada.id, quiet=NIGHT, now=NOW)
    assert kept.team_id is not None
    await add_channel(
        store, vault, kept.team_id, name="Room", address=sink.address, now=NOW, actor=AS_ADA, of_team=True
    )
    hours.now = night = wall(BERLIN, "2026-09-22 23:00")
    asked = cast.request(wall(BERLIN, "2026-09-24 10:00"), host="team:support")
    booking = cast.booked(await book(store, Availability(store), asked, now=hours.now, actor=AS_CLEO))
    await hours.run_to(hours.now + MINUTE)
    told = [(row.medium, row.sent_at) for row in await hours.rows(booking, "confirmed") if row.recipient == "host"]
    assert ("channel", night) in told
    assert ("mail", None) in told
