"""From the form a guest filled in to what is asked for, and from a fault back to the field it belongs to."""

import re
import secrets

from cally.bookings import Offer
from cally.errors import CallyError
from cally.model.bookings import BookingRequest, Companion, Guest
from cally.model.hosts import Question
from cally.web.forms import Form
from cally.web.pages.public.chosen import instant

APART = re.compile(r"[\s,;]+")
FIELDS = {
    "guest.name": "name",
    "guest.email": "email",
    "guest.tz": "tz",
    "notes": "notes",
    "place": "place",
    "guest_phone": "guest_phone",
    "consent": "consent",
    "reminder": "reminder",
    "reminder_phone": "reminder_phone",
}


def new_key() -> str:
    """A fresh idempotency key: one form, one booking, however often it is sent (rule 49)."""
    return secrets.token_urlsafe(18)


def slot_of(form: Form) -> int | None:
    """The start asked for: the alternative that was pressed, else the one the form was for."""
    return instant(form.text("instead") or form.text("slot"))


def booking_request(form: Form, found: Offer, starts_at: int, locale: str) -> BookingRequest:
    """What the form asks for. Name and address are checked here already, so that both faults show at once."""
    form.line("name")
    form.email("email")
    place = form.text("place", "0")
    return BookingRequest(
        host=found.owner,
        event_type=found.event_type.slug,
        starts_at=starts_at,
        guest=Guest(
            name=form.text("name"), email=form.text("email"), tz=form.text("tz") or found.host.tz, locale=locale
        ),
        duration_minutes=_number(form.text("duration")) if not form.text("nights") else None,
        nights=_number(form.text("nights")),
        companions=tuple(Companion(email=email) for email in APART.split(form.text("companions")) if email),
        answers={question.id: _answer(form, question) for question in found.event_type.questions},
        notes=form.text("notes"),
        place=int(place) if place.isascii() and place.isdigit() else -1,
        guest_phone=form.text("guest_phone"),
        hold=(form.text("hold") or None) if not form.has("instead") else None,
        consent=form.text("consent"),
        reminder=form.text("reminder"),
        reminder_phone=form.text("reminder_phone"),
    )


def note(form: Form, error: CallyError) -> None:
    """Keep a fault beside its field; what belongs to no field is said above the form. Other errors are raised again."""
    if error.code != "invalid":
        raise error
    form.fault(_field(str(error.facts.get("field", ""))), error.sentence)


def _field(name: str) -> str:
    if name.startswith("companions"):
        return "companions"
    if name.startswith("answers."):
        return f"q-{name.removeprefix('answers.')}"
    return FIELDS.get(name, "")


def _answer(form: Form, question: Question) -> str:
    name = f"q-{question.id}"
    return "\n".join(form.all(name)) if question.kind == "checkboxes" else form.text(name)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
