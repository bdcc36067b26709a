"""Samples: an invented booking, and letters to nobody, that show how messages read before one is sent."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cally.model.bookings import Booking, Guest, Terms
from cally.model.hosts import EventType, Host, Place
from cally.model.letters import Letter, LetterKind
from cally.model.messages import Bounce, ClockChange, Kind, Recipient, Snapshot
from cally.model.waitlist import Waiting
from cally.model.wordings import Wording
from cally.notify.letter_words import PATHS, letter_words
from cally.notify.rendering import Words, chat_words, mail_words, reader_of, templates

BODY = re.compile(r"<body[^>]*>")
GUEST, GUEST_EMAIL = "Sam Rivera", "sam@example.org"
COMPANION_EMAIL = "kim@example.org"
REASON = "Something came up, sorry."
SECRET = "sample"  # noqa: S105 - leads nowhere
LINK = {"guest": "/b/sample", "host": "/app/bookings/sample", "companion": ""}
DAY_SECONDS = 86_400
HALF_HOUR = 30
SATURDAY = 5
LETTER_FACTS: dict[str, str] = {
    "former": "",
    "by": "Robin Berg",
    "role": "host",
    "new": "new@example.org",
    "device": "Firefox on Linux",
    "from": "192.0.2.7",
    "asked_from": "192.0.2.7",
    "how": "own",
}
PASSKEY = {"what": "Passkey “Phone”"}
OF_LETTERS: dict[str, dict[str, str]] = {
    "alert": {
        "what": "The backup has failed",
        "lines": "The last backup was made more than a day ago.\nThe place “NAS” did not answer.",
    },
    "digest": {"what": "Your day: 1 meeting", "today": f"10:00\tIntroduction, {GUEST}", "lines": "1 request waits."},
    "webhook_off": {"what": "CRM", "from": "https://hooks.example.org/…", "how": "3"},
    "second_factor_added": PASSKEY,
    "second_factor_removed": PASSKEY,
}


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A message as its reader would get it; `chat` is empty where none goes to channels."""

    mail: Words
    chat_title: str = ""
    chat: str = ""


def sample_message(
    host: Host,
    event_type: EventType | None,
    kind: Kind,
    recipient: Recipient,
    *,
    wording: Wording | None,
    tz: str,
    locale: str,
    public_url: str,
    now: int,
) -> Sample:
    """A message about an invented booking of a guest in a zone and language; its links lead nowhere."""
    snapshot = _snapshot(host, event_type, kind, tz=tz, locale=locale, now=now)
    reader = reader_of(snapshot, recipient, {"host": host.email, "guest": GUEST_EMAIL}.get(recipient, COMPANION_EMAIL))
    link = public_url + LINK[recipient] if LINK[recipient] else ""
    mail = mail_words(snapshot, kind, reader, public_url=public_url, link=link, wording=wording)
    if not goes_to_channels(kind, recipient):
        return Sample(mail=mail)
    title, chat = chat_words(snapshot, kind, reader, public_url=public_url, link=link, wording=wording)
    return Sample(mail=mail, chat_title=title, chat=chat)


def sample_letter(kind: LetterKind, *, name: str, tz: str, locale: str, public_url: str, now: int) -> Words:
    """A letter about an account, with invented facts."""
    facts = {**LETTER_FACTS, "name": name, "address": GUEST_EMAIL, "tz": tz, "locale": locale}
    facts |= OF_LETTERS.get(kind, {})
    letter = Letter(
        id=0,
        account_id=None,
        kind=kind,
        address=GUEST_EMAIL,
        message_id="",
        facts=facts,
        secret_sealed=None,
        expires_at=now + DAY_SECONDS if kind in PATHS else None,
        state="waiting",
        attempts=0,
        answer="",
        created_at=now,
        sent_at=None,
    )
    return letter_words(letter, public_url=public_url, secret=SECRET if kind in PATHS else "")


def goes_to_channels(kind: Kind, recipient: Recipient) -> bool:
    """Whether such a message goes to chats and phones, too: all to a host, reminders to a guest."""
    return recipient == "host" or (recipient == "guest" and kind == "reminder")


def shown(sample: Sample, view: str) -> str:
    """A page of its own that shows a sample: the mail as `html` or as `text`, or the `chat`."""
    template = templates().get_template("shown.html")
    if view == "html":
        head = template.render(subject=sample.mail.subject, body=None, title="")
        return BODY.sub(lambda match: match[0] + head, sample.mail.html, count=1)
    subject, body = (sample.chat_title, sample.chat) if view == "chat" else (sample.mail.subject, sample.mail.text)
    return template.render(subject=subject, body=body, title=subject)


