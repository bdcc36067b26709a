"""Reminders: at the right instant, once, for what stands, whatever becomes of booking, clock and machine."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cally.bookings import Availability, approve, book, cancel, mark_no_show, reschedule
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Companion, Guest
from cally.model.hosts import EventType, Host
from cally.model.messages import Message
from cally.model.reminders import FollowUp, Reminders
from cally.model.rules import DAYS, EventTypeRules, ScheduleRules, WeeklyHours, Window
from cally.notify import resume_waiting, retry
from cally.notify.reminders import BEGUN, CHANGED, NEARER, UNWANTED
from cally.store import Store, event_types, schedules
from cally.vault import Vault
from tests import cast, series
from tests.cast import AS_CLEO, DAY, HOUR, NOW, at
from tests.notify.clockwork import DAY_AND_HOUR, MINUTE, Clockwork, with_options, with_settings
from tests.notify.conftest import MailServer

TEN = at("2026-09-24 08:00")  # Thursday, 10:00 in Berlin
AS_ADA = Actor(kind="host")


@pytest.fixture
async def ada(store: Store) -> Host:
    return await cast.ada(store)


@pytest.fixture
async def intro(store: Store, ada: Host) -> EventType:
    found = await event_types.by_slug(store.reader, ada.id, "intro")
    assert found is not None
    await with_options(store, found, reminders=DAY_AND_HOUR, now=NOW - DAY)
    return found


@pytest.fixture
async def hours(store: Store, vault: Vault, mail_server: MailServer) -> Clockwork:
    return await Clockwork(store, vault, mail_server).start()


async def booked(store: Store, starts_at: int = TEN, *, now: int = NOW, brings: tuple[str, ...] = ()) -> Booking:
    """Cleo has booked Ada."""
    asked = cast.request(starts_at)
    asked = msgspec.structs.replace(asked, companions=tuple(Companion(email=one) for one in brings))
    return cast.booked(await book(store, Availability(store), asked, now=now, actor=AS_CLEO))


@pytest.mark.rule(76)
async def test_guest_and_host_are_reminded_at_their_times(store: Store, intro: EventType, hours: Clockwork) -> None:
    """A day and an hour before for Cleo and whom she brings, half an hour before for Ada; then nothing more."""
    booking = await booked(store, brings=("emil@example.org",))
    await hours.run_to(TEN + DAY)
    assert await hours.told(booking) == [
        ("guest", TEN - DAY),
        ("companion", TEN - DAY),
        ("guest", TEN - HOUR),
        ("companion", TEN - HOUR),
        ("host", TEN - 30 * MINUTE),
    ]
    assert len(set(hours.mails("Reminder:"))) == 5


@pytest.mark.rule(75)
async def test_a_reminder_speaks_its_readers_clock(store: Store, intro: EventType, hours: Clockwork) -> None:
    """Four in the morning in New York, ten in Berlin."""
    await booked(store)
    await hours.run_to(TEN)
    said = {mail["To"]: mail["Subject"] for mail in hours.server.postbox.mails if mail["Subject"].startswith("Rem")}
    assert "4:00" in next(line for to, line in said.items() if "cleo@" in to)
    assert "10:00" in next(line for to, line in said.items() if "ada@" in to)


async def test_without_a_word_guests_are_reminded_a_day_before(store: Store, ada: Host, hours: Clockwork) -> None:
    """The default of a host who never said."""
    booking = await booked(store)
    await hours.run_to(TEN)
    assert await hours.told(booking) == [("guest", TEN - DAY)]


async def test_a_hosts_own_wish_counts_where_an_event_type_has_none(store: Store, ada: Host, hours: Clockwork) -> None:
    """Two hours before for guests, ten minutes for Ada."""
    await with_settings(store, ada.id, reminders=Reminders(guest_minutes=(120,), host_minutes=(10,)), now=NOW)
    booking = await booked(store)
    await hours.run_to(TEN)
    assert await hours.told(booking) == [("guest", TEN - 2 * HOUR), ("host", TEN - 10 * MINUTE)]


async def test_what_is_due_within_a_day_is_there_to_be_seen(store: Store, intro: EventType, hours: Clockwork) -> None:
    """A row with a job for its instant; what is further off has none yet."""
    booking = await booked(store)
    hours.now = TEN - DAY - 24 * HOUR
    await hours.turn()
    (ahead,) = await hours.rows(booking)
    assert (ahead.state, ahead.due_at, ahead.next_attempt_at) == ("waiting", TEN - DAY, TEN - DAY)


@pytest.mark.rule(76)
async def test_booked_within_the_time_there_is_no_late_reminder(
    store: Store, intro: EventType, hours: Clockwork
) -> None:
    """Booked three hours before: the confirmation has just said it; the hour before still comes."""
    hours.now = TEN - 3 * HOUR
    booking = await booked(store, now=hours.now)
    await hours.run_to(TEN)
    assert [told for told in await hours.told(booking) if told[0] == "guest"] == [("guest", TEN - HOUR)]


@pytest.mark.rule(76)
async def test_a_request_gets_no_reminder_before_it_is_accepted(
    store: Store, ada: Host, intro: EventType, hours: Clockwork
) -> None:
    """Accepted an hour and a half before: what was due meanwhile is left out."""
    await with_options(store, msgspec.structs.replace(intro, approval=True), reminders=DAY_AND_HOUR, now=NOW - DAY)
    booking = await booked(store)
    hours.now = TEN - 90 * MINUTE
    await hours.turn()
    assert await hours.rows(booking) == []
    await approve(store, Availability(store), booking.uid, now=hours.now, actor=AS_ADA)
    await hours.run_to(TEN)
    assert await hours.told(booking) == [("guest", TEN - HOUR), ("host", TEN - 30 * MINUTE)]


@pytest.mark.rule(76)
async def test_a_reminder_follows_its_meeting(store: Store, intro: EventType, hours: Clockwork) -> None:
    """Moved to the next day when the old reminder was waiting already: that one never leaves, new ones do."""
    booking = await booked(store)
    await hours.run_to(TEN - DAY - HOUR)
    assert [row.state for row in await hours.rows(booking)] == ["waiting"] * 3
    later = TEN + DAY
    await reschedule(store, Availability(store), booking.uid, later, now=hours.now, actor=AS_CLEO)
    await hours.run_to(later)
    assert await hours.told(booking) == [
        ("guest", later - DAY),
        ("guest", later - HOUR),
        ("host", later - 30 * MINUTE),
    ]
    assert [row.answer for row in await hours.rows(booking) if row.state == "obsolete"] == [CHANGED] * 3


@pytest.mark.rule(76)
async def test_what_is_cancelled_is_reminded_of_no_more(store: Store, intro: EventType, hours: Clockwork) -> None:
    """The row that waited is dropped when its time comes, and the outbox says why; the cancellation went at once."""
    booking = await booked(store)
    await hours.run_to(TEN - DAY - HOUR)
    await cancel(store, booking.uid, reason="", now=hours.now, actor=AS_ADA)
    await hours.run_to(TEN + DAY)
    assert await hours.told(booking) == []
    assert [row.answer for row in await hours.rows(booking)] == [CHANGED] * 3
    assert ("guest", TEN - DAY - HOUR) in await hours.told(booking, "cancelled")


@pytest.mark.rule(76)
@pytest.mark.parametrize("off", ["sends", "plans"])
async def test_a_machine_that_was_down_says_it_once_when_it_is_back(
    store: Store, intro: EventType, hours: Clockwork, off: str
) -> None:
    """Down from two days before until forty minutes before, whether rows were there or not: one, the nearest."""
    booking = await booked(store)
    hours.now = TEN - 49 * HOUR
    setattr(hours, off, False)
    hours.now = TEN - 40 * MINUTE
    await hours.turn()
    setattr(hours, off, True)
    await hours.run_to(TEN)
    guests = [told for told in await hours.told(booking) if told[0] == "guest"]
    assert guests == [("guest", TEN - 40 * MINUTE)]
    assert NEARER in [row.answer for row in await hours.rows(booking)]


@pytest.mark.rule(76)
async def test_no_reminder_leaves_when_the_meeting_has_begun(store: Store, intro: EventType, hours: Clockwork) -> None:
    """A mail server that says `later` for a day: skipped, and the outbox says why."""
    booking = await booked(store)
    await hours.run_to(TEN - 25 * HOUR)
    hours.server.postbox.mood = "later"
    await hours.run_to(TEN)
    hours.server.postbox.mood = "accept"
    hours.server.postbox.forget()
    await hours.run_to(TEN + DAY)
    assert hours.mails("Reminder:") == []
    assert {row.answer for row in await hours.rows(booking)} <= {BEGUN, NEARER}


@pytest.mark.rule(80)
@pytest.mark.parametrize("leap", [40 * DAY, HOUR, 2 * DAY])
async def test_a_clock_that_leaps_and_comes_back_doubles_and_loses_nothing(
    store: Store, intro: EventType, hours: Clockwork, leap: int
) -> None:
    """What left too early stays sent; what was thought over is taken up again; nothing leaves twice."""
    booking = await booked(store)
    right = TEN - 26 * HOUR
    await hours.run_to(right)
    hours.now = right + leap
    await hours.turn()
    hours.now = right + MINUTE
    await hours.run_to(TEN)
    rows = await hours.rows(booking)
    assert [row.state for row in rows] == ["sent"] * 3
    names = hours.mails("Reminder:")
    assert len(names) == len(set(names)) == 3


@pytest.mark.rule(80)
async def test_a_clock_that_is_set_back_says_nothing_again(store: Store, intro: EventType, hours: Clockwork) -> None:
    """Two days back, a minute before the meeting."""
    booking = await booked(store)
    await hours.run_to(TEN - MINUTE)
    hours.now -= 2 * DAY
    await hours.run_to(TEN)
    assert len(await hours.told(booking)) == 3
    assert len(hours.mails("Reminder:")) == 3


@pytest.mark.rule(80)
async def test_a_machine_that_slept_is_a_little_late(store: Store, intro: EventType, hours: Clockwork) -> None:
    """Suspended over the reminder of the day before: it comes when the lid is opened, once."""
    booking = await booked(store)
    await hours.run_to(TEN - DAY - HOUR)
    hours.now = TEN - DAY + 8 * HOUR
    await hours.run_to(TEN)
    assert [told for told in await hours.told(booking) if told[0] == "guest"] == [
        ("guest", TEN - DAY + 8 * HOUR),
        ("guest", TEN - HOUR),
    ]


async def test_nothing_that_hurries_the_queue_brings_a_reminder_early(
    store: Store, intro: EventType, hours: Clockwork
) -> None:
    """A mail server was mended, and somebody presses `try now`: it leaves at its time all the same."""
    booking = await booked(store)
    await hours.run_to(TEN - DAY - HOUR)
    waiting, *_ = await hours.rows(booking)
    assert await resume_waiting(store, hours.now) == 0
    await retry(store, waiting.id, hours.now, actor=AS_ADA)
    await hours.run_to(TEN - DAY)
    assert await hours.told(booking) == [("guest", TEN - DAY)]


async def test_wishes_count_for_what_is_booked_already(store: Store, intro: EventType, hours: Clockwork) -> None:
    """Taken back a minute before: not sent. Wished anew: what is due from then on is, what was due before is not."""
    booking = await booked(store)
    await hours.run_to(TEN - DAY - MINUTE)
    await with_options(store, intro, reminders=Reminders(), now=hours.now)
    await hours.run_to(TEN - 4 * HOUR)
    assert await hours.told(booking) == []
    assert [row.answer for row in await hours.rows(booking)] == [UNWANTED, "", ""]
    await with_options(store, intro, reminders=Reminders(guest_minutes=(2_880, 600, 120)), now=hours.now)
    await hours.run_to(TEN)
    assert await hours.told(booking) == [("guest", TEN - 2 * HOUR)]


async def test_each_date_of_a_series_has_its_own_reminder(store: Store, ada: Host, hours: Clockwork) -> None:
    """Four Tuesdays, through the night in which clocks change; one is cancelled."""
    await series.lesson(store)
    made = await series.booked(store, Availability(store))
    await cancel(store, made.bookings[1].uid, reason="", now=NOW, actor=AS_CLEO)
    await hours.run_to(made.bookings[3].starts_at)
    told = [await hours.told(booking) for booking in made.bookings]
    guests = [[one for one in found if one[0] == "guest"] for found in told]
    starts = [booking.starts_at for booking in made.bookings]
    assert guests == [[("guest", starts[0] - DAY)], [], [("guest", starts[2] - DAY)], [("guest", starts[3] - DAY)]]


async def test_a_session_reminds_its_host_once_and_each_guest(store: Store, ada: Host, hours: Clockwork) -> None:
    """Three seats, one given up after the reminder was planned: Ada hears of two, once."""
    (week,) = await schedules.list_of(store.reader, ada.id)
    yoga = await cast.event_type(store, week, "yoga", rules=EventTypeRules(duration_minutes=60, seats=3))
    await with_options(store, yoga, reminders=DAY_AND_HOUR, now=NOW - DAY)
    made = []
    for name in ("Cleo", "Dora", "Emil"):
        guest = Guest(name=name, email=f"{name.lower()}@example.org", tz="UTC")
        asked = cast.request(TEN, event_type="yoga", guest=guest)
        made.append(cast.booked(await book(store, Availability(store), asked, now=NOW, actor=AS_CLEO)))
    await hours.run_to(TEN - 2 * HOUR)
    await cancel(store, made[0].uid, reason="", now=hours.now, actor=AS_CLEO)
    await hours.run_to(TEN)
    told = [one for booking in made for one in await hours.told(booking)]
    assert sorted(at for who, at in told if who == "guest") == [TEN - DAY] * 3 + [TEN - HOUR] * 2
    assert [at for who, at in told if who == "host"] == [TEN - 30 * MINUTE]
    (subject,) = [m["Subject"] for m in hours.server.postbox.mails if "ada@" in m["To"] and "Reminder" in m["Subject"]]
    assert "2 of 3 seats" in subject
    assert "dora" not in subject.lower()


async def test_hosts_who_meet_a_guest_together_are_reminded_as_each_wants(store: Store, hours: Clockwork) -> None:
    """Ada ten minutes before, Ben not at all."""
    ada, ben = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    await cast.team_event_type(store, (ada, ben), EventTypeRules(duration_minutes=30, assignment="collective"))
    await with_settings(store, ada.id, reminders=Reminders(host_minutes=(10,)), now=NOW)
    asked = cast.request(TEN, host="team:support")
    booking = cast.booked(await book(store, Availability(store), asked, now=NOW, actor=AS_CLEO))
    await hours.run_to(TEN)
    reminded = [mail["To"] for mail in hours.server.postbox.mails if mail["Subject"].startswith("Reminder")]
    assert ["ada@" in to for to in reminded] == [True]
    assert await hours.told(booking) == [("host", TEN - 10 * MINUTE)]


class TestFollowUp:
    """A word after the meeting, where a host wants one."""

    async def test_it_comes_after_the_end_with_the_hosts_words(
        self, store: Store, intro: EventType, hours: Clockwork
    ) -> None:
        """To the guest alone, once."""
        wanted = FollowUp(after_minutes=90, text="How was it?\nWrite to me.")
        await with_options(store, intro, reminders=Reminders(), follow_up=wanted, now=NOW)
        booking = await booked(store, brings=("emil@example.org",))
        await hours.run_to(TEN + 5 * DAY)
        assert await hours.told(booking, "follow_up") == [("guest", booking.ends_at + 90 * MINUTE)]
        (mail,) = [mail for mail in hours.server.postbox.mails if mail["Subject"].startswith("After")]
        body = mail.get_body(("plain",))
        assert body is not None
        assert "How was it?\r\nWrite to me." in body.get_content()
        assert [part.get_content_type() for part in mail.walk() if "calendar" in part.get_content_type()] == []

    async def test_it_is_off_until_a_host_wants_it(self, store: Store, intro: EventType, hours: Clockwork) -> None:
        """Nothing is sent after a meeting by default."""
        booking = await booked(store)
        await hours.run_to(TEN + 3 * DAY)
        assert await hours.rows(booking, "follow_up") == []

    async def test_who_did_not_come_and_what_was_cancelled_gets_none(
        self, store: Store, intro: EventType, hours: Clockwork
    ) -> None:
        """Marked when the row was waiting already."""
        await with_options(store, intro, reminders=Reminders(), follow_up=FollowUp(), now=NOW)
        missed, off = await booked(store), await booked(store, TEN + 2 * HOUR)
        await hours.run_to(TEN + 20 * MINUTE)
        await cancel(store, off.uid, reason="", now=hours.now, actor=AS_ADA)
        await mark_no_show(store, missed.uid, now=hours.now, actor=AS_ADA)
        await hours.run_to(TEN + 2 * DAY)
        assert await hours.told(missed, "follow_up") == await hours.told(off, "follow_up") == []
        assert len(await hours.rows(missed, "follow_up")) == 1

    async def test_who_met_before_it_was_wanted_hears_nothing(
        self, store: Store, intro: EventType, hours: Clockwork
    ) -> None:
        """Switched on when the meeting's time for it had passed."""
        booking = await booked(store)
        hours.now = booking.ends_at + 90 * MINUTE
        await with_options(store, intro, reminders=Reminders(), follow_up=FollowUp(), now=hours.now)
        await hours.run_to(TEN + 2 * DAY)
        assert await hours.told(booking, "follow_up") == []


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"]
NIGHTS = {
    "Europe/Berlin": ("2026-10-25", "2027-03-28"),
    "America/New_York": ("2026-11-01", "2027-03-14"),
    "Australia/Lord_Howe": ("2026-10-04", "2027-04-04"),
    "Africa/Cairo": ("2026-10-30", "2027-04-30"),
    "America/Santiago": ("2027-04-04", "2027-09-05"),
}


