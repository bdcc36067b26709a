"""A message as mail: text, HTML and an iTIP invitation, with headers that nothing can be slipped into (rule 78)."""

import hashlib
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import msgspec

from cally.errors import CallyError
from cally.model.messages import Kind, Message
from cally.model.wordings import Wording
from cally.notify.around import Surroundings
from cally.notify.calendar_file import calendar_file, calendar_uid
from cally.notify.day_words import Beside, day_drawn
from cally.notify.group_file import group_file, group_method
from cally.notify.links import host_link, manage_url, stop_url, waitlist_url
from cally.notify.rendering import Reader, Words, mail_words, one_line, reader_of
from cally.notify.series_file import series_file
from cally.vault import Vault

FILE_NAME = "invite.ics"
UNASKED: frozenset[Kind] = frozenset({"reminder", "follow_up"})
NO_NEWS: frozenset[Kind] = UNASKED | {"proposed", "bounced"}  # no change, so none for a calendar
LONGEST_NAME = 100  # so that a quoted name never needs a fold, at which the standard library may lose the quotes
BOUNDARY_LENGTH = 24
LONGEST_LINE = 240  # a subject that begins with a fold looks empty to some readers; RFC 5322 allows 998


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A finished mail and its envelope; `international` when an address needs SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    content: bytes
    international: bool


def compose(
    message: Message,
    vault: Vault,
    *,
    sender: str,
    public_url: str,
    invited: bool,
    now: int,
    around: Surroundings | None = None,
    wording: Wording | None = None,
) -> Mail:
    """The mail of a message. `invited`: an invitation may be in the reader's calendar already.

    A request carries no invitation unless one must be taken back or moved; its end takes back only what was sent.
    """
    reader = reader_of(message.snapshot, message.recipient, message.address)
    link = _link(message, vault, public_url)
    picture = _drawn(around, reader)
    shown = f"cid:{_content_id(message)}" if picture else ""
    beside = Beside(
        around=around.words(reader.locale, shown) if around is not None else None,
        stop_url=stop_url(vault, public_url, message) if is_unasked(message) else "",
    )
    words = mail_words(
        message.snapshot,
        message.kind,
        reader,
        public_url=public_url,
        link=link,
        wording=wording,
        beside=beside,
    )
    method = _method(message, invited=invited)
    mail = _mail(words)
    if picture:
        _draw(mail, message, picture)
    if method is not None:
        _invite(mail, method, _invitation(message, reader, method, link))
    international = not (is_ascii(sender) and is_ascii(reader.email))
    _address(mail, message, reader, sender)
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = message.message_id
    mail["References"] = f"<{calendar_uid(message.snapshot.uid)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if beside.stop_url:
        mail["List-Unsubscribe"] = f"<{beside.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    _set_boundaries(mail, message)
    written = mail.as_bytes(policy=policy.SMTP.clone(utf8=international, cte_type="7bit", max_line_length=LONGEST_LINE))
    require_own_headers(mail, written)
    return Mail(sender=envelope(sender), recipient=envelope(reader.email), content=written, international=international)


def is_unasked(message: Message) -> bool:
    """Whether nothing its reader did just now asks for it, so that they may want no more of them (RFC 8058)."""
    return message.kind in UNASKED and message.recipient != "host"


def require_own_headers(mail: EmailMessage, written: bytes) -> None:
    """The last guard: the mail as it is written has the headers that it was given, and no other line (rule 78)."""
    head = written.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].decode("ascii", "replace") for line in head.splitlines() if line[:1] not in b" \t"]
    if names != mail.keys():
        raise CallyError("invalid", "This message cannot be written as a mail: something in it would become a header.")


def _method(message: Message, *, invited: bool) -> Literal["REQUEST", "CANCEL"] | None:
    """New rules for clocks go to every calendar that has a booking: it may still reckon by the old ones.

    While other dates of a whole series stand, the end of some is but an update of it.
    """
    if message.kind in NO_NEWS:
        return None
    kind, series, group = message.kind, message.snapshot.series, message.snapshot.group
    if group is not None or message.snapshot.waiting is not None:
        return group_method(group, kind) if group is not None else None
    pending = message.snapshot.booking.status == "pending"
    asks = kind == "requested" or (kind in {"clock_changed", "reassigned"} and pending)
    keeps_some = message.snapshot.is_whole_series and series is not None and series.live
    if message.snapshot.handed_to and not keeps_some:
        return "CANCEL" if invited else None
    if kind in {"confirmed", "rescheduled", "reassigned", "clock_changed"} and not asks:
        return "REQUEST"
    if not invited:
        return None
    return "REQUEST" if asks or (series is not None and series.live) else "CANCEL"


