"""One event of a calendar file: when it is, and whether it takes the host's time (rules 31 to 33)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from cally.calendars.foreign_zones import ForeignZones
from cally.calendars.lines import Line, Lines
from cally.calendars.values import date_or_time, duration, period

FREE_IN_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
WEST_OF_ALL = timedelta(hours=14)  # what an unknown zone may be ahead of UTC, and behind it
EAST_OF_ALL = timedelta(hours=12)
TITLE_LENGTH = 60
UID_LENGTH = 255

Moment = date | datetime
Span = tuple[int, int]


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Through whose eyes a file is read: the calendar's zone, the host's own addresses, what tentative means."""

    zones: ForeignZones
    tz: tzinfo
    own: frozenset[str]
    tentative_blocks: bool


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its moments: dates for whole days, else datetimes with a zone. `vague`: its zone is not known."""

    uid: str
    title: str
    start: Moment
    end: Moment
    blocks: bool
    vague: bool
    lines: Lines


def event(lines: Lines, reader: Reader) -> Event:
    """The event of those lines; raises ValueError when its start or end cannot be understood."""
    begun = lines.get("DTSTART")
    if not begun:
        raise ValueError("no start")
    start, vague_start = moment(begun[0], reader)
    end, vague_end = _end(lines, start, reader)
    return Event(
        uid=value(lines, "UID")[:UID_LENGTH],
        title=_title(lines),
        start=start,
        end=end,
        blocks=_blocks(lines, reader),
        vague=vague_start or vague_end,
        lines=lines,
    )


def moment(line: Line, reader: Reader, within: tzinfo | None = None) -> tuple[Moment, bool]:
    """The date or zoned datetime of a property, and whether its zone is unknown (then it is set down in UTC).

    A time without a zone is one of `within`, else of the calendar (rule 32).
    """
    found = date_or_time(line.value)
    if isinstance(found, datetime):
        return _zoned(found, line.params.get("TZID"), reader, within)
    return found, False


def value(lines: Lines, name: str) -> str:
    """The first value of a property; empty when it is missing."""
    found = lines.get(name)
    return found[0].value if found else ""


def span(event: Event, reader: Reader, start: Moment | None = None, end: Moment | None = None) -> Span:
    """The instants between which an event (or one occurrence of it) lies; wide enough for any zone if it is vague.

    An end before its start is taken for the start.
    """
    moments = (event.start if start is None else start, event.end if end is None else end)
    first, last = sorted(_instant(moment, reader.tz) for moment in moments)
    if event.vague and first != last:
        return first - int(WEST_OF_ALL.total_seconds()), last + int(EAST_OF_ALL.total_seconds())
    return first, last


def free_busy(lines: Lines, reader: Reader) -> Iterator[Span]:
    """The taken periods of a VFREEBUSY (RFC 5545 3.6.4); what cannot be understood raises ValueError."""
    for line in lines.get("FREEBUSY", ()):
        kind = line.params.get("FBTYPE", "BUSY").upper()
        if kind == "FREE" or (kind == "BUSY-TENTATIVE" and not reader.tentative_blocks):
            continue
        for text in line.value.split(","):
            start, end = period(text)
            last = start + end if isinstance(end, timedelta) else end
            yield _instant(start, reader.tz), _instant(last, reader.tz)


def _zoned(found: datetime, name: str | None, reader: Reader, within: tzinfo | None) -> tuple[datetime, bool]:
    if found.tzinfo is not None:
        return found, False
    if not name:
        return found.replace(tzinfo=within or reader.tz), False
    zone = reader.zones.zone(name)
    return found.replace(tzinfo=zone or UTC), zone is None


def _end(lines: Lines, start: Moment, reader: Reader) -> tuple[Moment, bool]:
    """DTEND, or DURATION; without either a date lasts a day and an instant no time at all (RFC 5545 3.6.1)."""
    next_day = None if isinstance(start, datetime) else start + timedelta(days=1)
    if "DTEND" in lines:
        end, vague = moment(lines["DTEND"][0], reader, start.tzinfo if isinstance(start, datetime) else None)
        if next_day and not isinstance(end, datetime):
            return max(end, next_day), vague  # some programs write the last day instead of the one after it
        return end, vague
    if "DURATION" in lines:
        return _after(start, lines["DURATION"][0], reader), False
    return next_day or start, False


def _after(start: Moment, line: Line, reader: Reader) -> Moment:
    """The start and a duration: its days are days of the wall, its hours are elapsed time (RFC 5545 3.3.6)."""
    lasts = duration(line.value)
    if not isinstance(start, datetime):
        if not lasts.seconds:
            return start + max(lasts, timedelta(days=1))
        start = datetime.combine(start, time(), reader.tz)
    moved = start + timedelta(days=lasts.days)
    return (moved.astimezone(UTC) + timedelta(seconds=lasts.seconds)).astimezone(start.tzinfo)


def _blocks(lines: Lines, reader: Reader) -> bool:
    status = value(lines, "STATUS").upper()
    outlook = value(lines, "X-MICROSOFT-CDO-BUSYSTATUS").upper()
    answer = _own_answer(lines, reader.own)
    if status == "CANCELLED" or answer == "DECLINED" or outlook in FREE_IN_OUTLOOK:
        return False
    if value(lines, "TRANSP").upper() == "TRANSPARENT":
        return False
    return reader.tentative_blocks or "TENTATIVE" not in {status, outlook, answer}


def _own_answer(lines: Lines, own: frozenset[str]) -> str:
    """What the host answered to the invitation; empty when they are not among the invited."""
    for line in lines.get("ATTENDEE", ()):
        named = {line.value.lower().removeprefix("mailto:"), line.params.get("EMAIL", "").lower()}
        if named & own:
            return line.params.get("PARTSTAT", "").upper()
    return ""


def _instant(moment: Moment, tz: tzinfo) -> int:
    """Epoch seconds; a date begins at its first instant in the calendar's zone (rule 31)."""
    if isinstance(moment, datetime):
        return int((moment if moment.tzinfo else moment.replace(tzinfo=tz)).timestamp())
    return int(datetime.combine(moment, time(), tz).timestamp())


def _title(lines: Lines) -> str:
    plain = "".join(character for character in value(lines, "SUMMARY") if character.isprintable())
    return plain.replace("\\", "")[:TITLE_LENGTH] or "An event without a title"
