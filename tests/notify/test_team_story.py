"""A team's booking, the worker, a mail server, and the calendars of all who take part."""

import pytest

from cally.bookings import Availability, book, reassign
from cally.model.rules import EventTypeRules
from cally.notify.calendar_file import calendar_uid
from cally.store import Store
from cally.vault import Vault
from tests import cast
from tests.notify.conftest import MailServer
from tests.notify.test_story import AS_ADA, TEN, delivering, received, settled

TURNS = EventTypeRules(duration_minutes=30, assignment="round_robin")
TOGETHER = EventTypeRules(duration_minutes=30, assignment="collective")


@pytest.mark.rule(64, 74, 75)
async def test_every_host_gets_an_invitation_on_their_own_clock(
    store: Store, vault: Vault, mail_server: MailServer
) -> None:
    """Ada and Ben and Cleo: one uid, one organizer, three attendees; Ben's mail speaks of his own zone."""
    ada = await cast.host(store, "Ada Lovelace")
    ben = await cast.host(store, "Ben Okri", tz="Asia/Tokyo")
    await cast.team_event_type(store, (ada, ben), TOGETHER)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        request = cast.request(TEN, host="team:support")
        made = cast.booked(await book(store, Availability(store), request, now=cast.NOW, actor=cast.AS_CLEO))
        await settled(worker, workshop)
    seen = [received(mail_server, one)[0] for one in ("ada@example.com", "ben@example.com", "cleo@example.org")]
    assert all(one == other for one, other in seen)
    assert {one.uid for one, _ in seen} == {calendar_uid(made.uid)}
    arrived = dict(zip(mail_server.postbox.recipients, mail_server.postbox.mails, strict=True))
    texts = {to: mail.get_body(("plain",)).get_content() for to, mail in arrived.items()}  # type: ignore[union-attr]
    assert "5:00" in texts["ben@example.com"]
    assert "Together with: Ada Lovelace" in texts["ben@example.com"]
    assert "Your meeting with Ada Lovelace and Ben Okri is confirmed." in texts["cleo@example.org"]
    calendars = [part.get_content() for mail in arrived.values() for part in mail.walk() if _is_calendar(part)]
    assert all(text.count("ATTENDEE") == 3 and "ORGANIZER;CN=" in text for text in calendars)
    assert len({_organizer(text) for text in calendars}) == 1


@pytest.mark.rule(57, 74)
async def test_calendars_follow_to_another_host(store: Store, vault: Vault, mail_server: MailServer) -> None:
    """Ada's gets a cancellation, Ben's an invitation, Cleo's one update: the same uid, sequence 1."""
    ada, ben = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    await cast.team_event_type(store, (ada, ben), TURNS)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        request = cast.request(TEN, host="team:support")
        made = cast.booked(await book(store, Availability(store), request, now=cast.NOW, actor=cast.AS_CLEO))
        await settled(worker, workshop)
        await reassign(store, made.uid, "ben", now=workshop.clock.now, actor=AS_ADA)
        await settled(worker, workshop)
    told = {
        address: [(one.method, one.sequence) for one, _ in received(mail_server, address)]
        for address in ("ada@example.com", "ben@example.com", "cleo@example.org")
    }
    assert told == {
        "ada@example.com": [("REQUEST", 0), ("CANCEL", 1)],
        "ben@example.com": [("REQUEST", 1)],
        "cleo@example.org": [("REQUEST", 0), ("REQUEST", 1)],
    }


def _is_calendar(part: object) -> bool:
    return getattr(part, "get_content_type", str)() == "text/calendar"


def _organizer(text: str) -> str:
    unfolded = text.replace("\r\n ", "").replace("\n ", "")
    return next(line for line in unfolded.splitlines() if line.startswith("ORGANIZER"))