def _link(message: Message, vault: Vault, public_url: str) -> str:
    """The manage link goes to the guest alone; a companion gets none, nor a host who takes part no more."""
    uid = message.snapshot.booking.uid
    if message.snapshot.handed_to:
        return ""
    if message.recipient == "host":
        return host_link(public_url, message)
    if message.snapshot.waiting is not None:
        return waitlist_url(vault, public_url, message.snapshot.waiting.uid)
    return manage_url(vault, public_url, uid) if message.recipient == "guest" else ""


def _invitation(message: Message, reader: Reader, method: Literal["REQUEST", "CANCEL"], link: str) -> bytes:
    snapshot = message.snapshot
    if snapshot.group is not None:
        return group_file(snapshot, snapshot.group, method=method)
    if snapshot.series is not None:
        url = link if message.recipient == "guest" else ""
        return series_file(snapshot, snapshot.series, method=method, reader=message.recipient, manage_url=url)
    return calendar_file(
        snapshot.booking,
        hosts=snapshot.hosts,
        tz=reader.tz,
        method=method,
        reader=message.recipient,
        manage_url=link if message.recipient == "guest" else "",
    )


def _mail(words: Words) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    mail.set_content(words.text, cte="quoted-printable")
    mail.add_alternative(words.html, subtype="html", cte="quoted-printable")
    return mail


def _drawn(around: Surroundings | None, reader: Reader) -> bytes:
    """The day as a picture; nothing where there is none, or the machine cannot draw it: a mail is more than that."""
    if around is None or around.day.is_else_empty:
        return b""
    try:
        return day_drawn(around.day, reader.locale)
    except (OSError, ValueError):
        return b""


def _draw(mail: EmailMessage, message: Message, picture: bytes) -> None:
    """The day as a picture beside the HTML that shows it (RFC 2387); it is in the text as well."""
    html = mail.get_body(("html",))
    if not isinstance(html, EmailMessage):
        raise TypeError("a mail without HTML")
    html.add_related(picture, "image", "png", cid=f"<{_content_id(message)}>", filename="day.png", disposition="inline")


def _content_id(message: Message) -> str:
    return f"day.{message.message_id.strip('<>')}"


def _set_boundaries(mail: EmailMessage, message: Message) -> None:
    """The same for every attempt, so that a mail that is sent again is the same mail."""
    name = hashlib.sha256(message.message_id.encode()).hexdigest()[:BOUNDARY_LENGTH]
    for number, part in enumerate(one for one in mail.walk() if one.is_multipart()):
        part.set_boundary(f"=_{name}.{number}")


def _invite(mail: EmailMessage, method: str, calendar: bytes) -> None:
    """Once as an alternative, which calendars act on, and once as a file, which people can open (RFC 6047 2.4)."""
    mail.add_alternative(calendar.decode(), subtype="calendar", cte="base64", params={"method": method})
    mail.add_attachment(
        calendar,
        maintype="application",
        subtype="ics",
        filename=FILE_NAME,
        params={"method": method, "charset": "utf-8"},
    )


def _address(mail: EmailMessage, message: Message, reader: Reader, sender: str) -> None:
    """From our own sender, lest the mail be taken for forged; answers go to the other side."""
    snapshot = message.snapshot
    guest = snapshot.booking.guest
    if message.recipient == "host":
        from_name, answer = f"{guest.name} (Cally)", mailbox(guest.name, guest.email)
    else:
        lead = snapshot.hosts[0]
        from_name, answer = f"{lead.name} (Cally)", mailbox(lead.name, lead.email)
    mail["From"] = mailbox(from_name, sender)
    mail["To"] = mailbox(reader.name, reader.email)
    mail["Reply-To"] = answer


def mailbox(name: str, address: str) -> Address:
    """A name and an address as a header holds them, whatever the name says."""
    local, _, domain = envelope(address).rpartition("@")
    return Address(display_name=one_line(name)[:LONGEST_NAME], username=local, domain=domain)


def envelope(address: str) -> str:
    """The address with its domain as it is written on the wire (RFC 5890)."""
    local, _, domain = one_line(address).rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise CallyError("invalid", "The domain of this address cannot be written in a mail.", field="email") from error


def is_ascii(address: str) -> bool:
    """Whether the part before the `@` needs no SMTPUTF8."""
    return address.rpartition("@")[0].isascii()
