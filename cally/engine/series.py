"""The dates of a series: one wall time, found anew on each date of a rhythm; never by adding seconds (rules 4, 68)."""

from collections.abc import Iterator, Sequence

import msgspec

from cally.engine.recurrence import rule_days
from cally.engine.zones import DAY, day_date, local, segments_around
from cally.model.options import Rhythm

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
RULES: dict[Rhythm, str] = {
    "daily": "FREQ=DAILY",
    "weekly": "FREQ=WEEKLY",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
}


class SeriesDates(msgspec.Struct, frozen=True, kw_only=True):
    """The `starts` of a series, epoch seconds in order; `missing` are wall times that do not exist, in local seconds.

    `by_rule`: none is missing, and none starts, ends or lasts while the clocks change, so that a rule is enough.
    """

    starts: tuple[int, ...]
    missing: tuple[int, ...]
    by_rule: bool


def series_rule(rhythm: Rhythm, first: int, tz: str) -> str:
    """The rhythm as a recurrence rule (RFC 5545 3.3.10), anchored at its first start.

    Monthly means the same weekday of the month, the second Tuesday, say; a month without a fifth one is left out.
    """
    if rhythm != "monthly":
        return RULES[rhythm]
    on = day_date(local(tz, first) // DAY)
    return f"FREQ=MONTHLY;BYDAY={(on.day + 6) // 7}{WEEKDAYS[on.weekday()]}"


def series_dates(first: int, rhythm: Rhythm, count: int, tz: str, *, seconds: int = 0) -> SeriesDates:
    """`count` starts from `first` on, each at the wall time of the first; each date lasts so many `seconds`.

    A date on which the clocks leap over that time is left out and not counted (RFC 5545 3.3.10); where they show it
    twice, it is the first of the two.
    """
    starts: list[int] = [first]
    missing: list[int] = []
    for wall in _walls(first, rhythm, tz):
        if len(starts) >= count:
            break
        found = instants(tz, wall)
        (starts if found else missing).append(found[0] if found else wall)
    plain = not missing and all(_is_plain(at, seconds, tz) for at in starts)
    return SeriesDates(starts=tuple(starts), missing=tuple(missing), by_rule=plain)


def _is_plain(at: int, seconds: int, tz: str) -> bool:
    """Whether the clock shows start and end once each, and as far apart as they are."""
    start, end = local(tz, at), local(tz, at + seconds)
    return end - start == seconds and len(instants(tz, start)) == len(instants(tz, end)) == 1


def nth_weekday(starts: Sequence[int], tz: str) -> int:
    """1 to 5 when all are the same weekday of their months on this zone's clock, the second Tuesday, say; else 0."""
    days = [day_date(local(tz, at) // DAY) for at in starts]
    found = {((on.day + 6) // 7, on.weekday()) for on in days}
    return found.pop()[0] if len(found) == 1 else 0


def shifted(at: int, wall_seconds: int, tz: str) -> int | None:
    """The instant whose wall time is that much later (or earlier) than that of `at`; None when it does not exist."""
    found = instants(tz, local(tz, at) + wall_seconds)
    return found[0] if found else None


def instants(tz: str, wall: int) -> list[int]:
    """The instants at which a zone's clock shows a wall time, in order: usually one, none in a gap, two in an overlap.

    `wall` is in seconds since 1970-01-01 00:00 of that clock.
    """
    around = segments_around(tz, wall - DAY, wall + DAY)
    return [wall - offset for since, until, offset in around if since <= wall - offset < until]


def _walls(first: int, rhythm: Rhythm, tz: str) -> Iterator[int]:
    """The wall times after the first one."""
    day, second = divmod(local(tz, first), DAY)
    for number in rule_days(series_rule(rhythm, first, tz), day):
        if number > day:
            yield number * DAY + second
