"""How soon and how far ahead a start may be: notice and horizon (rules 40-42)."""

from typing import Literal

import msgspec

from cally.engine.openings import zone_of
from cally.engine.zones import day_number, day_start, days, local_day
from cally.model.rules import HostRules, Interval, Question

Limit = tuple[Literal["too_soon", "too_far"], Literal["notice_minutes", "notice_days", "horizon"]]
"""The code of a refusal, and the rule that it names."""

ALL_DAYS: Interval = (-(10**6), 10**6)


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The starts that notice and horizon leave: from an instant on, on local days from first to last."""

    tz: str
    earliest: int
    notice_day: int
    first_day: int
    last_day: int


def bounds(question: Question, host: HostRules, last_open_day: int | None = None) -> Bounds:
    """The bounds of a host's starts; `last_open_day` answers a horizon of open days, which only slots can tell."""
    rules, tz = question.event_type, zone_of(host)
    today = local_day(tz, question.now)
    first, last = ALL_DAYS
    horizon = rules.horizon
    if horizon is None:
        pass
    elif horizon.from_on is not None and horizon.to_on is not None:
        first, last = day_number(horizon.from_on), day_number(horizon.to_on)
    elif horizon.kind == "rolling":
        last = today + (horizon.days or 0)
    elif last_open_day is not None:
        last = last_open_day
    return Bounds(
        tz=tz,
        earliest=question.now + rules.notice_minutes * 60,
        notice_day=today + rules.notice_days if rules.notice_days else ALL_DAYS[0],
        first_day=first,
        last_day=last,
    )


def allowed(bounds: Bounds, within: Interval) -> list[Interval]:
    """The instants in `within` at which a booking may start."""
    start, end = max(within[0], bounds.earliest), within[1]
    if start >= end:
        return []
    first_day = max(bounds.first_day, bounds.notice_day)
    if (first_day, bounds.last_day) == ALL_DAYS:
        return [(start, end)]
    return days(bounds.tz, first_day, bounds.last_day, (start, end))


def out_of_bounds(bounds: Bounds, start: int) -> tuple[Limit, int | None] | None:
    """Which limit a start breaks, and the instant from which it would not; None when it breaks none."""
    if start < bounds.earliest:
        return ("too_soon", "notice_minutes"), bounds.earliest
    day = local_day(bounds.tz, start)
    if day < bounds.notice_day:
        return ("too_soon", "notice_days"), day_start(bounds.tz, bounds.notice_day, start)
    if day < bounds.first_day:
        return ("too_soon", "horizon"), day_start(bounds.tz, bounds.first_day, start)
    return (("too_far", "horizon"), None) if day > bounds.last_day else None