@pytest.mark.rule(76, 80)
@pytest.mark.parametrize(("tz", "day"), [(tz, day) for tz in ZONES for day in NIGHTS[tz]])
async def test_a_night_in_which_clocks_change_moves_no_reminder(
    store: Store, hours: Clockwork, tz: str, day: str
) -> None:
    """A meeting on the morning after: the day before is 24 hours before, the hour before is one, each once."""
    ada = await cast.host(store, "Ada Lovelace", tz=tz)
    window = WeeklyHours(days=DAYS, hours=Window(from_minute=0, to_minute=1_440))
    week = await cast.schedule(store, ada, ScheduleRules(tz=tz, weekly=(window,)))
    kept = await cast.event_type(store, week)
    await with_options(store, kept, reminders=DAY_AND_HOUR, now=NOW - DAY)
    starts_at = int(datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=ZoneInfo(tz)).timestamp())
    hours.now = starts_at - 3 * DAY
    asked = cast.request(starts_at, guest=Guest(name="Cleo", email="cleo@example.org", tz=tz))
    booking = cast.booked(await book(store, Availability(store), asked, now=hours.now, actor=AS_CLEO))
    await hours.run_to(starts_at + HOUR)
    assert await hours.told(booking) == [
        ("guest", starts_at - DAY),
        ("guest", starts_at - HOUR),
        ("host", starts_at - 30 * MINUTE),
    ]
    rows: list[Message] = await hours.rows(booking)
    assert len({row.message_id for row in rows}) == len(rows) == 3
