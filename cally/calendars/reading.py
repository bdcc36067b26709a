"""What a calendar file says is busy; runs in a child process that has given up what it does not need (TRUST fact 7).

The child gets its orders as a line of JSON and then the file, and answers with one JSON object.
"""

import sys
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from cally import apart
from cally.calendars.events import Event, Reader, Span, event, free_busy, span, value
from cally.calendars.foreign_zones import ForeignZones, known_zone
from cally.calendars.lines import Lines, Parts, parts
from cally.calendars.series import SeriesReader, separate
from cally.calendars.unreadable import UnreadableError
from cally.calendars.values import BADLY_FORMED

MOST_INTERVALS = 20_000
MOST_WARNINGS = 20
WARNING_LENGTH = 200
REPEATS = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read. `window` is in epoch seconds; `own` are the host's mail addresses, in lower case."""

    window: Span
    tz: str
    own: tuple[str, ...] = ()
    tentative_blocks: bool = True
    zone_paths: tuple[str, ...] = ()
    memory_bytes: int = 256 * 1024 * 1024
    processor_seconds: int = 2


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds: `busy` as (start, end, uid) within the window, and `events` in all; or an `error` alone."""

    busy: tuple[tuple[int, int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    events: int = 0
    error: str = ""


def main(orders_line: bytes) -> None:
    """Read the file on standard input by these orders, within their limits, and answer on standard output."""
    orders = msgspec.json.decode(orders_line, type=Orders)
    give_up_powers(orders)
    try:
        found = read(sys.stdin.buffer.read(), orders)
    except UnreadableError as error:
        found = Found(error=error.sentence)
    except MemoryError:
        found = Found(error="The calendar needs too much memory to be read.")
    sys.stdout.buffer.write(msgspec.json.encode(found))


def give_up_powers(orders: Orders) -> None:
    """Limit this process, and let it find its time zones where the parent does."""
    apart.give_up_powers(memory_bytes=orders.memory_bytes, processor_seconds=orders.processor_seconds)
    zoneinfo.reset_tzpath(to=orders.zone_paths)


def read(data: bytes, orders: Orders) -> Found:
    """The busy time that a file holds within the window; raises `UnreadableError` when it cannot be trusted."""
    days = tuple(datetime.fromtimestamp(at, UTC).date() for at in orders.window)
    file = parts(data, (days[0], days[1]))
    warnings: list[str] = []
    reader = _reader(file, orders, warnings)
    busy: set[tuple[int, int, str]] = set()
    for uid, spans in _spans(file, reader, orders.window, warnings):
        for start, end in spans:
            first, last = max(start, orders.window[0]), min(end, orders.window[1])
            if first < last:
                busy.add((first, last, uid))
        if len(busy) > MOST_INTERVALS:
            raise UnreadableError(f"The calendar takes more than {MOST_INTERVALS:,} stretches of time within reach.")
    warnings += [
        f"The time zone “{name}” is unknown; its events block wherever it may be." for name in reader.zones.unknown
    ]
    shown = tuple(text[:WARNING_LENGTH] for text in dict.fromkeys(warnings))
    return Found(busy=tuple(sorted(busy)), warnings=shown[:MOST_WARNINGS], events=file.count)


def _reader(file: Parts, orders: Orders, warnings: list[str]) -> Reader:
    """The calendar's own zone goes before the one that was chosen for it (rules 31, 32)."""
    named = file.headers.get("x-wr-timezone", "")
    zone = known_zone(named) if named else None
    if named and zone is None:
        warnings.append(f"The calendar's time zone “{named}” is unknown; {orders.tz} is used for whole days.")
    title = file.headers.get("x-wr-calname", "").lower()  # Google names a main calendar by its owner's address
    own = {*orders.own, title} if "@" in title else {*orders.own}
    return Reader(
        zones=ForeignZones(file.zones),
        tz=zone or ZoneInfo(orders.tz),
        own=frozenset(own),
        tentative_blocks=orders.tentative_blocks,
    )


def _spans(file: Parts, reader: Reader, window: Span, warnings: list[str]) -> Iterator[tuple[str, list[Span]]]:
    """Taken spans, series by series; events that do not repeat come one by one, even if they share a UID."""
    repeating: dict[str, list[Event]] = {}
    for found in _events(file.events, reader, warnings):
        if not REPEATS.isdisjoint(found.lines):
            repeating.setdefault(found.uid, []).append(found)
        elif found.blocks:
            yield found.uid, [span(found, reader)]
    counted = SeriesReader(reader, window)
    for uid, events in repeating.items():
        for series in separate(events):
            yield uid, counted.spans(series)
    warnings += counted.warnings
    for lines in file.free_busy:
        try:
            yield value(lines, "UID"), list(free_busy(lines, reader))
        except BADLY_FORMED:
            warnings.append("A list of busy times cannot be understood; it does not block.")


def _events(found: list[Lines], reader: Reader, warnings: list[str]) -> Iterator[Event]:
    for lines in found:
        try:
            made = event(lines, reader)
            span(made, reader)
        except BADLY_FORMED:
            warnings.append(f"{_named(lines)} has a time that cannot be understood; it does not block.")
        else:
            yield made


def _named(lines: Lines) -> str:
    title = "".join(character for character in value(lines, "SUMMARY") if character.isprintable())
    return f"“{title[:60]}”" if title else "An event"
