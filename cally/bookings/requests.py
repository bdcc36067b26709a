"""What a guest wrote, checked against what the event type asks; each fault names its field."""

import re

import msgspec

from cally.bookings.offers import Offer
from cally.bookings.stays import lasting_minutes, nights_between
from cally.errors import invalid
from cally.model.addresses import email_address
from cally.model.bookings import Answer, BookingRequest, Companion, Guest
from cally.model.channels import GuestReminder
from cally.model.hosts import Place, Question
from cally.model.texts import line, paragraph
from cally.model.zones import zone

COMPANIONS = 20
PHONE = re.compile(r"\+?[0-9 ().\-/]{5,30}")
NUMBER = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,6})?")
CHECKED = frozenset({"1", "on", "true", "yes"})
SEVERAL_SEPARATOR = "\n"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may be booked: cleaned, complete, in the event type's terms.

    `consent_text` is what the guest agreed to, empty where nothing is asked. `reminder`: where, unless by mail.
    """

    guest: Guest
    companions: tuple[Companion, ...]
    answers: tuple[Answer, ...]
    notes: str
    place: Place | None
    duration_minutes: int
    nights: int | None = None
    seats: int = 1
    consent_text: str = ""
    reminder: GuestReminder | None = None


def wanted(request: BookingRequest, offer: Offer) -> Wanted:
    """The request, checked; raises `invalid` with the field at fault (`guest.email`, `answers.why`, …)."""
    minutes, nights = lasting(offer, request.starts_at, request.duration_minutes, request.nights)
    companions = _companions(request)
    return Wanted(
        guest=checked_guest(request.guest),
        companions=companions,
        answers=tuple(_answers(request.answers, offer.event_type.questions)),
        notes=paragraph(request.notes, "notes"),
        place=_place(request, offer.event_type.places),
        duration_minutes=minutes,
        nights=nights,
        seats=_seats(companions, offer.event_type.rules.seats),
    )


def checked_guest(guest: Guest) -> Guest:
    """Who asks, cleaned; raises `invalid` with the field (`guest.email`, …)."""
    return Guest(
        name=line(guest.name, "guest.name"),
        email=email_address(guest.email, "guest.email"),
        tz=zone(guest.tz, "guest.tz"),
        locale=line(guest.locale, "guest.locale", longest=35),
    )


def lasting(offer: Offer, starts_at: int, duration_minutes: int | None, nights: int | None) -> tuple[int, int | None]:
    """How long what is asked for lasts, and its nights if it is a stay; raises `invalid` for what is not on offer."""
    stay = offer.event_type.options.stay
    if stay is None:
        if nights is not None:
            raise invalid("nights", "This event type is not booked by the night; please leave `nights` out.")
        return offer.duration_minutes(duration_minutes), None
    minutes = lasting_minutes(offer, stay, starts_at, nights)
    if duration_minutes is not None and duration_minutes != minutes:
        raise invalid("duration_minutes", "This event type is booked by the night; please give `nights` instead.")
    return minutes, nights_between(offer, starts_at, starts_at + minutes * 60)


def _companions(request: BookingRequest) -> tuple[Companion, ...]:
    if len(request.companions) > COMPANIONS:
        raise invalid("companions", f"At most {COMPANIONS} companions can be named.")
    checked: dict[str, Companion] = {}
    for number, companion in enumerate(request.companions):
        email = email_address(companion.email, f"companions.{number}.email")
        name = line(companion.name, f"companions.{number}.name", required=False)
        checked.setdefault(email.casefold(), Companion(email=email, name=name))
    checked.pop(request.guest.email.strip().casefold(), None)
    return tuple(checked.values())


def _seats(companions: tuple[Companion, ...], capacity: int) -> int:
    """The guest's own seat and one for each companion, where there are seats to count (rule 58)."""
    if capacity == 1:
        return 1
    if 1 + len(companions) > capacity:
        raise invalid("companions", f"There are {capacity} seats, one for each of you; please bring fewer people.")
    return 1 + len(companions)


def _place(request: BookingRequest, places: tuple[Place, ...]) -> Place | None:
    if not places:
        return None
    if not 0 <= request.place < len(places):
        raise invalid("place", "Please choose one of the places on offer.")
    place = places[request.place]
    if place.kind != "guest_phone":
        return place
    number = line(request.guest_phone, "guest_phone", longest=32)
    if not PHONE.fullmatch(number):
        raise invalid("guest_phone", "Please give a telephone number, such as +49 30 1234567.")
    return Place(kind="guest_phone", detail=number)


def _answers(written: dict[str, str], questions: tuple[Question, ...]) -> list[Answer]:
    unknown = sorted(written.keys() - {question.id for question in questions})
    if unknown:
        raise invalid(f"answers.{unknown[0]}", "This event type asks no such question.")
    found = []
    for question in questions:
        value = _answer(question, written.get(question.id, ""))
        if value:
            found.append(Answer(id=question.id, label=question.label, value=value))
    return found


def _answer(question: Question, text: str) -> str:
    field = f"answers.{question.id}"
    value = _line_or_lines(question, text, field)
    if question.required and not value:
        raise invalid(field, "Please answer this question.")
    if value:
        _check(question, value, field)
    return value


def _line_or_lines(question: Question, text: str, field: str) -> str:
    if question.kind == "checkbox":
        return "yes" if text.strip().lower() in CHECKED else ""
    if question.kind in {"long_text", "checkboxes"}:
        return paragraph(text, field)
    return line(text, field, required=False)


def _check(question: Question, value: str, field: str) -> None:
    if question.kind in {"select", "radio"} and value not in question.choices:
        raise invalid(field, "Please choose one of the answers on offer.")
    if question.kind == "checkboxes" and not set(value.split(SEVERAL_SEPARATOR)) <= set(question.choices):
        raise invalid(field, "Please choose among the answers on offer.")
    if question.kind == "number" and not NUMBER.fullmatch(value):
        raise invalid(field, "Please give a number.")
    if question.kind == "phone" and not PHONE.fullmatch(value):
        raise invalid(field, "Please give a telephone number, such as +49 30 1234567.")
    if question.kind == "url" and not value.startswith(("https://", "http://")):
        raise invalid(field, "Please give a web address that starts with https://.")
