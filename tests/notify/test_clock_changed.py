"""What readers are told when a country changes its clocks: their own clock before and after, and a fresh invitation."""

import pytest

from cally.model.bookings import Booking
from cally.model.messages import ClockChange, Message, Recipient
from cally.model.options import Keeps
from cally.notify import outbox
from cally.notify.compose import compose
from cally.notify.deliver import _invited
from cally.notify.rendering import chat_words, mail_words, reader_of
from cally.store import Store, messages
from cally.vault import Vault
from tests.cast import NOW
from tests.notify.calendars import by_ical_js, by_icalendar, invitation
from tests.notify.conftest import BEN_COMES, PUBLIC_URL, booking, snapshot, stored
from tests.notify.test_compose import body, read, written

pytestmark = pytest.mark.rule(9)
TOLD = {"Europe/Berlin": "2026-09-22T10:00", "America/New_York": "2026-09-22T03:00"}


def change(kept: Keeps = "wall_time", told: dict[str, str] = TOLD) -> ClockChange:
    return ClockChange(tz="Europe/Berlin", kept=kept, told=told)


def words(recipient: Recipient, clock: ClockChange) -> str:
    made = snapshot(booking(), clock=clock)
    reader = reader_of(made, recipient, made.booking.guest.email)
    return mail_words(made, "clock_changed", reader, public_url=PUBLIC_URL, link="https://cally.test/b/x").text


def test_a_host_whose_clock_time_is_kept_is_told_that_it_stays() -> None:
    """10:00 was told, 10:00 it is."""
    said = words("host", change())
    assert "The clocks in Berlin have new rules." in said
    assert "On your clock, the meeting with Cleo Çelik stays at Tue, Sep 22, 10:00" in said
    assert "Was:" not in said


def test_a_guest_elsewhere_is_told_both_times() -> None:
    """In New York it was three, and is four now."""
    said = words("guest", change())
    assert "on your clock, the meeting with Ada Lovelace is now at Tue, Sep 22, 4:00" in said
    assert "Was: Tue, Sep 22, 3:00" in said
    assert "keeps its time on the clock in Berlin" in said


def test_a_reader_whose_earlier_time_is_not_known_is_asked_to_look() -> None:
    """Nothing is made up."""
    said = words("guest", change("instant", {"Europe/Berlin": "2026-09-22T10:00"}))
    assert "Please look at the time of the meeting with Ada Lovelace" in said
    assert "keeps its moment" in said


def test_a_channel_says_it_in_one_breath() -> None:
    """Title and a few lines, as of every kind."""
    made = snapshot(booking(), clock=change())
    title, said = chat_words(
        made, "clock_changed", reader_of(made, "host", ""), public_url=PUBLIC_URL, link="https://cally.test/x"
    )
    assert title.startswith("Clocks change, it stays: Intro call with Cleo Çelik")
    assert said.endswith("https://cally.test/x")


@pytest.mark.parametrize("recipient", ["guest", "companion", "host"])
def test_everybody_gets_the_invitation_anew(recipient: Recipient) -> None:
    """A calendar that reckons by the old rules has to be told, whatever was kept; guests alone get the link."""
    made = booking(sequence=1, companions=BEN_COMES)
    mail = written(made, recipient, "clock_changed", clock=change("instant"))
    file = invitation(read(mail))
    assert by_icalendar(file) == by_ical_js(file)
    assert (by_icalendar(file).method, by_icalendar(file).sequence) == ("REQUEST", 1)
    assert ("/b/" in body(mail)) == (recipient == "guest")


def test_a_request_that_nobody_was_invited_to_stays_without_one() -> None:
    """It is told, but no calendar hears of what does not stand yet."""
    made = booking(status="pending", sequence=1)
    assert _method_of(made, invited=False) is None
    assert _method_of(made, invited=True) == "REQUEST"


async def test_an_end_takes_back_what_only_this_message_brought(store: Store) -> None:
    """The confirmation never left; the news of the clock did: a cancellation must reach that calendar."""
    made = await stored(store)
    async with store.write() as tx:
        await outbox.plan(tx, made, "confirmed", now=NOW)
        later = snapshot(_with_sequence(made.booking, 1), clock=change())
        await outbox.plan(tx, later, "clock_changed", now=NOW)
        await outbox.plan(tx, snapshot(_with_sequence(made.booking, 2)), "cancelled", now=NOW)
    to_guest = [one for one in await messages.list_of(store.reader, made.booking.id) if one.recipient == "guest"]
    async with store.write() as tx:
        await messages.update_obsolete(tx, to_guest[0].id, answer="overtaken", attempts=0)
        await messages.update_sent(tx, to_guest[1].id, answer="250 ok", now=NOW)
    assert _invited(to_guest[2], await messages.siblings(store.reader, to_guest[2]))


def _with_sequence(made: Booking, sequence: int) -> Booking:
    return booking(id=made.id, uid=made.uid, host_id=made.host_id, event_type_id=made.event_type_id, sequence=sequence)


def _method_of(made: Booking, *, invited: bool) -> str | None:
    message = Message(
        id=1,
        booking_id=made.id,
        kind="clock_changed",
        sequence=made.sequence,
        recipient="guest",
        medium="mail",
        address=made.guest.email,
        channel_id=None,
        message_id="<one@example.com>",
        snapshot=snapshot(made, clock=change()),
        state="waiting",
        attempts=0,
        answer="",
        created_at=NOW,
        sent_at=None,
    )
    mail = compose(
        message, Vault(bytes(32)), sender="cally@example.net", public_url=PUBLIC_URL, invited=invited, now=NOW
    )
    found = [part.get_param("method") for part in read(mail).walk() if part.get_content_type() == "text/calendar"]
    return str(found[0]) if found else None
