"""Reading of recurrence rules: the parts of RFC 5545 3.3.10 that choose days, each checked before it is believed."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

import msgspec

from cally.errors import invalid

LONGEST = 500
MOST_INTERVAL = 1_000
MOST_COUNT = 10_000
MOST_VALUES = 100
WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
NTH_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,5}", re.ASCII)
UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
KNOWN = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
FREQUENCIES: tuple[Frequency, ...] = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """A recurrence rule of days. Weekdays count from Monday = 0; `nth_days` are (n, weekday), n = 0 for every one.

    `until_seconds` is the last start: seconds since 1970 on the local clock, or UTC with `until_utc`.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until_seconds: int | None = None
    until_utc: bool = False
    week_start: int = 0
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    nth_days: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()


def recurrence(rrule: str, field: str = "rrule") -> Recurrence:
    """The rule that this text says; raises `invalid` naming `field` for every part that is unknown or out of place."""
    try:
        return _read(rrule)
    except ValueError as fault:
        raise invalid(field, str(fault)) from None


@lru_cache(maxsize=1_024)
def _read(rrule: str) -> Recurrence:
    parts = _parts(rrule)
    until_seconds, until_utc = _until(parts["UNTIL"]) if "UNTIL" in parts else (None, False)
    rule = Recurrence(
        frequency=_frequency(parts.get("FREQ")),
        interval=_number(parts, "INTERVAL", MOST_INTERVAL) or 1,
        count=_number(parts, "COUNT", MOST_COUNT),
        until_seconds=until_seconds,
        until_utc=until_utc,
        week_start=_week_start(parts.get("WKST", "MO")),
        months=_numbers(parts, "BYMONTH", 12, below_zero=False),
        month_days=_numbers(parts, "BYMONTHDAY", 31),
        nth_days=_nth_days(parts.get("BYDAY")),
        positions=_numbers(parts, "BYSETPOS", 366),
    )
    _fits_together(rule)
    return rule


def _parts(rrule: str) -> dict[str, str]:
    if len(rrule) > LONGEST:
        raise ValueError(f"A recurrence rule has at most {LONGEST} characters.")
    parts: dict[str, str] = {}
    for part in rrule.upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise ValueError("A recurrence rule is NAME=VALUE parts, with semicolons between them.")
        if name not in KNOWN:
            raise ValueError(f"{name[:20]!a} is not a part of rules that choose days: {', '.join(KNOWN)}.")
        if name in parts:
            raise ValueError(f"{name} stands twice.")
        parts[name] = value
    return parts


def _frequency(text: str | None) -> Frequency:
    for known in FREQUENCIES:
        if text == known:
            return known
    raise ValueError("FREQ should be DAILY, WEEKLY, MONTHLY or YEARLY.")


def _number(parts: dict[str, str], name: str, most: int) -> int | None:
    if name not in parts:
        return None
    text = parts[name]
    if not NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise ValueError(f"{name} should be a whole number from 1 to {most:,}.")
    return int(text)


def _numbers(parts: dict[str, str], name: str, most: int, *, below_zero: bool = True) -> tuple[int, ...]:
    if name not in parts:
        return ()
    found = parts[name].split(",")
    least = -most if below_zero else 1
    if len(found) > MOST_VALUES or not all(NUMBER.fullmatch(n) and least <= int(n) <= most and int(n) for n in found):
        either = f"1 to {most}" + (f" or -1 to -{most}" if below_zero else "")
        raise ValueError(f"{name} should be whole numbers from {either}, with commas between them.")
    return tuple(sorted({int(n) for n in found}))


def _nth_days(text: str | None) -> tuple[tuple[int, int], ...]:
    if text is None:
        return ()
    found = [NTH_DAY.fullmatch(item) for item in text.split(",")]
    days = {(int(match[1] or 0), WEEKDAYS[match[2]]) for match in found if match}
    if not all(found) or len(found) > MOST_VALUES:
        raise ValueError("BYDAY should be days like MO or 2TU or -1FR, with commas between them.")
    if any(match and match[1] and not 1 <= abs(int(match[1])) <= 53 for match in found):
        raise ValueError("The number before a day in BYDAY should be from 1 to 53, or from -1 to -53.")
    return tuple(sorted(days))


def _week_start(text: str) -> int:
    if text not in WEEKDAYS:
        raise ValueError("WKST should be one of MO, TU, WE, TH, FR, SA, SU.")
    return WEEKDAYS[text]


def _until(text: str) -> tuple[int, bool]:
    found = UNTIL.fullmatch(text)
    try:
        if not found:
            raise ValueError
        day = date.fromisoformat(f"{found[1][:4]}-{found[1][4:6]}-{found[1][6:]}")
        clock = found[2] or "235959"
        moment = datetime(day.year, day.month, day.day, int(clock[:2]), int(clock[2:4]), int(clock[4:]), tzinfo=UTC)
    except ValueError:
        raise ValueError("UNTIL should be a date like 20261231 or an instant like 20261231T230000Z.") from None
    return int(moment.timestamp()), found[3] == "Z"


def _fits_together(rule: Recurrence) -> None:
    if rule.count is not None and rule.until_seconds is not None:
        raise ValueError("COUNT and UNTIL exclude each other.")
    if rule.frequency in ("DAILY", "WEEKLY") and any(n for n, _ in rule.nth_days):
        raise ValueError("BYDAY has a number before the day only with FREQ=MONTHLY or FREQ=YEARLY.")
    if rule.frequency == "WEEKLY" and rule.month_days:
        raise ValueError("BYMONTHDAY does not go with FREQ=WEEKLY.")
    if rule.positions and not (rule.months or rule.month_days or rule.nth_days):
        raise ValueError("BYSETPOS needs another BY… part to choose from.")
