"""What a browser's form sent: read strictly, kept to be shown again, every fault beside its field."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from litestar import Request

from cally.brakes import Guard
from cally.errors import CallyError, invalid
from cally.model import addresses, locales, slugs, texts, zones

MOST_FIELDS = 2_000
TYPE = "application/x-www-form-urlencoded"
CHECKED = "1"

Choice = TypeVar("Choice", bound=str)


class Form:
    """The fields of one form. Reading one checks it; a fault is noted and a stand-in given, so that all show at once.

    Templates show `form.text(name)` in the field again and `form.faults.get(name)` beneath it; the fault named `""`
    belongs to the form as a whole. `guard` is what the form asks of machines beside its fields.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]] = (), *, faults: Mapping[str, str] | None = None) -> None:
        self.pairs = tuple(pairs)
        self.faults: dict[str, str] = dict(faults or {})
        self.guard: Guard | None = None

    @classmethod
    def of(cls, **values: str | int | bool | None) -> "Form":
        """A form that is filled in beforehand: None and False leave a field out, True ticks it."""
        shown = {name: CHECKED if value is True else str(value) for name, value in values.items() if _given(value)}
        return cls(tuple(shown.items()))

    def has(self, name: str) -> bool:
        """Whether the field was sent at all; a button counts when it was the one pressed."""
        return any(key == name for key, _ in self.pairs)

    def text(self, name: str, default: str = "") -> str:
        """What stands in the field, as typed."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value sent under this name, in order."""
        return [value for key, value in self.pairs if key == name]

    def flag(self, name: str) -> bool:
        """Whether a checkbox is ticked."""
        return self.text(name) == CHECKED

    def line(self, name: str, *, required: bool = True, longest: int = texts.LINE_LENGTH) -> str:
        """One line of text."""
        return self.checked(name, lambda text: texts.line(text, name, required=required, longest=longest))

    def paragraph(self, name: str, *, longest: int = texts.PARAGRAPH_LENGTH) -> str:
        """Several lines of text; may be empty."""
        return self.checked(name, lambda text: texts.paragraph(text, name, longest=longest))

    def email(self, name: str = "email") -> str:
        """A mail address in normal form."""
        return self.checked(name, lambda text: addresses.email_address(text, name))

    def slug(self, name: str = "slug") -> str:
        """The part of an address that names an event type."""
        return self.checked(name, lambda text: slugs.slug(text, name))

    def host_slug(self, name: str = "slug") -> str:
        """The part of an address that names a host."""
        return self.checked(name, lambda text: slugs.host_slug(text, name))

    def zone(self, name: str = "tz") -> str:
        """An IANA zone name."""
        return self.checked(name, lambda text: zones.zone(text, name))

    def locale(self, name: str = "locale") -> str:
        """A language tag."""
        return self.checked(name, lambda text: locales.locale_tag(text, name))

    def number(self, name: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number within bounds; an empty field means the default, or is a fault without one."""
        text = self.text(name).strip()
        if not text and default is not None:
            return default
        value = int(text) if _is_number(text) else None
        if value is None or not least <= value <= most:
            self.fault(name, f"This should be a whole number from {least} to {most}.")
            return least if default is None else default
        return value

    def number_or_none(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number within bounds; None for an empty field."""
        return self.number(name, least=least, most=most) if self.text(name).strip() else None

    def choice(self, name: str, options: Collection[Choice]) -> Choice:
        """One of the options; nothing else can come from our own pages."""
        text = self.text(name)
        for option in options:
            if option == text:
                return option
        self.fault(name, "Please choose one of the values on offer.")
        return next(iter(options))

    def date(self, name: str) -> date | None:
        """A date such as `2026-12-24`; None, with a fault, when it is none."""
        try:
            return date.fromisoformat(self.text(name).strip())
        except ValueError:
            self.fault(name, "This is not a date; it should look like 2026-12-24.")
            return None

    def checked(self, name: str, check: Callable[[str], str]) -> str:
        """The field through a check that raises `invalid`; empty when the check refused it."""
        try:
            return check(self.text(name))
        except CallyError as error:
            self.fault(name, error.sentence)
            return ""

    def fault(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; the first fault of a field stays."""
        self.faults.setdefault(name, sentence)

    def note(self, error: CallyError, fields: Mapping[str, str] | None = None, *, rows: tuple[str, ...] = ()) -> None:
        """Show an error of a room beside its field, whose name here `fields` gives; an unexpected one is raised again.

        `rows` are beginnings of names such as `places[`, which the page shows at their row. What cannot be pinned to a
        field of this form is said above it.
        """
        if error.code not in {"invalid", "conflict", "sign_in_failed", "rate_limited"}:
            raise error
        field = str(error.facts.get("field", ""))
        name = (fields or {}).get(field, field)
        self.fault(name if self.has(name) or name.startswith(rows) else "", error.sentence)


async def read(request: Request[Any, Any, Any]) -> Form:
    """The form that was posted. Raises `invalid` for another content type, bad UTF-8, or over 2,000 fields."""
    return parsed(request.headers.get("content-type", ""), await request.body())


def parsed(content_type: str, body: bytes) -> Form:
    """The form in a request's body; raises as `read` does."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != TYPE and body:
        raise invalid("", f"This page takes a form as browsers send it: {TYPE}.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise invalid("", "This form could not be read; please go back and send it again.") from error
    return Form(pairs)


def parsed_or_empty(content_type: str, body: bytes) -> Form:
    """The form in a request's body; an empty one for a picture, or for what no form of ours sends."""
    try:
        return parsed(content_type, body)
    except CallyError:
        return Form()


def _given(value: str | int | bool | None) -> bool:
    return value is not None and value is not False


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20
