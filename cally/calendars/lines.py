"""A calendar file taken apart into the few lines that decide about busy time (RFC 5545 3.1).

Whole files are searched, not parsed: what lies outside the window is left behind before it costs anything.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import msgspec

from cally.calendars.unreadable import UnreadableError

MOST_EVENTS = 20_000
MOST_ZONES = 500
FOLD = re.compile(rb"\r?\n[ \t]")
EVENT = re.compile(rb"^BEGIN:(VEVENT|VFREEBUSY)[ \t]*$", re.IGNORECASE | re.MULTILINE)
END = re.compile(rb"^END:(?:VEVENT|VFREEBUSY|VCALENDAR)[ \t]*$", re.IGNORECASE | re.MULTILINE)
ZONE = re.compile(rb"^BEGIN:VTIMEZONE[ \t]*$", re.IGNORECASE | re.MULTILINE)
ZONE_END = re.compile(rb"^END:VTIMEZONE[ \t]*$", re.IGNORECASE | re.MULTILINE)
HEADER = re.compile(
    rb"^(X-WR-TIMEZONE|X-WR-CALNAME|CALSCALE)(?:;[^:\n]*)?:([^\n]{1,200})", re.IGNORECASE | re.MULTILINE
)
SPAN = re.compile(
    rb"^(?:(DTSTART|DTEND|RECURRENCE-ID)(?:;[^:\n]*)?:[ ]*(\d{8})|(RRULE|RDATE|DURATION|FREEBUSY)[:;])",
    re.IGNORECASE | re.MULTILINE,
)
RULE_END = re.compile(rb"[^\n]*?UNTIL=(\d{8})", re.IGNORECASE)
LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^=;:"]+=(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
PARAMETER = re.compile(r';([^=;:"]+)=((?:"[^"]*"|[^";:])*)')
MARGIN = timedelta(days=3)  # more than zones and whole days can shift a date

WANTED = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "UID", "SEQUENCE", "SUMMARY"}
    | {"STATUS", "TRANSP", "ATTENDEE", "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY"}
)


class Line(msgspec.Struct, frozen=True):
    """One property: its parameters (names in upper case, without quotes) and its value as it stands."""

    params: dict[str, str]
    value: str


Lines = dict[str, list[Line]]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar file in parts: headers in lower case, VTIMEZONEs as they stand, what may be near, how many."""

    headers: dict[str, str]
    zones: list[str]
    events: list[Lines]
    free_busy: list[Lines]
    count: int


def parts(data: bytes, window: tuple[date, date]) -> Parts:
    """The parts of a file that may touch `window`; raises `UnreadableError` when it is none, cut off, or too large."""
    if b"BEGIN:VCALENDAR" not in data[:1_000].upper():
        raise UnreadableError("The address does not answer with a calendar.")
    text = FOLD.sub(b"", data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"END:VCALENDAR" not in text[-200:].upper():
        raise UnreadableError("The calendar is cut off: its end is missing.")
    headers = _headers(text)
    if headers.get("calscale", "GREGORIAN").upper() != "GREGORIAN":
        raise UnreadableError("The calendar does not count days in the Gregorian way.")
    zones = [zone.decode("utf-8", "replace") for zone in islice(_zones(text), MOST_ZONES)]
    count = 0
    kept: dict[bytes, list[Lines]] = {b"VEVENT": [], b"VFREEBUSY": []}
    for kind, piece in _pieces(text):
        count += 1
        if _may_matter(piece, window):
            kept[kind].append(_lines(piece.decode("utf-8", "replace")))
            if len(kept[kind]) > MOST_EVENTS:
                raise UnreadableError(f"The calendar has more than {MOST_EVENTS:,} events within reach.")
    return Parts(headers=headers, zones=zones, events=kept[b"VEVENT"], free_busy=kept[b"VFREEBUSY"], count=count)


def _headers(text: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in HEADER.finditer(text):
        found.setdefault(match[1].decode().lower(), match[2].decode("utf-8", "replace").strip())
    return found


def _zones(text: bytes) -> Iterator[bytes]:
    """The VTIMEZONEs, from BEGIN to END; one step each, whatever stands between them."""
    begin = ZONE.search(text)
    while begin is not None:
        end = ZONE_END.search(text, begin.end())
        if end is None:
            return
        yield text[begin.start() : end.end()]
        begin = ZONE.search(text, end.end())


def _pieces(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each event's kind and inside; one that is never closed ends where the next begins, so that none is lost."""
    starts = EVENT.finditer(text)
    here = next(starts, None)
    while here is not None:
        following = next(starts, None)
        limit = following.start() if following else len(text)
        end = END.search(text, here.end(), limit)
        yield here[1].upper(), text[here.end() : end.start() if end else limit]
        here = following


def _may_matter(piece: bytes, window: tuple[date, date]) -> bool:
    """Whether an event may touch the window; only what surely lies outside is left out."""
    dates: dict[bytes, date] = {}
    until: date | None = None
    for match in SPAN.finditer(piece):
        if match[3]:
            ends = RULE_END.match(piece, match.end()) if match[3].upper() == b"RRULE" else None
            found = _date(ends[1]) if ends else None
            if found is None:
                return True
            until = max(found, until or found)
        elif (found := _date(match[2])) is not None:
            dates[match[1].upper()] = found
    if b"DTSTART" not in dates or b"THISANDFUTURE" in piece:
        return True
    first, last = min(dates.values()), max(dates.values())
    if until is not None:
        last = max(last, until + (last - first))
    return last >= window[0] - MARGIN and first <= window[1] + MARGIN


def _date(digits: bytes) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _lines(piece: str) -> Lines:
    """The wanted properties of an event itself; those of components within it (alarms) are not its own."""
    found: Lines = {}
    depth = 0
    for text in piece.split("\n"):
        mark = text[:6].upper()
        if mark == "BEGIN:":
            depth += 1
        elif mark.startswith("END:"):
            depth = max(0, depth - 1)
        elif depth == 0:
            _add(found, text)
    return found


def _add(found: Lines, text: str) -> None:
    name = re.split("[;:]", text[:40], maxsplit=1)[0].upper()
    if name not in WANTED:
        return
    match = LINE.match(text)
    if match:
        params = {key.upper(): value.replace('"', "").strip() for key, value in PARAMETER.findall(match[2])}
        found.setdefault(name, []).append(Line(params, match[3].strip()))
