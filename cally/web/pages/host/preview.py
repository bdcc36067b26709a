"""The coming weeks of a schedule as a small calendar, computed by the engine that also answers guests."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from cally import engine
from cally.model.rules import DAYS, Day, EventTypeRules, HostRules, Question, ScheduleRules
from cally.web.pages.host.wording import Words

WEEKS = 4
HOST = "host"


class PreviewDay(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: the day of the month, its hours in words (none: closed), and how it stands out."""

    on: date
    number: int
    month: str
    label: str
    hours: tuple[str, ...]
    is_today: bool
    is_over: bool


def preview(rules: ScheduleRules, words: Words, *, week_starts_on: str) -> list[list[PreviewDay]]:
    """Whole weeks from this one on, in the schedule's own zone; bookings and notice are left out of it."""
    own = msgspec.structs.replace(words, tz=rules.tz)
    today = own.on(words.now)
    first = week_start(today, week_starts_on)
    days = [first + timedelta(days=number) for number in range(WEEKS * 7)]
    hours = hours_by_day(rules, own, days)
    cells = [_cell(on, tuple(hours.get(on, ())), own, today, is_first=on == first) for on in days]
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def week_start(on: date, week_starts_on: str) -> date:
    """The first day of the week that a date lies in."""
    return on - timedelta(days=(on.weekday() - DAYS.index(_day(week_starts_on))) % 7)


def weekday_names(week_starts_on: str, words: Words) -> list[str]:
    """`Mon` to `Sun`, beginning where the host's week does."""
    start = DAYS.index(_day(week_starts_on))
    monday = date(2024, 1, 1)
    return [words.weekday(monday + timedelta(days=(start + number) % 7)) for number in range(7)]


def hours_by_day(rules: ScheduleRules, words: Words, days: Sequence[date]) -> dict[date, list[str]]:
    """The openings of successive dates on the reader's clocks, as the engine answers them; a closed date has none."""
    window = (_midnight(days[0], words.tz), _midnight(days[-1] + timedelta(days=1), words.tz))
    asked = Question(
        now=window[0],
        window=window,
        event_type=EventTypeRules(duration_minutes=1),
        hosts=(HostRules(id=HOST, schedule=rules),),
        want=("openings",),
    )
    found: dict[date, list[str]] = {}
    for opening in engine.openings(asked)[HOST]:
        found.setdefault(words.on(opening[0]), []).append(words.opening(opening))
    return found


def _cell(on: date, hours: tuple[str, ...], words: Words, today: date, *, is_first: bool) -> PreviewDay:
    return PreviewDay(
        on=on,
        number=on.day,
        month=words.month(on) if is_first or on.day == 1 else "",
        label=words.long_day(on),
        hours=hours,
        is_today=on == today,
        is_over=on < today,
    )


def _midnight(on: date, tz: str) -> int:
    return int(datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(tz)).timestamp())


def _day(text: str) -> Day:
    return next((day for day in DAYS if day == text), DAYS[0])
