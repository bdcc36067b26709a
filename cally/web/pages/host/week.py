"""The weekly hours of a schedule as rows of a form: several windows a day, added and taken away without scripts."""

from collections.abc import Mapping

import msgspec

from cally.model.rules import DAY_MINUTES, DAYS, Day, ScheduleRules, WeeklyHours, Window
from cally.web.forms import Form

MOST_WINDOWS = 8
NEW_WINDOW = Window(from_minute=9 * 60, to_minute=17 * 60)
BREAK_MINUTES = 60
WORKDAYS = DAYS[:5]
NO_TIME = "Please choose two times."


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """One day of the editor. A closed day keeps its windows, so that ticking it again brings them back."""

    day: Day
    open: bool
    windows: tuple[Window, ...]


Week = tuple[DayRow, ...]


def week_of(rules: ScheduleRules) -> Week:
    """The rows that show these rules."""
    hours: dict[Day, list[Window]] = {day: [] for day in DAYS}
    for entry in rules.weekly:
        for day in entry.days:
            hours[day].append(entry.hours)
    return tuple(_row(day, _sorted(hours[day])) for day in DAYS)


def week_from(form: Form) -> Week:
    """The rows as they were sent; a window whose times make no sense is noted as a fault of its day."""
    return tuple(
        DayRow(day=day, open=form.flag(f"{day}-on"), windows=windows_from(form, day) or (NEW_WINDOW,)) for day in DAYS
    )


def windows_from(form: Form, prefix: str) -> tuple[Window, ...]:
    """Pairs of `{prefix}-from` and `{prefix}-to`, in minutes; an end at or before the start lies on the next day."""
    found = []
    for start, end in zip(form.all(f"{prefix}-from"), form.all(f"{prefix}-to"), strict=False):
        from_minute, to_minute = _minute(start), _minute(end)
        if from_minute is None or to_minute is None:
            form.fault(prefix, NO_TIME)
            continue
        later = to_minute if to_minute > from_minute else to_minute + DAY_MINUTES
        found.append(Window(from_minute=from_minute, to_minute=later))
    return tuple(found)


def edited(week: Week, act: str) -> Week:
    """The rows after a button: `add:mon`, `remove:mon:1`, or `copy:mon` (to the other working days)."""
    verb, _, rest = act.partition(":")
    day, _, number = rest.partition(":")
    rows: Mapping[str, DayRow] = {row.day: row for row in week}
    if day not in rows:
        return week
    if verb == "copy":
        return tuple(_like(row, rows[day]) if row.day in WORKDAYS else row for row in week)
    changed = _added(rows[day]) if verb == "add" else _removed(rows[day], number)
    return tuple(changed if row.day == day else row for row in week)


def weekly(week: Week) -> tuple[WeeklyHours, ...]:
    """The rows as rules: days that share a window stand together."""
    days: dict[Window, list[Day]] = {}
    for row in week:
        for window in row.windows if row.open else ():
            days.setdefault(window, []).append(row.day)
    return tuple(WeeklyHours(days=tuple(dict.fromkeys(shared)), hours=window) for window, shared in days.items())


def _row(day: Day, windows: tuple[Window, ...]) -> DayRow:
    return DayRow(day=day, open=bool(windows), windows=windows or (NEW_WINDOW,))


def _sorted(windows: list[Window]) -> tuple[Window, ...]:
    return tuple(sorted(windows, key=lambda window: (window.from_minute, window.to_minute)))


def _like(row: DayRow, model: DayRow) -> DayRow:
    return msgspec.structs.replace(row, open=model.open, windows=model.windows)


def _added(row: DayRow) -> DayRow:
    """One more window, after a break behind the last one; a closed day opens."""
    if not row.open:
        return msgspec.structs.replace(row, open=True)
    start = min(row.windows[-1].to_minute + BREAK_MINUTES, DAY_MINUTES - 2 * BREAK_MINUTES)
    window = Window(from_minute=start, to_minute=start + 2 * BREAK_MINUTES)
    return msgspec.structs.replace(row, windows=(*row.windows, window)[:MOST_WINDOWS])


def _removed(row: DayRow, number: str) -> DayRow:
    if not number.isdigit() or int(number) >= len(row.windows):
        return row
    left = tuple(window for index, window in enumerate(row.windows) if index != int(number))
    return msgspec.structs.replace(row, windows=left) if left else msgspec.structs.replace(row, open=False)


def _minute(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return None
    return int(text) if int(text) <= DAY_MINUTES else None
