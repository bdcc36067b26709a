"""A month of a schedule's days: what each is like and why, and what a click on it does."""

import re
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

import msgspec

from cally.model.hosts import Schedule
from cally.model.rules import Override, ScheduleRules
from cally.web.pages.host.preview import hours_by_day, week_start, weekday_names
from cally.web.pages.host.wording import Words

FEWEST_WEEKS = 5
MOST_MONTHS_AHEAD = 36
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

Kind = Literal["over", "open", "own", "blocked", "holiday", "away", "shut"]


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """One cell. `why` says in a word or two what makes the day special; `does` what a click on it will do."""

    iso: str
    number: int
    month: str
    label: str
    hours: tuple[str, ...]
    kind: Kind
    why: str
    does: str
    is_today: bool


class Special(msgspec.Struct, frozen=True, kw_only=True):
    """Days in a row that differ from the week for one reason."""

    kind: Kind
    when: str
    why: str
    hours: tuple[str, ...]


class MonthShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whole weeks; `previous` and `next` are months to go on to, empty where there is nothing to see."""

    month: str
    title: str
    weekdays: list[str]
    weeks: list[list[CalendarDay]]
    previous: str
    next: str
    special: list[Special]


def month_shown(schedule: Schedule, hours: ScheduleRules, words: Words, asked: str, week_starts_on: str) -> MonthShown:
    """The month that was asked for (`2026-12`), or the one that runs; weeks that are over are not shown.

    `hours` are those to show, which may be about to be saved; the reasons come from the schedule.
    """
    own = msgspec.structs.replace(words, tz=schedule.rules.tz)
    today = own.on(words.now)
    month = _month(asked, today)
    days = _days(month, today, week_starts_on)
    found = hours_by_day(hours, own, days)
    cells = [_cell(schedule, on, tuple(found.get(on, ())), own, today, is_first=on == days[0]) for on in days]
    before, after = _moved(month, -1), _moved(month, 1)
    return MonthShown(
        month=_name(month),
        title=words.said.months(max(days[0], month, today.replace(day=1)), _last_shown(month, days)),
        weekdays=weekday_names(week_starts_on, words),
        weeks=[cells[start : start + 7] for start in range(0, len(cells), 7)],
        previous=_name(before) if before >= today.replace(day=1) else "",
        next=_name(after) if after <= _moved(today.replace(day=1), MOST_MONTHS_AHEAD) else "",
        special=_special(cells, words),
    )


def override_of(schedule: Schedule, on: date) -> Override | None:
    """The hours that a date has of its own, if any."""
    return next((override for override in schedule.rules.overrides if override.on == on), None)


def is_away(hours: ScheduleRules, on: date) -> bool:
    """Whether time off closes a date; no override opens it then."""
    return any(first <= on <= last for first, last in hours.time_off)


def _month(asked: str, today: date) -> date:
    this = today.replace(day=1)
    found = date.fromisoformat(f"{asked}-01") if MONTH.fullmatch(asked) and asked[:4] > "2000" else this
    return min(max(found, this), _moved(this, MOST_MONTHS_AHEAD))


def _days(month: date, today: date, week_starts_on: str) -> list[date]:
    first = week_start(max(month, today), week_starts_on)
    end = week_start(_moved(month, 1) - timedelta(days=1), week_starts_on) + timedelta(days=7)
    count = max((end - first).days, FEWEST_WEEKS * 7)
    return [first + timedelta(days=number) for number in range(count)]


def _last_shown(month: date, days: list[date]) -> date:
    """For the title: the next month counts when more of it is shown than what fills the last week."""
    last = _moved(month, 1) - timedelta(days=1)
    return days[-1] if (days[-1] - last).days >= 7 else last


def _moved(month: date, by: int) -> date:
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def _name(month: date) -> str:
    return f"{month:%Y-%m}"


def _cell(
    schedule: Schedule, on: date, hours: tuple[str, ...], words: Words, today: date, *, is_first: bool
) -> CalendarDay:
    kind, why = _reason(schedule, on, today, is_open=bool(hours))
    return CalendarDay(
        iso=on.isoformat(),
        number=on.day,
        month=words.month(on) if is_first or on.day == 1 else "",
        label=words.long_day(on),
        hours=hours if on >= today else (),
        kind=kind,
        why=why,
        does=_does(kind),
        is_today=on == today,
    )


def _reason(schedule: Schedule, on: date, today: date, *, is_open: bool) -> tuple[Kind, str]:
    if on < today:
        return "over", ""
    if is_away(schedule.hours, on):
        return "away", "Away"
    override = override_of(schedule, on)
    if override is not None:
        return ("own", "Own hours") if override.hours else ("blocked", "Blocked")
    holiday = holiday_of(schedule, on)
    if holiday:
        return "holiday", holiday
    return ("open", "") if is_open else ("shut", "")


def holiday_of(schedule: Schedule, on: date) -> str:
    """What is celebrated on a date on which the schedule is closed for it; empty for every other date."""
    public = schedule.public_holidays
    named = next((day.label for day in public.days if day.on == on and not day.worked), "") if public else ""
    return named or ("Holiday" if on in schedule.rules.holidays else "")


def _special(cells: list[CalendarDay], words: Words) -> list[Special]:
    found = []
    for (kind, why, hours), days in groupby(cells, key=lambda day: (day.kind, day.why, day.hours)):
        dates = [date.fromisoformat(day.iso) for day in days]
        first, last = dates[0], dates[-1]
        if why:
            when = words.long_day(first) if first == last else words.stretch(first, last)
            found.append(Special(kind=kind, when=when, why=why, hours=hours))
    return found


def _does(kind: Kind) -> str:
    if kind in {"open", "own"}:
        return "block this day"
    return {"blocked": "open it again", "away": "see the time off", "over": ""}.get(kind, "open it")
