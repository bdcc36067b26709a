"""Delivery against a real mail server in all its moods."""

import msgspec
import pytest

from cally.model.messages import Kind, Message, Recipient, Snapshot
from cally.notify import MailSettings, TryAgain, deliver, messages_of, outbox
from cally.notify.deliver import OVERTAKEN_SECONDS
from cally.notify.patience import GIVE_UP_SECONDS, NO_SERVER
from cally.store import Store
from cally.vault import Vault
from tests.cast import DAY, NOW
from tests.notify.conftest import BEN_COMES, PUBLIC_URL, MailServer, stored


class Outbox:
    """A booking's messages and the means to deliver them."""

    def __init__(self, store: Store, vault: Vault, about: Snapshot, mail: MailSettings | None) -> None:
        self.store, self.vault, self.about, self.mail = store, vault, about, mail

    async def plan(self, kind: Kind, *, now: int = NOW, sequence: int = 0) -> None:
        """A change of the booking causes its messages."""
        booking = msgspec.structs.replace(self.about.booking, sequence=sequence)
        async with self.store.write() as tx:
            await outbox.plan(tx, msgspec.structs.replace(self.about, booking=booking), kind, now=now)

    async def to(self, recipient: Recipient, kind: Kind = "confirmed") -> Message:
        """The message of a kind to a recipient, as the outbox has it."""
        found = await messages_of(self.store.reader, self.about.booking.id)
        return next(one for one in found if one.recipient == recipient and one.kind == kind)

    async def send(self, recipient: Recipient, kind: Kind = "confirmed", *, now: int = NOW) -> Message:
        """The message after one attempt to deliver it."""
        message = await self.to(recipient, kind)
        await deliver(self.store, self.vault, mail=self.mail, public_url=PUBLIC_URL, message_id=message.id, now=now)
        return await self.to(recipient, kind)

    async def fail(self, recipient: Recipient, kind: Kind = "confirmed", *, now: int = NOW) -> TryAgain:
        """What the worker is told when it is still to be sent."""
        with pytest.raises(TryAgain) as caught:
            await self.send(recipient, kind, now=now)
        return caught.value


@pytest.fixture
async def box(store: Store, vault: Vault, mail_server: MailServer) -> Outbox:
    return Outbox(store, vault, await stored(store, companions=BEN_COMES), mail_server.settings)


async def test_the_servers_answer_is_kept(box: Outbox, mail_server: MailServer) -> None:
    """Sent means: the server said 250, and this is what else it said."""
    await box.plan("confirmed")
    sent = await box.send("guest")
    assert (sent.state, sent.answer, sent.attempts) == ("sent", "250 2.0.0 Ok: queued as 4711", 1)
    assert mail_server.postbox.recipients == ["cleo@example.org"]


async def test_what_was_sent_is_not_sent_again(box: Outbox, mail_server: MailServer) -> None:
    """A job that is repeated finds nothing to do."""
    await box.plan("confirmed")
    await box.send("guest")
    await box.send("guest")
    assert len(mail_server.postbox.mails) == 1


async def test_a_server_that_says_later_is_asked_again(box: Outbox, mail_server: MailServer) -> None:
    """4xx: it waits, and the answer says why; the next attempt succeeds."""
    await box.plan("confirmed")
    mail_server.postbox.mood = "later"
    wish = await box.fail("guest")
    assert (wish.counted, wish.reason) == (True, "451 4.3.0 try later")
    assert (await box.to("guest")).state == "waiting"
    mail_server.postbox.mood = "accept"
    assert (await box.send("guest")).state == "sent"


@pytest.mark.parametrize("mood", ["never", "nobody"])
async def test_a_server_that_says_never_is_believed(box: Outbox, mail_server: MailServer, mood: str) -> None:
    """5xx: failed at once, with the reason."""
    await box.plan("confirmed")
    mail_server.postbox.mood = mood
    failed = await box.send("guest")
    assert failed.state == "failed"
    assert failed.answer.startswith(("554 5.7.1", "550 5.1.1"))


async def test_a_lost_answer_leads_to_a_second_copy_of_the_same_name(box: Outbox, mail_server: MailServer) -> None:
    """The connection broke after the mail: nobody knows, so it is sent again, with the same Message-ID."""
    await box.plan("confirmed")
    mail_server.postbox.mood = "drop"
    await box.fail("guest")
    mail_server.postbox.mood = "accept"
    await box.send("guest")
    names = [mail["Message-ID"] for mail in mail_server.postbox.mails]
    assert len(names) == 2
    assert len(set(names)) == 1


