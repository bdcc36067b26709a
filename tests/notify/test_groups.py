"""Mails about a session: one event in the host's calendar, invitations that name nobody else, a line told in order."""

import pytest

from cally.bookings import Availability, cancel, reschedule
from cally.model.hosts import Host
from cally.model.messages import Message
from cally.notify.compose import Mail, compose
from cally.store import Store, messages
from cally.vault import Vault
from tests.bookings.waiting import TEN, seated, waits, with_waitlist
from tests.cast import AS_CLEO, HOUR, NOW
from tests.cast import ada as make_ada
from tests.notify.calendars import by_icalendar, invitation
from tests.notify.conftest import PUBLIC_URL
from tests.notify.test_compose import body
from tests.notify.test_compose import read as parsed


@pytest.fixture
async def ada(store: Store) -> Host:
    """Ada, with a class of three."""
    made = await make_ada(store)
    await with_waitlist(store, made, seats=3)
    return made


async def told(store: Store, to: str) -> list[Message]:
    """What was planned to an address, in order."""
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=200)
    return [message for message in reversed(found) if message.address == to]


def written(message: Message, vault: Vault) -> Mail:
    """The message as a mail."""
    return compose(message, vault, sender="cally@example.net", public_url=PUBLIC_URL, invited=True, now=NOW)


@pytest.mark.rule(58)
async def test_the_host_has_one_event_whoever_comes_and_goes(store: Store, ada: Host, vault: Vault):
    """Two join, both leave: one UID, a sequence that rises, everybody who comes, and an end when nobody does."""
    cleo, dora = await seated(store, "Cleo"), await seated(store, "Dora")
    for booking in (cleo, dora):
        await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    mails = [parsed(written(message, vault)) for message in await told(store, "ada@example.com")]
    events = [by_icalendar(invitation(mail)) for mail in mails]
    assert len({event.uid for event in events}) == 1
    assert [event.sequence for event in events] == [1, 2, 3, 4]
    assert [event.method for event in events] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert ["cleo@example.org" in event.description for event in events] == [True, True, False, False]
    assert "2 of 3 seats" in events[1].description
    subjects = [str(mail["subject"]) for mail in mails]
    assert [subject.split(":")[0] for subject in subjects] == ["Cleo joins", "Dora joins", "Cleo leaves", "Dora leaves"]


@pytest.mark.rule(59)
async def test_invitations_name_nobody_else(store: Store, ada: Host, vault: Vault):
    """Nothing that Dora gets, nor what is kept of it, says that Cleo comes."""
    await seated(store, "Cleo")
    await seated(store, "Dora")
    (message,) = await told(store, "dora@example.org")
    assert message.snapshot.group is None
    mail = parsed(written(message, vault))
    assert "Cleo" not in mail.as_string()
    event = by_icalendar(invitation(mail))
    assert sorted(event.attendees) == ["mailto:ada@example.com", "mailto:dora@example.org"]


@pytest.mark.rule(59)
async def test_a_move_is_two_changes_for_the_host(store: Store, ada: Host, vault: Vault):
    """Cleo moves to the next class: one session loses her, the other has her; Cleo gets one mail, Dora none."""
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    await reschedule(store, Availability(store), cleo.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    joined, left = [parsed(written(message, vault)) for message in (await told(store, "ada@example.com"))[-2:]]
    assert "Cleo joins" in str(joined["subject"])
    assert "Cleo leaves" in str(left["subject"])
    to, of = by_icalendar(invitation(joined)), by_icalendar(invitation(left))
    assert (to.starts_at, of.starts_at) == (TEN + HOUR, TEN)
    assert to.uid != of.uid
    assert of.method == "REQUEST"
    assert [message.kind for message in await told(store, "cleo@example.org")] == ["confirmed", "rescheduled"]
    assert len(await told(store, "dora@example.org")) == 1


@pytest.mark.rule(60)
async def test_who_waits_is_told_their_place_and_their_offer(store: Store, ada: Host, vault: Vault):
    """The place in line, then until when the seat is kept, in the guest's zone; each with the guest's own link."""
    seats = [await seated(store, name) for name in ("Cleo", "Dora", "Emil")]
    await waits(store, "Finn")
    gil = await waits(store, "Gil")
    for booking in seats[:2]:
        await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    joined, offered = [written(message, vault) for message in await told(store, "gil@example.org")]
    for mail in (joined, offered):
        assert f"{PUBLIC_URL}/w/{gil.uid}." in body(mail)
        assert not [part for part in parsed(mail).walk() if part.get_content_type() == "text/calendar"]
    assert "number 2 in line" in body(joined)
    assert "11:00" in body(offered)  # four hours after the cancellation, at seven in London
