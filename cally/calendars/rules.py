"""The texts of recurrence rules: what they bound, and how they are said so that they can be counted out (rule 34)."""

import re
from datetime import UTC, datetime, time, timedelta

from cally.calendars.events import Event, Moment, Reader, moment, span
from cally.calendars.lines import Line
from cally.calendars.values import BADLY_FORMED

DENSE = re.compile(r"FREQ=(?:SECONDLY|MINUTELY)", re.IGNORECASE)
COUNT = re.compile(r"COUNT=0*(\d{1,4})(?!\d)", re.IGNORECASE)
UNTIL = re.compile(r"UNTIL=([^;]*)", re.IGNORECASE)
PERIOD = re.compile(r"FREQ=(DAILY|WEEKLY)(?=;|$)", re.IGNORECASE)
INTERVAL = re.compile(r"INTERVAL=(\d+)", re.IGNORECASE)
HARMLESS = re.compile(r"(?:;|^)(?:RSCALE=GREGORIAN|SKIP=OMIT)(?=;|$)", re.IGNORECASE)  # RFC 7529, what they mean anyway
WELL_BEFORE = 40 * 86_400
YEAR_SECONDS = 365 * 86_400
DAY = timedelta(days=1)
NOT = timedelta(0)


def is_dense(rule: str) -> bool:
    """Whether a rule means thousands of occurrences a day, or looks for one in every second."""
    return bool(DENSE.search(rule)) and not COUNT.search(rule)


def skipped(event: Event, reader: Reader, from_at: int) -> timedelta:
    """How much of the past of a daily or weekly rule need not be counted: whole periods, ending well before `from_at`.

    A rule with a COUNT has to be counted from its beginning; an exception stands where it stands.
    """
    if "RECURRENCE-ID" in event.lines:
        return NOT
    rules = [line.value for line in event.lines.get("RRULE", ())]
    match = PERIOD.search(rules[0]) if len(rules) == 1 and "COUNT" not in rules[0].upper() else None
    if match is None:
        return NOT
    interval = INTERVAL.search(rules[0])
    period = (7 if match[1].upper() == "WEEKLY" else 1) * (int(interval[1]) if interval else 1)
    start, end = span(event, reader)
    days = (from_at - WELL_BEFORE - end) // 86_400
    return timedelta(days=max(0, days - days % period)) if period and end - start < YEAR_SECONDS else NOT


def plain_rule(text: str, event: Event, reader: Reader) -> str:
    """The rule with its UNTIL said as its start is: a date for whole days, else an instant in UTC (rule 34)."""
    plain = HARMLESS.sub("", text).strip(";")
    match = UNTIL.search(plain)
    if match is None:
        return plain
    ends = _last_moment(match[1], event, reader)
    said = ends.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") if isinstance(ends, datetime) else ends.strftime("%Y%m%d")
    return plain[: match.start(1)] + said + plain[match.end(1) :]


def _last_moment(text: str, event: Event, reader: Reader) -> Moment:
    """The last moment of a rule; a bare date lasts until its end, in the zone of the event."""
    timed = isinstance(event.start, datetime)
    zone = (event.start.tzinfo if isinstance(event.start, datetime) else None) or reader.tz
    found = moment(Line({}, text), reader, zone)[0]
    if timed:
        return found if isinstance(found, datetime) else datetime.combine(found, time(23, 59, 59), zone)
    return found.astimezone(reader.tz).date() if isinstance(found, datetime) else found


def until(text: str, event: Event, reader: Reader) -> int | None:
    """The instant after which a rule says nothing more; None when it never ends, or says so in a wrong way."""
    match = UNTIL.search(text)
    if match is None:
        return None
    try:
        ends = _last_moment(match[1], event, reader)
    except BADLY_FORMED:
        return None
    after = ends if isinstance(ends, datetime) else datetime.combine(ends + DAY, time(), reader.tz)
    return int(after.timestamp()) + (span(event, reader)[1] - span(event, reader)[0])
