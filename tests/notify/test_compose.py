"""The mail itself: who it is from, what it says to whom, and that nothing can be slipped in."""

import email
import email.policy
import unicodedata
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest

from cally.errors import CallyError
from cally.model.bookings import Booking, Guest
from cally.model.messages import Kind, Message, Recipient
from cally.notify.compose import Mail, compose
from cally.notify.links import manage_url
from cally.vault import Vault
from tests.cast import NOW
from tests.notify.conftest import BEN_COMES, GUEST_IN_KATHMANDU, PUBLIC_URL, booking, snapshot

KINDS: list[Kind] = ["requested", "confirmed", "declined", "rescheduled", "cancelled"]
ADDRESSES = {"guest": "", "companion": "ben@example.com", "host": "ada@example.com"}


def written(about: Booking, recipient: Recipient = "guest", kind: Kind = "confirmed", **changes: Any) -> Mail:
    message = Message(
        id=1,
        booking_id=about.id,
        kind=kind,
        sequence=about.sequence,
        recipient=recipient,
        medium="mail",
        address=ADDRESSES[recipient] or about.guest.email,
        channel_id=None,
        message_id="<one@example.com>",
        snapshot=snapshot(about, **changes),
        state="waiting",
        attempts=0,
        answer="",
        created_at=NOW,
        sent_at=None,
    )
    return compose(message, Vault(bytes(32)), sender="cally@example.net", public_url=PUBLIC_URL, invited=True, now=NOW)


def read(mail: Mail) -> EmailMessage:
    parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def body(mail: Mail, kind: str = "plain") -> str:
    part = read(mail).get_body((kind,))
    assert part is not None
    return " ".join(str(part.get_content()).split())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recipient", ["guest", "companion", "host"])
def test_what_a_message_has_not_leaves_no_hole(kind: Kind, recipient: Recipient) -> None:
    """Parts stand one empty line apart, whichever of them are there."""
    part = read(written(booking(), recipient, kind)).get_body(("plain",))
    assert part is not None
    assert "\n\n\n" not in str(part.get_content()).replace("\r", "")


def test_answers_go_to_the_other_side() -> None:
    """The guest's answer reaches the host, the host's the guest; the sender is ours."""
    to_guest, to_host = read(written(booking())), read(written(booking(), "host"))
    assert (to_guest["From"], to_guest["Reply-To"]) == (
        '"Ada Lovelace (Cally)" <cally@example.net>',
        "Ada Lovelace <ada@example.com>",
    )
    assert to_host["Reply-To"] == "Cleo Çelik <cleo@example.org>"
    assert to_guest["Auto-Submitted"] == "auto-generated"
    assert to_guest["Message-ID"] == "<one@example.com>"


@pytest.mark.rule(75)
def test_every_time_is_in_its_readers_zone_and_labelled() -> None:
    """One instant: 04:00 in New York for Cleo, 10:00 in Berlin for Ada."""
    for kind in ("plain", "html"):
        assert "4:00 AM–4:30 AM" in body(written(booking()), kind)
        assert "Eastern Daylight Time (America/New_York)" in body(written(booking()), kind)
        assert "10:00 AM–10:30 AM" in body(written(booking(), "host"), kind)
        assert "Central European Summer Time (Europe/Berlin)" in body(written(booking(), "host"), kind)
    assert read(written(booking()))["Subject"].endswith("Tue, Sep 22, 4:00 AM (New York)")


@pytest.mark.rule(6, 75)
def test_times_are_written_as_the_reader_writes_them() -> None:
    """A German in Kathmandu reads 13:45."""
    text = body(written(booking(guest=GUEST_IN_KATHMANDU)))
    assert "Dienstag, 22. September 2026, 13:45–14:15" in text
    assert "(Asia/Kathmandu)" in text


@pytest.mark.rule(52)
def test_the_manage_link_is_in_the_guests_copy_alone() -> None:
    """Whoever has it can cancel; the host's copy leads to the dashboard, the companion's nowhere."""
    made = booking(companions=BEN_COMES)
    secret = manage_url(Vault(bytes(32)), PUBLIC_URL, made.uid)
    assert secret in body(written(made))
    for recipient in ("host", "companion"):
        mail = written(made, recipient)
        whole = "".join(str(part.get_content()) for part in read(mail).walk() if part.get_content_maintype() == "text")
        assert "/b/" not in whole
    assert f"{PUBLIC_URL}/app/bookings/{made.uid}" in body(written(made, "host"))


