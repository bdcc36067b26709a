"""What new rules for a zone's clocks do to what was agreed on under the old ones (rule 9): pure arithmetic."""

from bisect import bisect_right
from datetime import UTC, datetime

from cally.engine.zones import DAY, instant_of, local, segments, segments_around
from cally.model.time_law import Offsets

MINUTE = 60
FORMAT = "%Y-%m-%dT%H:%M"


def reading(tz: str, at: int) -> str:
    """What the zone's clock shows at an instant, by the rules in use: ISO 8601 to the minute, without offset."""
    return _written(local(tz, at))


def reading_by(offsets: Offsets, at: int) -> str | None:
    """The same by rules that were kept; None for an instant that lies outside of what they say."""
    place = bisect_right(offsets, (at, DAY)) - 1
    return _written(at + offsets[place][1]) if place >= 0 else None


def instant_kept(tz: str, wall: str, was_at: int) -> int:
    """The instant at which the clock shows this time by the rules in use.

    Shown twice: the one nearer to the old instant, which is the same side of the change. Skipped: the first one after.
    """
    seconds = _seconds(wall)
    around = segments_around(tz, seconds - DAY, seconds + DAY)
    found = [seconds - offset for since, until, offset in around if since <= seconds - offset < until]
    return min(found, key=lambda at: abs(at - was_at)) if found else instant_of(tz, seconds)


def offsets(tz: str, first_year: int, last_year: int) -> Offsets:
    """How the zone stands to UTC from the start of one year to the end of another, by the rules in use."""
    return tuple((since, offset) for since, _, offset in segments(tz, first_year, last_year))


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds - seconds % MINUTE, UTC).strftime(FORMAT)


def _seconds(wall: str) -> int:
    return int(datetime.strptime(wall, FORMAT).replace(tzinfo=UTC).timestamp())