async def test_no_server_at_the_address_is_a_reason_to_wait(box: Outbox) -> None:
    """A refused connection is temporary, and said in words."""
    await box.plan("confirmed")
    box.mail = MailSettings(host="127.0.0.1", port=9, security="none")
    assert "port 9" in (await box.fail("guest")).reason


async def test_without_a_mail_server_nothing_pretends_to_be_sent(box: Outbox) -> None:
    """It waits and says so; that was no attempt."""
    await box.plan("confirmed")
    box.mail = None
    assert (await box.fail("guest")).counted is False
    waiting = await box.to("guest")
    assert (waiting.state, waiting.answer, waiting.attempts) == ("waiting", NO_SERVER, 0)


async def test_a_day_without_a_server_is_survived(store: Store, vault: Vault, mail_server: MailServer) -> None:
    """Mail for a meeting next week is still delivered after a day of failures; after two days it has failed."""
    week = NOW + 7 * DAY
    about = await stored(store, starts_at=week, ends_at=week + 1_800)
    box = Outbox(store, vault, about, mail_server.settings)
    mail_server.postbox.mood = "later"
    await box.plan("confirmed")
    await box.fail("guest", now=NOW + DAY)
    assert (await box.send("host", now=NOW + GIVE_UP_SECONDS)).state == "failed"
    mail_server.postbox.mood = "accept"
    assert (await box.send("guest", now=NOW + DAY + 60)).state == "sent"


@pytest.mark.rule(76)
async def test_what_comes_after_the_start_is_not_sent(box: Outbox, mail_server: MailServer) -> None:
    """A confirmation of a meeting that has begun helps nobody, and the outbox says so."""
    await box.plan("confirmed")
    late = await box.send("guest", now=box.about.booking.starts_at)
    assert (late.state, late.answer) == ("obsolete", "Not sent: the meeting had begun.")
    assert mail_server.postbox.mails == []


def methods(mail_server: MailServer) -> list[str | None]:
    """The iTIP method of each mail that arrived; None for one without an invitation."""
    found: list[str | None] = []
    for mail in mail_server.postbox.mails:
        parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        found.append(str(parts[0].get_param("method")) if parts else None)
    return found


async def test_while_mail_flows_every_step_is_told_in_order(box: Outbox, mail_server: MailServer) -> None:
    """A later message waits a moment for an earlier one."""
    await box.plan("confirmed")
    await box.plan("cancelled", sequence=1)
    assert (await box.fail("guest", "cancelled")).counted is False
    await box.send("guest")
    await box.send("guest", "cancelled")
    assert methods(mail_server) == ["REQUEST", "CANCEL"]


async def test_after_an_outage_only_the_last_word_goes(box: Outbox, mail_server: MailServer) -> None:
    """An invitation that never left is neither sent nor taken back; that it is off is said without a calendar."""
    await box.plan("confirmed")
    await box.plan("cancelled", sequence=1, now=NOW + OVERTAKEN_SECONDS)
    assert (await box.send("guest", now=NOW + OVERTAKEN_SECONDS)).state == "obsolete"
    assert (await box.send("guest", "cancelled", now=NOW + OVERTAKEN_SECONDS)).state == "sent"
    assert methods(mail_server) == [None]


async def test_an_invitation_that_may_have_left_is_taken_back(box: Outbox, mail_server: MailServer) -> None:
    """After an answer that was lost, the end carries a CANCEL."""
    await box.plan("confirmed")
    mail_server.postbox.mood = "drop"
    await box.fail("guest")
    mail_server.postbox.mood = "accept"
    await box.plan("cancelled", sequence=1, now=NOW + OVERTAKEN_SECONDS)
    await box.send("guest", "cancelled", now=NOW + OVERTAKEN_SECONDS)
    assert methods(mail_server) == ["REQUEST", "CANCEL"]


@pytest.mark.rule(73)
async def test_a_request_is_no_invitation(box: Outbox, mail_server: MailServer) -> None:
    """Only a booking that stands goes into calendars."""
    await box.plan("requested")
    await box.send("guest", "requested")
    await box.send("host", "requested")
    await box.plan("declined")
    await box.send("guest", "declined")
    assert methods(mail_server) == [None, None, None]


async def test_a_booking_that_is_asked_for_anew_becomes_tentative(box: Outbox, mail_server: MailServer) -> None:
    """The old time must leave the calendars that have it; a "no" then takes it out."""
    await box.plan("confirmed")
    await box.send("guest")
    await box.plan("requested", sequence=1)
    await box.send("guest", "requested")
    await box.plan("declined", sequence=2)
    await box.send("guest", "declined")
    assert methods(mail_server) == ["REQUEST", "REQUEST", "CANCEL"]
