"""Quiet hours: when a message that could leave now leaves instead, on its reader's clock (rule 77).

They run from one clock time to another, across midnight where the second is the earlier one. Where a clock shows a time
twice, they begin with the first and end with the last; where it skips one, with the first instant behind it.
"""

from cally.engine.intervals import merged
from cally.engine.zones import DAY, instant_of, local_day, segments_around
from cally.model.messages import Kind
from cally.model.reminders import QuietHours, Through
from cally.model.rules import Interval

MINUTE = 60
BEFORE_SECONDS = 300  # what would come too late leaves so long before quiet hours begin
NEWS_SECONDS = 3_600  # a change of plans is of use until so long before the meeting
REMINDER_SECONDS = 600
GROUPS: dict[Kind, Through] = {
    "requested": "requests",
    "confirmed": "bookings",
    "declined": "changes",
    "cancelled": "changes",
    "rescheduled": "changes",
    "reassigned": "changes",
    "clock_changed": "changes",
    "reminder": "reminders",
}


def stretch(hours: QuietHours, tz: str, at: int) -> Interval | None:
    """The quiet hours that an instant lies in, `[from, to)`; None when it lies in none."""
    today = local_day(tz, at)
    nights = [_night(hours, tz, day) for day in range(today - 2, today + 2)]
    found = merged([(start, end) for start, end in nights if start < end])
    return next(((start, end) for start, end in found if start <= at < end), None)


def leaves_at(hours: QuietHours, tz: str, at: int, *, useless_at: int) -> int:
    """When a message that could leave at `at` leaves: then, or when quiet hours end; never beyond its use."""
    quiet = stretch(hours, tz, at)
    if quiet is None or quiet[1] >= useless_at:
        return at
    return quiet[1]


def planned_for(hours: QuietHours, tz: str, due_at: int, *, useless_at: int, now: int) -> int:
    """When a reminder leaves that is due ahead: where its time is quiet and it could not wait, before that begins."""
    quiet = stretch(hours, tz, due_at)
    if quiet is None:
        return due_at
    if quiet[1] < useless_at:
        return quiet[1]
    before = quiet[0] - BEFORE_SECONDS
    return before if before > now else due_at


def _night(hours: QuietHours, tz: str, day: int) -> Interval:
    """The quiet hours that begin on a local day; empty where a clock leaps over them."""
    ends_on = day if hours.to_minute > hours.from_minute else day + 1
    start = instant_of(tz, day * DAY + hours.from_minute * MINUTE)
    return start, _last_instant_of(tz, ends_on * DAY + hours.to_minute * MINUTE)


def _last_instant_of(tz: str, wall: int) -> int:
    """The last instant at which the zone's clock shows this time, or the first one after a time it skips."""
    for since, until, offset in reversed(segments_around(tz, wall - DAY, wall + DAY)):
        if since <= wall - offset < until:
            return wall - offset
    return instant_of(tz, wall)
