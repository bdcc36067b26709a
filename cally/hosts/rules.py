"""The numbers a host may choose: bounds within which every rule of time still makes sense, and costs little."""

from datetime import date

from cally.errors import invalid
from cally.model.capsule import event_type_from_json, event_type_to_json, schedule_from_json, schedule_to_json
from cally.model.rules import Cap, EventTypeRules, Horizon, ScheduleRules

DAY_MINUTES = 1_440
YEAR_DAYS = 366
LARGEST_HORIZON_DAYS = 2 * YEAR_DAYS
CAPS = 12
LARGEST_CAP = 100_000
SEATS = 1_000
WEEKLY_ROWS = 100
PATTERNS = 50
DATES = 1_000  # overrides, holidays, time off and travel, each


def checked_rules(rules: EventTypeRules, *, of_team: bool = False) -> EventTypeRules:
    """The rules, as a capsule would say them; raises `invalid` with the field that is out of its bounds."""
    minutes_in_range(rules.duration_minutes, "duration_minutes", 1, DAY_MINUTES)
    if rules.step_minutes is not None:
        minutes_in_range(rules.step_minutes, "step_minutes", 1, DAY_MINUTES)
    minutes_in_range(rules.offset_minutes, "offset_minutes", 0, DAY_MINUTES - 1)
    minutes_in_range(rules.buffer_before_minutes, "buffer_before_minutes", 0, DAY_MINUTES)
    minutes_in_range(rules.buffer_after_minutes, "buffer_after_minutes", 0, DAY_MINUTES)
    minutes_in_range(rules.notice_minutes, "notice_minutes", 0, YEAR_DAYS * DAY_MINUTES)
    number_in_range(rules.notice_days, "notice_days", 0, YEAR_DAYS, "days")
    number_in_range(rules.seats, "seats", 1, SEATS, "seats")
    if of_team and rules.assignment == "single":
        raise invalid("assignment", "Of a team there are several hosts: “round_robin” or “collective”.")
    if not of_team and rules.assignment != "single":
        raise invalid("assignment", "An event type of one host is assigned to that host: “single”.")
    if rules.horizon is not None:
        _check_horizon(rules.horizon)
    checked_caps(rules.caps)
    return event_type_from_json(event_type_to_json(rules))


def checked_caps(caps: tuple[Cap, ...]) -> tuple[Cap, ...]:
    """Caps without contradictions; raises `invalid` (`caps[0]`, …)."""
    if len(caps) > CAPS:
        raise invalid("caps", f"At most {CAPS} caps can be set.")
    seen = set()
    for number, cap in enumerate(caps):
        field = f"caps[{number}]"
        if (cap.bookings is None) == (cap.minutes is None):
            raise invalid(field, "A cap counts either bookings or minutes.")
        kind = (cap.per, cap.minutes is None)
        if kind in seen:
            raise invalid(field, f"There is already such a cap per {cap.per}.")
        seen.add(kind)
        largest = cap.bookings if cap.bookings is not None else cap.minutes
        number_in_range(largest or 0, field, 1, LARGEST_CAP, "bookings" if cap.minutes is None else "minutes")
    return caps


def checked_schedule(rules: ScheduleRules) -> ScheduleRules:
    """Saved hours, as a capsule would say them; raises `invalid` with the path at fault (`weekly[0].from`, …)."""
    sizes = {
        "weekly": (rules.weekly, WEEKLY_ROWS),
        "patterns": (rules.patterns, PATTERNS),
        "overrides": (rules.overrides, DATES),
        "holidays": (rules.holidays, DATES),
        "time_off": (rules.time_off, DATES),
        "travel": (rules.travel, DATES),
    }
    for field, (rows, most) in sizes.items():
        if len(rows) > most:
            raise invalid(field, f"At most {most} entries fit here.")
    for number, (first, last) in enumerate(rules.time_off):
        _in_order(first, last, f"time_off[{number}]")
    for number, travel in enumerate(rules.travel):
        _in_order(travel.from_on, travel.to_on, f"travel[{number}]")
    dates = [override.on for override in rules.overrides]
    for number, on in enumerate(dates):
        if on in dates[:number]:
            raise invalid(f"overrides[{number}].on", f"There are already hours for {on.isoformat()}.")
    return schedule_from_json(schedule_to_json(rules))


def minutes_in_range(value: int, field: str, smallest: int, largest: int) -> None:
    """Raise `invalid` unless a number of minutes lies within its bounds, both included."""
    number_in_range(value, field, smallest, largest, "minutes")


def number_in_range(value: int, field: str, smallest: int, largest: int, unit: str) -> None:
    """Raise `invalid` unless a number lies within its bounds, both included."""
    if not smallest <= value <= largest:
        raise invalid(field, f"This must be {smallest} to {largest} {unit}.")


def _check_horizon(horizon: Horizon) -> None:
    if horizon.kind == "range":
        if horizon.from_on is None or horizon.to_on is None:
            raise invalid("horizon", "A range needs a first and a last date.")
        _in_order(horizon.from_on, horizon.to_on, "horizon")
        return
    number_in_range(horizon.days or 0, "horizon.days", 1, LARGEST_HORIZON_DAYS, "days")


def _in_order(first: date, last: date, field: str) -> None:
    if first > last:
        raise invalid(field, f"The first date, {first.isoformat()}, lies after the last one, {last.isoformat()}.")