def test_an_invitation_is_an_alternative_and_a_file() -> None:
    """Calendars act on the first, people open the second; both say the same."""
    parts = {part.get_content_type(): part for part in read(written(booking())).walk()}
    inline, file = parts["text/calendar"], parts["application/ics"]
    assert (inline.get_param("method"), file.get_param("method")) == ("REQUEST", "REQUEST")
    assert file.get_filename() == "invite.ics"
    assert str(inline.get_content()).splitlines() == file.get_content().decode().splitlines()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recipient", ["guest", "companion", "host"])
def test_every_kind_has_words_for_every_reader(kind: Kind, recipient: Recipient) -> None:
    """Subject, text and HTML, with the title and the time, and no gap in them."""
    made = booking(companions=BEN_COMES, reason="I am ill.", notes="Bring tea.")
    mail = written(made, recipient, kind, previous_starts_at=made.starts_at - 3_600)
    assert "Intro call" in read(mail)["Subject"]
    assert "Intro call" in body(mail)
    assert ("AM" in body(mail, "html"), "None" in body(mail)) == (True, False)


@pytest.mark.parametrize(
    "nasty",
    [
        "A\r\nBcc: mallory@example.com",
        "A\nBcc: m@example.com",
        "A\x00\x0b\x85B",
        "😀" * 120,
        "=?utf-8?q?=0aBcc:_mallory=40example.com?=",
        "=?utf-8?q?=0d=0aBcc:_mallory=40example.com=0d=0a=0d=0aBuy?=",
        "=?utf-8?b?DQpCY2M6IG1hbGxvcnlAZXhhbXBsZS5jb20=?=",
    ],
)
@pytest.mark.rule(78)
def test_headers_cannot_be_broken_out_of(nasty: str) -> None:
    """A name or title with line breaks stays one header; emoji are encoded."""
    terms = msgspec.structs.replace(booking().terms, title=nasty)
    guest = Guest(name=nasty, email="cleo@example.org", tz="Europe/Berlin")
    for recipient in ("guest", "host"):
        mail = read(written(booking(terms=terms, guest=guest), recipient))
        assert mail["Bcc"] is None
        assert len(mail.get_all("Subject", [])) == 1
        assert not any(unicodedata.category(character) == "Cc" for character in f"{mail['Subject']}{mail['From']}")
        assert [part.get_content_type() for part in mail.iter_parts()] == ["multipart/alternative", "application/ics"]


@pytest.mark.rule(78)
@pytest.mark.parametrize("name", ["\\" * 255, '"' * 255, "<mallory@example.com>," * 11])
def test_a_long_name_keeps_its_quotes(name: str) -> None:
    """What stands in a name is never an address of its own."""
    mail = read(written(booking(guest=Guest(name=name, email="cleo@example.org", tz="Europe/Berlin")), "host"))
    for header, address in (("From", "cally@example.net"), ("Reply-To", "cleo@example.org")):
        assert [one.addr_spec for one in mail[header].addresses] == [address]


@pytest.mark.rule(78)
def test_a_mail_that_grew_a_header_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last guard, for what the words before it might let through."""
    monkeypatch.setattr("cally.notify.compose.one_line", lambda text: text)
    with pytest.raises(CallyError, match="would become a header"):
        written(booking(guest=Guest(name="=?utf-8?q?=0aBcc:x?=", email="cleo@example.org", tz="Europe/Berlin")))


@pytest.mark.rule(78)
def test_html_stays_text() -> None:
    """What a guest writes is shown, not run."""
    page = body(written(booking(notes="<script>alert(1)</script>"), "host"), "html")
    assert "&lt;script&gt;" in page
    assert "<script" not in page


@pytest.mark.rule(79)
def test_addresses_beyond_ascii_are_written_as_the_wire_wants_them() -> None:
    """A domain becomes its ASCII form; a name before the @ needs SMTPUTF8."""
    domain = written(booking(guest=Guest(name="Cleo", email="cleo@bücher.example", tz="UTC")))
    local = written(booking(guest=Guest(name="Cleo", email="çleo+a@example.org", tz="UTC")))
    assert (domain.recipient, domain.international) == ("cleo@xn--bcher-kva.example", False)
    assert (local.recipient, local.international) == ("çleo+a@example.org", True)
    assert "çleo+a@example.org" in local.content.decode()