def refused(sentence: str) -> str:
    """The page in place of a sample that cannot be made."""
    return templates().get_template("shown.html").render(subject="", body=sentence, title=sentence)


def _snapshot(host: Host, event_type: EventType | None, kind: Kind, *, tz: str, locale: str, now: int) -> Snapshot:
    booking = _booking(host, event_type, kind, tz=tz, locale=locale, now=now)
    shown = Snapshot(
        booking=booking,
        host_name=host.name,
        host_email=host.email,
        host_tz=host.tz,
        host_locale=host.locale,
        host_slug=host.slug,
        event_type_slug=event_type.slug if event_type is not None else "meeting",
        by="host" if kind in {"declined", "cancelled"} else "guest",
    )
    found = _more(kind, booking, tz, now)
    return msgspec.structs.replace(shown, **found)


def _more(kind: Kind, booking: Booking, tz: str, now: int) -> dict[str, Any]:
    """What a message of this kind tells beside the booking."""
    start, later = booking.starts_at, now + DAY_SECONDS
    known: dict[str, dict[str, Any]] = {
        "rescheduled": {"previous_starts_at": start - DAY_SECONDS},
        "clock_changed": {"clock": _clock(start, tz, booking.tz)},
        "waitlist_joined": {"waiting": Waiting(uid=SECRET, position=2)},
        "waitlist_offered": {"waiting": Waiting(uid=SECRET, position=1, expires_at=later)},
        "waitlist_over": {"waiting": Waiting(uid=SECRET, position=1)},
        "reassigned": {"handed_from": "Kim Meyer"},
        "proposed": {"proposed": (start + DAY_SECONDS, start + 2 * DAY_SECONDS)},
        "bounced": {"bounced": Bounce(kind="confirmed", recipient="guest", hint="There is no such mailbox.")},
    }
    return known.get(kind, {})


def _booking(host: Host, event_type: EventType | None, kind: Kind, *, tz: str, locale: str, now: int) -> Booking:
    minutes = event_type.durations_minutes[0] if event_type is not None else HALF_HOUR
    starts_at = _next_day_at_ten(now, host.tz, days=-1 if kind == "follow_up" else 7)
    asks = kind in {"requested", "proposed"}
    return Booking(
        id=0,
        uid=SECRET,
        sequence=0,
        status="pending" if asks else "confirmed",
        host_id=host.id,
        event_type_id=event_type.id if event_type is not None else 0,
        starts_at=starts_at,
        ends_at=starts_at + minutes * 60,
        starts_local=datetime.fromtimestamp(starts_at, ZoneInfo(host.tz))
        .replace(tzinfo=None)
        .isoformat("T", "minutes"),
        tz=host.tz,
        tzdata_version="",
        guest=Guest(name=GUEST, email=GUEST_EMAIL, tz=tz, locale=locale),
        companions=(),
        answers=(),
        notes="",
        terms=Terms(
            title=event_type.title if event_type is not None else "Introduction",
            description="",
            duration_minutes=minutes,
            buffer_before_minutes=0,
            buffer_after_minutes=0,
            approval=asks,
            place=_place(event_type),
        ),
        reason=REASON if kind in {"declined", "cancelled"} else "",
        no_show=False,
        created_at=now,
        updated_at=now,
    )


def _place(event_type: EventType | None) -> Place | None:
    if event_type is None:
        return Place(kind="link", detail="https://meet.example.org/sample")
    place = event_type.places[0] if event_type.places else None
    return msgspec.structs.replace(place, detail="+1 555 0100") if place and place.kind == "guest_phone" else place


def _clock(starts_at: int, *zones: str) -> ClockChange:
    """As if clocks had been an hour later by the old rules."""
    before = datetime.fromtimestamp(starts_at, UTC) - timedelta(hours=1)
    told = {tz: before.astimezone(ZoneInfo(tz)).replace(tzinfo=None).isoformat("T", "minutes") for tz in zones}
    return ClockChange(tz=zones[-1], kept="wall_time", told=told)


def _next_day_at_ten(now: int, tz: str, *, days: int) -> int:
    day = datetime.fromtimestamp(now, ZoneInfo(tz)) + timedelta(days=days)
    day += timedelta(days=max(0, 7 - day.weekday()) if days > 0 and day.weekday() >= SATURDAY else 0)
    return int(day.replace(hour=10, minute=0, second=0, microsecond=0).timestamp())
