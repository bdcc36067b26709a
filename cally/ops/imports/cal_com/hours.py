"""cal.com's schedules: hours by the day of the week, dates that are different, and the zones of journeys."""

from datetime import date

from cally.model.imports import ForeignSchedule
from cally.model.rules import DAYS, Day, Override, ScheduleRules, Travel, WeeklyHours, Window
from cally.ops.imports import cleaning
from cally.ops.imports.found import Found
from cally.ops.imports.rows import BadRowError, Row, Table

NAME_LENGTH = 100
SUNDAY_FIRST: tuple[Day, ...] = (DAYS[6], *DAYS[:6])


def read_schedules(found: Found, users: Table, schedules: Table, hours: Table, journeys: Table) -> None:
    """Every schedule of a host who comes over; the usual one of each is marked."""
    usual = {row.key("defaultScheduleId") for row in users if row.has("defaultScheduleId")}
    own = _by(hours, "scheduleId")
    travels = _by(journeys, "userId")

    def read(row: Row) -> ForeignSchedule | None:
        host = found.hosts.get(row.key("userId"))
        if host is None:
            found.left_out("schedule", row.text("name"), "Its host does not come over.", row.where)
            return None
        is_usual = row.key("id") in usual
        name = cleaning.one_line(row.text("name"), longest=NAME_LENGTH, instead="Working hours")
        tz = cleaning.tz_name(row.text("timeZone"), host.tz)
        journey = _travel(found, name, travels.get(row.key("userId"), [])) if is_usual else ()
        return ForeignSchedule(
            key=f"{host.key}/{row.key('id')}",
            host=host.key,
            name=name,
            rules=_rules(found, name, own.get(row.key("id"), []), tz, journey),
            follows_host=not row.text("timeZone"),
            usual=is_usual,
        )

    for row in schedules:
        made = found.each("schedule", [row], read)
        if made and row.key("id"):
            found.schedules[row.key("id")] = made[0]


def hours_of_event_types(found: Found, hours: Table, owners: dict[str, tuple[str, str]]) -> None:
    """Old event types have hours of their own, without a schedule: they get one. `owners`: host and title by id."""
    for event_type_id, rows in _by(hours, "eventTypeId").items():
        if event_type_id not in owners or any(row.has("scheduleId") for row in rows):
            continue
        host_id, title = owners[event_type_id]
        host = found.hosts.get(host_id)
        if host is not None:
            name = cleaning.one_line(f"Hours of {title}", longest=NAME_LENGTH)
            found.schedules[f"event type {event_type_id}"] = ForeignSchedule(
                key=f"{host.key}/event type {event_type_id}",
                host=host.key,
                name=name,
                rules=_rules(found, name, rows, host.tz, ()),
            )


def _rules(found: Found, name: str, rows: Table, tz: str, journey: tuple[Travel, ...]) -> ScheduleRules:
    weekly: dict[tuple[int, int], list[Day]] = {}
    dates: dict[date, list[Window]] = {}

    def read(row: Row) -> None:
        window = _window(row)
        on = row.day("date")
        if on is not None:
            dates.setdefault(on, []).extend([window] if window is not None else [])
            return
        if window is None:
            return
        days = row.numbers("days")
        if any(not 0 <= day <= 6 for day in days):
            raise BadRowError("“days” should be numbers from 0 (Sunday) to 6.")
        known = weekly.setdefault((window.from_minute, window.to_minute), [])
        known.extend(SUNDAY_FIRST[day] for day in days if SUNDAY_FIRST[day] not in known)

    found.each("schedule", rows, read, name="days")
    hours = [
        WeeklyHours(days=tuple(day for day in DAYS if day in days), hours=Window(from_minute=first, to_minute=last))
        for (first, last), days in sorted(weekly.items())
        if days
    ]
    overrides = tuple(Override(on=on, hours=_merged(windows)) for on, windows in sorted(dates.items()))
    if not hours and not overrides:
        found.note("schedule", "changed", name, "There are no hours in it, so that nothing can be booked by it.")
    return ScheduleRules(tz=tz, weekly=tuple(hours), overrides=overrides, travel=journey)


def _window(row: Row) -> Window | None:
    """The hours of a row; none where they begin and end at once, which closes a date."""
    first, last = row.minute("startTime"), row.minute("endTime")
    if last <= first:
        if last in {first, 0}:
            return None
        raise BadRowError("The hours end before they begin.")
    return Window(from_minute=first, to_minute=last)


def _merged(windows: list[Window]) -> tuple[Window, ...]:
    """In order, those that touch made one."""
    made: list[Window] = []
    for window in sorted(windows, key=lambda one: one.from_minute):
        if made and window.from_minute <= made[-1].to_minute:
            last = max(made[-1].to_minute, window.to_minute)
            made[-1] = Window(from_minute=made[-1].from_minute, to_minute=last)
        else:
            made.append(window)
    return tuple(made)


def _travel(found: Found, name: str, rows: Table) -> tuple[Travel, ...]:
    def read(row: Row) -> Travel | None:
        first, last, tz = row.day("startDate"), row.day("endDate"), cleaning.tz_name(row.text("timeZone"), "")
        if first is None or last is None or not tz or last < first:
            sentence = "A journey without an end, or to an unknown zone, is left out; change the zone by hand."
            found.note("schedule", "changed", name, sentence, row.where)
            return None
        return Travel(from_on=first, to_on=last, tz=tz)

    return tuple(found.each("schedule", rows, read, name="timeZone"))


def _by(rows: Table, column: str) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for row in rows:
        if row.key(column):
            found.setdefault(row.key(column), []).append(row)
    return found
