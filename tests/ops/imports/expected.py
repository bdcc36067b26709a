"""The free slots of a cal.com dump, reckoned from its rows alone: nothing of ours is asked."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.ops.imports.cal_com_dump import Dump

HALF_HOUR = 1_800
CLOSED = {1: {date(2026, 10, 5): [], date(2026, 10, 6): [(13, 15)]}}  # Ada's date overrides


def free(dump: Dump, user_id: int, tz: str, *, first: date, days: int, after_minutes: int = 0) -> set[int]:
    """Starts of half an hour on the half-hour, 9 to 17 on working days, that overlap none of a user's bookings.

    `after_minutes` is what the event type keeps free behind it.
    """
    taken = [(start - before, end, start, end + after) for start, end, before, after in busy(dump, user_id)]
    found = set()
    for number in range(days):
        on = first + timedelta(days=number)
        hours = CLOSED.get(user_id, {}).get(on, [(9, 17)] if on.weekday() < 5 else [])
        for opens, closes in hours:
            for half in range((closes - opens) * 2):
                start = instant(on, opens * 60 + half * 30, tz)
                end = start + HALF_HOUR
                if not any(_clash(start, end, after_minutes * 60, one) for one in taken):
                    found.add(start)
    return found


def busy(dump: Dump, user_id: int) -> list[tuple[int, int, int, int]]:
    """A user's bookings that stand, as (start, end, buffer before, buffer after); all meet in those of all hosts."""
    found = []
    for row in dump.rows["Booking"]:
        together = row["eventTypeId"] == 12
        if row["status"] in {"accepted", "pending"} and (together or row["userId"] == user_id):
            event_type = dump.rows["EventType"][row["eventTypeId"] - 1]
            before, after = event_type["beforeEventBuffer"] * 60, event_type["afterEventBuffer"] * 60
            found.append((_utc(row["startTime"]), _utc(row["endTime"]), before, after))
    return found


def instant(on: date, minute: int, tz: str) -> int:
    """A wall clock as epoch seconds."""
    wall = datetime(on.year, on.month, on.day, minute // 60, minute % 60, tzinfo=ZoneInfo(tz))
    return int(wall.timestamp())


def _clash(start: int, end: int, after: int, one: tuple[int, int, int, int]) -> bool:
    """The larger of the two buffers between them has to stay free."""
    reaches_from, ends, starts, reaches_to = one
    before_other = max(after, starts - reaches_from)
    return start < reaches_to and starts < end + before_other and ends > 0


def _utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
