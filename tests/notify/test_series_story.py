"""The whole way of a series: one mail at each step, and a calendar that ends up with exactly our dates."""

from typing import Any

import icalendar
import pytest
import recurring_ical_events

from cally.bookings import Availability, approve, book, cancel, move_series, reschedule
from cally.model.accounts import Actor
from cally.model.bookings import Companion
from cally.model.hosts import Place
from cally.model.options import Series
from cally.notify import add_channel
from cally.store import Store, series
from cally.vault import Vault
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW
from tests.notify.calendars import invitation
from tests.notify.conftest import MailServer, Sink
from tests.notify.test_story import delivering, settled
from tests.series import TEN, WEEK, booked, lesson

AS_ADA = Actor(kind="host")
CLEO, ADA, BEN = "cleo@example.org", "ada@example.com", "ben@example.com"


@pytest.fixture
def availability(store: Store) -> Availability:
    return Availability(store)


class Calendar:
    """A calendar that follows what mails tell it, as RFC 5546 has it: the whole is replaced, a part is overlaid."""

    def __init__(self) -> None:
        self.main: Any = None
        self.parts: dict[int, Any] = {}
        self.gone: set[int] = set()
        self.sequence = -1

    def take(self, data: bytes) -> None:
        """One invitation."""
        calendar = icalendar.Calendar.from_ical(data)
        events = calendar.walk("VEVENT")
        (sequence,) = {int(event["sequence"]) for event in events}
        assert sequence > self.sequence
        self.sequence = sequence
        parts = {int(one["recurrence-id"].dt.timestamp()): one for one in events if "recurrence-id" in one}
        if len(parts) < len(events):
            self.main, self.parts, self.gone = calendar, {}, set()
            calendar.subcomponents = [one for one in calendar.subcomponents if one not in parts.values()]
        if calendar["method"] == "CANCEL":
            self.gone |= set(parts)
            self.main = None if not parts else self.main
        else:
            self.parts |= parts

    def starts(self) -> list[int]:
        """Every meeting it has."""
        if self.main is None:
            return []
        found = recurring_ical_events.of(self.main).between((2026, 1, 1), (2028, 1, 1))
        kept = {int(one.start.timestamp()) for one in found} - self.gone - set(self.parts)
        return sorted(kept | {int(one.start.timestamp()) for at, one in self.parts.items() if at not in self.gone})


def mails_to(server: MailServer, address: str) -> list[Any]:
    arrived = zip(server.postbox.recipients, server.postbox.mails, strict=True)
    return [mail for to, mail in arrived if to == address]


def calendar_of(server: MailServer, address: str) -> Calendar:
    made = Calendar()
    for mail in mails_to(server, address):
        made.take(invitation(mail))
    return made


async def standing(store: Store, series_id: int) -> list[int]:
    return [one.starts_at for one in await series.occurrences(store.reader, series_id) if one.is_live]


@pytest.mark.rule(68, 74, 75)
async def test_calendars_follow_a_series(
    store: Store, vault: Vault, availability: Availability, mail_server: MailServer
) -> None:
    """Booked, one moved, one cancelled, the rest moved, the end cut off: guest, companion and host have our dates."""
    await cast.ada(store)
    await lesson(store, places=(Place(kind="in_person", detail="Room 1"),))
    brought = (Companion(email=BEN, name="Ben"),)
    made = await booked(store, availability, count=8, companions=brought)
    uids = [one.uid for one in made.bookings]
    async with delivering(store, vault, mail_server) as (worker, workshop):
        await settled(worker, workshop)
        for act in (
            lambda: reschedule(store, availability, uids[1], TEN + WEEK + HOUR, now=NOW, actor=AS_CLEO),
            lambda: cancel(store, uids[2], reason="", now=NOW, actor=AS_CLEO),
            lambda: move_series(
                store, availability, uids[4], TEN + 4 * WEEK + DAY + HOUR, scope="following", now=NOW, actor=AS_CLEO
            ),
            lambda: cancel(store, uids[6], scope="following", reason="", now=NOW, actor=AS_ADA),
            lambda: reschedule(store, availability, uids[5], TEN + 5 * WEEK + 3 * HOUR, now=NOW, actor=AS_CLEO),
        ):
            await act()
            worker.wake()
            await settled(worker, workshop)
            for address in (CLEO, ADA, BEN):
                assert calendar_of(mail_server, address).starts() == await standing(store, made.series.id), address
    assert [len(mails_to(mail_server, address)) for address in (CLEO, ADA, BEN)] == [6, 6, 6]


