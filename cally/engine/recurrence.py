"""The days of a recurrence rule, counted from its anchor and bounded by the days asked about (rules 17, 25)."""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import islice

from cally.engine.zones import DAY, day_date, day_number, local
from cally.model.recurrence import Recurrence, recurrence
from cally.model.rules import Pattern

MOST_PERIODS = 100_000
LAST_DAY = day_number(date(2200, 1, 1))


def pattern_days(pattern: Pattern, tz: str, first: int, last: int) -> list[int]:
    """The days from `first` to `last` (since 1970-01-01, both included) on which the pattern's hours begin."""
    rule = recurrence(pattern.rrule)
    anchor = day_number(pattern.anchored_on)
    ends = (last, _last_counted(rule, anchor), _last_day(rule, pattern, tz))
    end = min(day for day in ends if day is not None)
    return [day for day in _days(rule, anchor, max(first, anchor), end) if day >= first]


def rule_days(rrule: str, anchor: int) -> Iterator[int]:
    """The days of a rule from its anchor on, as days since 1970-01-01, lazily; the last lies before the year 2200."""
    return _days(recurrence(rrule), anchor, anchor, LAST_DAY)


@lru_cache(maxsize=4_096)
def _last_counted(rule: Recurrence, anchor: int) -> int | None:
    """The last day of a rule with COUNT, which has to be counted from its anchor on; None for rules without one."""
    if rule.count is None:
        return None
    counted = deque(islice(_days(rule, anchor, anchor, LAST_DAY), rule.count), maxlen=1)
    return counted[0] if counted else LAST_DAY


def _last_day(rule: Recurrence, pattern: Pattern, tz: str) -> int | None:
    """The last day whose start is not after UNTIL, which RFC 5545 3.3.10 counts in."""
    if rule.until_seconds is None:
        return None
    until = local(tz, rule.until_seconds) if rule.until_utc else rule.until_seconds
    return (until - pattern.hours.from_minute * 60) // DAY


def _days(rule: Recurrence, anchor: int, first: int, last: int) -> Iterator[int]:
    """The rule's days from `first` on, in order, no earlier than the anchor and no later than `last`."""
    for number, period in enumerate(_periods(rule, anchor, first)):
        if period.start > last or number > MOST_PERIODS:
            return
        for day in _chosen(rule, anchor, period):
            if first <= day <= last:
                yield day


def _periods(rule: Recurrence, anchor: int, first: int) -> Iterator[range]:
    """Each period that the interval reaches, as the range of its days, from the one that holds `first` or earlier.

    Days are looked at by the month, so that months without any cost little.
    """
    if rule.frequency == "WEEKLY":
        start = anchor - (anchor + 3 - rule.week_start) % 7
        stride = 7 * rule.interval
        start += max(0, first - start) // stride * stride
        while True:
            yield range(start, start + 7)
            start += stride
    length = 12 if rule.frequency == "YEARLY" else 1
    at, from_month = _month(anchor), _month(first)
    at -= at % length
    stride = length * (1 if rule.frequency == "DAILY" else rule.interval)
    at += max(0, from_month - at) // stride * stride
    while at + length < 12 * date.max.year:
        yield range(_month_start(at), _month_start(at + length))
        at += stride


def _chosen(rule: Recurrence, anchor: int, period: range) -> list[int]:
    days = sorted(_candidates(rule, anchor, period))
    if rule.positions and rule.frequency == "DAILY":
        return days if {1, -1} & set(rule.positions) else []
    if rule.positions:
        picked = {p - 1 if p > 0 else len(days) + p for p in rule.positions}
        days = [day for index, day in enumerate(days) if index in picked]
    return days


def _candidates(rule: Recurrence, anchor: int, period: range) -> Iterable[int]:
    if rule.frequency == "DAILY":
        return _daily(rule, anchor, period) if _in_months(rule, period.start) else ()
    if rule.frequency == "WEEKLY":
        weekdays = {weekday for _, weekday in rule.nth_days} or {_weekday(anchor)}
        return [day for day in period if _weekday(day) in weekdays and _in_months(rule, day)]
    if rule.frequency == "MONTHLY":
        return _of_month(rule, anchor, period) if _in_months(rule, period.start) else ()
    return _of_year(rule, anchor, period)


def _of_month(rule: Recurrence, anchor: int, month: range) -> Iterable[int]:
    month_days, nth_days = rule.month_days, rule.nth_days
    if not month_days and not nth_days:
        month_days = (day_date(anchor).day,)
    found = _month_days(month_days, month) if month_days else set(month)
    return found & _nth_days(nth_days, month) if nth_days else found


def _of_year(rule: Recurrence, anchor: int, year: range) -> Iterable[int]:
    in_year = day_date(year.start).year * 12
    if rule.nth_days and not rule.months:
        found = _nth_days(rule.nth_days, year)
        if rule.month_days:
            found &= {
                day for at in range(in_year, in_year + 12) for day in _month_days(rule.month_days, _month_range(at))
            }
        return found
    numbers: Iterable[int] = rule.months or (range(1, 13) if rule.month_days else (day_date(anchor).month,))
    return {day for number in numbers for day in _of_month(rule, anchor, _month_range(in_year + number - 1))}


def _daily(rule: Recurrence, anchor: int, month: range) -> Iterable[int]:
    """The days of a month that a daily rule reaches and its limits let pass."""
    reached = month[(anchor - month.start) % rule.interval :: rule.interval]
    if not rule.month_days and not rule.nth_days:
        return reached
    return set(reached) & set(_of_month(rule, anchor, month))


def _in_months(rule: Recurrence, day: int) -> bool:
    return not rule.months or day_date(day).month in rule.months


def _month_days(numbers: Iterable[int], month: range) -> set[int]:
    """Days of the month by number, from its end when negative; a day that the month does not have is skipped."""
    return {month[n - 1 if n > 0 else n] for n in numbers if abs(n) <= len(month)}


def _nth_days(nth_days: Iterable[tuple[int, int]], period: range) -> set[int]:
    """Days by weekday: every one of the period (n = 0), the n-th, or the n-th from its end."""
    found: set[int] = set()
    for n, weekday in nth_days:
        first = (weekday - _weekday(period.start)) % 7
        those = period[first::7]
        if n == 0:
            found.update(those)
        elif abs(n) <= len(those):
            found.add(those[n - 1 if n > 0 else n])
    return found


def _weekday(day: int) -> int:
    return (day + 3) % 7


def _month(day: int) -> int:
    on = day_date(day)
    return on.year * 12 + on.month - 1


def _month_range(month: int) -> range:
    return range(_month_start(month), _month_start(month + 1))


@lru_cache(maxsize=4_096)
def _month_start(month: int) -> int:
    return day_number(date(month // 12, month % 12 + 1, 1))
