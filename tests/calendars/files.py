"""Calendar files for tests: written line by line, or as other programs export them (in `data/`)."""

from datetime import UTC, datetime
from pathlib import Path

from cally.calendars.reading import Found, Orders, read
from tests.cast import DAY, NOW, TZ

DATA = Path(__file__).parent / "data"
WINDOW = (NOW - 2 * DAY, NOW + 400 * DAY)


def orders(*, tz: str = TZ, own: tuple[str, ...] = ("ada@example.com",), tentative_blocks: bool = True) -> Orders:
    """Ada's orders for reading a file."""
    return Orders(window=WINDOW, tz=tz, own=own, tentative_blocks=tentative_blocks)


def event(*lines: str) -> str:
    """A VEVENT of these lines."""
    return "\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*parts: str) -> bytes:
    """A VCALENDAR of headers and components, with the line ends of the format."""
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Test//EN", *parts, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def exported(name: str, **changes: object) -> list[str]:
    """The busy time that a file in `data/` holds, as `spans` writes it."""
    return spans(read((DATA / name).read_bytes(), orders(**changes)))  # type: ignore[arg-type]


def found(*parts: str, **changes: object) -> Found:
    """What reading a calendar of these parts finds."""
    return read(calendar(*parts), orders(**changes))  # type: ignore[arg-type]


def busy(*parts: str, **changes: object) -> list[str]:
    """The busy time of a calendar of these parts, as `spans` writes it."""
    return spans(found(*parts, **changes))


def spans(found: Found) -> list[str]:
    """Busy time as `2026-09-22 08:00/09:00` in UTC, with a second date if the end lies on another day."""
    return [_span(start, end) for start, end, _ in found.busy]


def _span(start: int, end: int) -> str:
    first, last = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    same_day = first.date() == last.date()
    return f"{first:%Y-%m-%d %H:%M}/{last:%H:%M}" if same_day else f"{first:%Y-%m-%d %H:%M}/{last:%Y-%m-%d %H:%M}"