@pytest.mark.rule(68, 74)
async def test_the_end_of_all_empties_the_calendars(
    store: Store, vault: Vault, availability: Availability, mail_server: MailServer
) -> None:
    """One mail with one CANCEL, and nothing is left."""
    await cast.ada(store)
    await lesson(store)
    made = await booked(store, availability)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        await settled(worker, workshop)
        await cancel(store, made.bookings[0].uid, scope="all", reason="I moved away.", now=NOW, actor=AS_CLEO)
        worker.wake()
        await settled(worker, workshop)
    assert calendar_of(mail_server, CLEO).starts() == []
    _, last = mails_to(mail_server, ADA)
    text = last.get_body(("plain",)).get_content()
    assert last["Subject"].startswith("Cancelled: Intro call with Cleo Çelik, every week from Tue, Oct 6")
    assert "I moved away." in text


@pytest.mark.rule(51, 68)
async def test_a_request_invites_nobody_until_it_is_answered(
    store: Store, vault: Vault, availability: Availability, mail_server: MailServer
) -> None:
    """The request has no calendar file; the yes to it has all dates."""
    await cast.ada(store)
    await lesson(store, approval=True)
    made = await booked(store, availability)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        await settled(worker, workshop)
        asked = mails_to(mail_server, ADA)[0]
        assert all(part.get_content_type() != "text/calendar" for part in asked.walk())
        assert asked["Subject"].startswith("Waiting for your answer: Intro call with Cleo Çelik, every week from")
        await approve(store, availability, made.bookings[1].uid, now=NOW, actor=AS_ADA)
        worker.wake()
        await settled(worker, workshop)
    found = Calendar()
    found.take(invitation(mails_to(mail_server, CLEO)[1]))
    assert found.starts() == await standing(store, made.series.id)


@pytest.mark.rule(11, 68, 75)
async def test_every_date_is_on_the_readers_clock(
    store: Store, vault: Vault, availability: Availability, mail_server: MailServer, sink: Sink
) -> None:
    """Cleo reads New York's time, which changes a week later than Berlin's; what was not free is said, once."""
    host = await cast.ada(store)
    await lesson(store, terms=Series(clashes="skip"))
    await add_channel(store, vault, host.id, name="Chat", address=sink.address, now=NOW, actor=AS_ADA)
    await book(store, availability, cast.request(TEN + WEEK), now=NOW, actor=AS_CLEO)
    await booked(store, availability)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        await settled(worker, workshop)
    mail = next(mail for mail in mails_to(mail_server, CLEO) if "every week" in mail["Subject"])
    text = mail.get_body(("plain",)).get_content()
    assert "Tuesday, October 6, 2026, 4:00\u202fAM–4:30\u202fAM" in text
    assert "Tuesday, October 27, 2026, 5:00\u202fAM–5:30\u202fAM" in text
    assert "Not free, left out: Tuesday, October 13, 2026" in text
    assert "every week" in mail.get_body(("html",)).get_content()
    assert any("every week" in str(post["message"]) for post in sink.posts)


@pytest.mark.rule(68)
async def test_a_change_of_one_date_says_which(
    store: Store, vault: Vault, availability: Availability, mail_server: MailServer
) -> None:
    """Date 2 of 4."""
    await cast.ada(store)
    await lesson(store)
    made = await booked(store, availability)
    await cancel(store, made.bookings[1].uid, reason="", now=NOW, actor=AS_CLEO)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        await settled(worker, workshop)
    text = mails_to(mail_server, CLEO)[1].get_body(("plain",)).get_content()
    assert "Series: date 2 of 4" in text


@pytest.mark.rule(68, 74)
async def test_the_whole_goes_first_however_late_it_is(
    store: Store, vault: Vault, availability: Availability, mail_server: MailServer
) -> None:
    """Mail was down for a day: the series still arrives before the change of one of its dates."""
    await cast.ada(store)
    await lesson(store)
    made = await booked(store, availability)
    await reschedule(store, availability, made.bookings[1].uid, TEN + WEEK + HOUR, now=NOW, actor=AS_CLEO)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        workshop.clock.now += DAY
        worker.wake()
        await settled(worker, workshop)
    assert calendar_of(mail_server, CLEO).starts() == await standing(store, made.series.id)
