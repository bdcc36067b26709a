"""The capsule: a question to the engine, and its answer, as JSON (CAPSULE.md); strictly read.

Every fault is an `invalid` whose `field` fact is the path, such as `hosts[0].schedule.weekly[1].from`.
"""

from datetime import date
from typing import Any

from cally.errors import invalid
from cally.model import fields
from cally.model.capsule_text import (
    answer_to_json,
    cap_to_json,
    event_type_to_json,
    question_to_json,
    schedule_to_json,
)
from cally.model.fields import Fields
from cally.model.recurrence import LONGEST, recurrence
from cally.model.rules import (
    DAYS,
    Cap,
    Claim,
    EventTypeRules,
    HoldClaim,
    Horizon,
    HostRules,
    Interval,
    Override,
    Pattern,
    Question,
    ResourceRules,
    ScheduleRules,
    Travel,
    WeeklyHours,
    Window,
)

__all__ = [
    "answer_to_json",
    "cap_from_json",
    "cap_to_json",
    "event_type_from_json",
    "event_type_to_json",
    "question_from_json",
    "question_to_json",
    "schedule_from_json",
    "schedule_to_json",
]

DAY_MINUTES = 1_440
DAY_SECONDS = 86_400
MOST_WINDOW_DAYS = 750
MOST_MINUTES = 31 * DAY_MINUTES
MOST_NOTICE_MINUTES = 3_660 * DAY_MINUTES
MOST_DAYS = 3_660
MOST_HOSTS = 200
MOST_CLAIMS = 20_000
MOST_CLAIMS_TOGETHER = 200_000
MOST_CANDIDATES = 4_000_000
MOST_PATTERNS = 50
MOST_PATTERNS_TOGETHER = 1_000
MOST_ASKED = 10_000
MOST_ASKED_HOSTS = 20_000
MOST_ASKED_CLAIMS = 20_000_000
MOST_ASKED_DATES = 2_000_000
MOST_DATES = 4_000
MOST_WINDOWS = 40_000
MOST_CLOSED_DAYS = 60
MOST_HOURS = 200
MOST_CAPS = 50
MOST_SEATS = 100_000


def question_from_json(obj: object) -> Question:
    """The question that a capsule asks; raises `invalid` with the path of the first fault."""
    capsule = Fields(obj, "")
    capsule.take("capsule", fields.whole(1, 1), 1)
    window = capsule.take("window", _window)
    question = Question(
        now=capsule.take("now", fields.instant),
        window=window,
        guest_tz=capsule.take("guest_tz", fields.tz, "UTC"),
        event_type=capsule.take("event_type", event_type_from_json),
        hosts=capsule.take("hosts", _hosts),
        ask=capsule.take("ask", fields.many(fields.instant, MOST_ASKED), ()),
        want=capsule.take("want", fields.many(fields.choice("openings"), 1), ()),
        resources=capsule.take("resources", fields.many(_resource, MOST_HOSTS), ()),
    )
    capsule.done()
    _bound(question)
    return question


def schedule_from_json(obj: object, path: str = "") -> ScheduleRules:
    """A schedule's rules; raises `invalid` naming the field at fault beneath `path`."""
    schedule = Fields(obj, path)
    dates = fields.many(fields.day, MOST_DATES)
    stretches = fields.many(_stretch(fields.day), MOST_DATES)
    rules = ScheduleRules(
        tz=schedule.take("tz", fields.tz, "UTC"),
        weekly=schedule.take("weekly", fields.many(_weekly, MOST_HOURS), ()),
        patterns=schedule.take("patterns", fields.many(_pattern, MOST_PATTERNS), ()),
        overrides=schedule.take("overrides", fields.many(_override, MOST_DATES), ()),
        holidays=schedule.take("holidays", dates, ()),
        time_off=schedule.take("time_off", stretches, ()),
        travel=schedule.take("travel", fields.many(_travel, MOST_HOURS), ()),
    )
    schedule.done()
    return rules


def event_type_from_json(obj: object, path: str = "") -> EventTypeRules:
    """What an event type asks of time; raises `invalid` naming the field at fault beneath `path`."""
    event_type = Fields(obj, path)
    minutes = fields.whole(0, MOST_MINUTES)
    rules = EventTypeRules(
        duration_minutes=event_type.take("duration_minutes", fields.whole(1, MOST_MINUTES)),
        step_minutes=event_type.take("step_minutes", fields.or_none(fields.whole(1, MOST_MINUTES)), None),
        offset_minutes=event_type.take("offset_minutes", minutes, 0),
        grid=event_type.take("grid", fields.choice("opening", "optimised"), "opening"),
        buffer_before_minutes=event_type.take("buffer_before_minutes", minutes, 0),
        buffer_after_minutes=event_type.take("buffer_after_minutes", minutes, 0),
        buffers_around_busy=event_type.take("buffers_around_busy", fields.truth, True),
        notice_minutes=event_type.take("notice_minutes", fields.whole(0, MOST_NOTICE_MINUTES), 0),
        notice_days=event_type.take("notice_days", fields.whole(0, MOST_DAYS), 0),
        horizon=event_type.take("horizon", fields.or_none(_horizon), None),
        caps=event_type.take("caps", fields.many(cap_from_json, MOST_CAPS), ()),
        assignment=event_type.take("assignment", fields.choice("single", "collective", "round_robin"), "single"),
        seats=event_type.take("seats", fields.whole(1, MOST_SEATS), 1),
    )
    event_type.done()
    return rules


def cap_from_json(obj: object, path: str = "") -> Cap:
    """A cap; raises `invalid` naming the field at fault beneath `path`."""
    cap = Fields(obj, path)
    per = cap.take("per", fields.choice("day", "week", "month", "year"))
    bookings = cap.take("bookings", fields.or_none(fields.whole(0, 1_000_000)), None)
    minutes = cap.take("minutes", fields.or_none(fields.whole(0, 10_000_000)), None)
    cap.done()
    if (bookings is None) == (minutes is None):
        raise invalid(path or "caps", "A cap has either `bookings` or `minutes`.")
    return Cap(per=per, bookings=bookings, minutes=minutes)


def _hosts(value: object, path: str) -> tuple[HostRules, ...]:
    hosts: tuple[HostRules, ...] = fields.many(_host, MOST_HOSTS)(value, path)
    seen: set[str] = set()
    for index, host in enumerate(hosts):
        if host.id in seen:
            raise invalid(f"{path}[{index}].id", "Two hosts have this id.")
        seen.add(host.id)
    return hosts


def _host(value: object, path: str) -> HostRules:
    host = Fields(value, path)
    if host.has("open") and host.has("schedule"):
        raise invalid(f"{path}.open", "`open` stands instead of `schedule`; only one of them can be there.")
    intervals = fields.many(_interval, MOST_CLAIMS)
    rules = HostRules(
        id=host.take("id", fields.text(200), f"h{int(path[path.rindex('[') + 1 : -1]) + 1}"),
        week_starts_on=host.take("week_starts_on", fields.choice(*DAYS), "mon"),
        open=host.take("open", intervals, ()),
        schedule=host.take("schedule", schedule_from_json, None),
        busy=host.take("busy", intervals, ()),
        bookings=host.take("bookings", fields.many(_booking, MOST_CLAIMS), ()),
        holds=host.take("holds", fields.many(_hold, MOST_CLAIMS), ()),
        caps=host.take("caps", fields.many(cap_from_json, MOST_CAPS), ()),
        required=host.take("required", fields.truth, False),
        group=host.take("group", fields.text(200), ""),
    )
    host.done()
    return rules


def _resource(value: object, path: str) -> ResourceRules:
    resource = Fields(value, path)
    rules = ResourceRules(
        id=resource.take("id", fields.text(200)),
        group=resource.take("group", fields.text(200), ""),
        schedule=resource.take("schedule", fields.or_none(schedule_from_json), None),
        busy=resource.take("busy", fields.many(_interval, MOST_CLAIMS), ()),
        bookings=resource.take("bookings", fields.many(_booking, MOST_CLAIMS), ()),
        holds=resource.take("holds", fields.many(_hold, MOST_CLAIMS), ()),
    )
    resource.done()
    return rules


def _booking(value: object, path: str) -> Claim:
    booking = Fields(value, path)
    starts_at, ends_at = _ends(booking, path)
    statuses = fields.choice("pending", "confirmed", "declined", "cancelled")
    claim = Claim(
        starts_at=starts_at,
        ends_at=ends_at,
        status=booking.take("status", statuses, "confirmed"),
        same_event_type=booking.take("same_event_type", fields.truth, False),
        **_terms(booking),
    )
    booking.done()
    return claim


def _hold(value: object, path: str) -> HoldClaim:
    hold = Fields(value, path)
    starts_at, ends_at = _ends(hold, path)
    claim = HoldClaim(
        starts_at=starts_at,
        ends_at=ends_at,
        expires_at=hold.take("expires_at", fields.instant),
        same_event_type=hold.take("same_event_type", fields.truth, True),
        **_terms(hold),
    )
    hold.done()
    return claim


def _ends(claim: Fields, path: str) -> Interval:
    ends = claim.take("starts_at", fields.instant), claim.take("ends_at", fields.instant)
    return fields.in_order(ends, f"{path}.ends_at")


def _terms(claim: Fields) -> dict[str, Any]:
    minutes = fields.whole(0, MOST_MINUTES)
    return {
        "buffer_before_minutes": claim.take("buffer_before_minutes", minutes, 0),
        "buffer_after_minutes": claim.take("buffer_after_minutes", minutes, 0),
        "seats_taken": claim.take("seats_taken", fields.whole(0, MOST_SEATS), 1),
    }


def _weekly(value: object, path: str) -> WeeklyHours:
    weekly = Fields(value, path)
    days = weekly.take("days", fields.many(fields.choice(*DAYS), 7))
    hours = _from_to(weekly)
    weekly.done()
    return WeeklyHours(days=days, hours=hours)


def _pattern(value: object, path: str) -> Pattern:
    pattern = Fields(value, path)
    rrule = pattern.take("rrule", fields.text(LONGEST))
    recurrence(rrule, f"{path}.rrule")
    anchored_on = pattern.take("anchored_on", fields.day)
    hours = _from_to(pattern)
    pattern.done()
    return Pattern(rrule=rrule, anchored_on=anchored_on, hours=hours)


def _override(value: object, path: str) -> Override:
    override = Fields(value, path)
    on = override.take("on", fields.day)
    hours = override.take("hours", fields.many(_clocks, MOST_HOURS), ())
    override.done()
    return Override(on=on, hours=hours)


def _travel(value: object, path: str) -> Travel:
    travel = Fields(value, path)
    dates: tuple[date, date] = travel.take("from", fields.day), travel.take("to", fields.day)
    fields.in_order(dates, f"{path}.to")
    tz = travel.take("tz", fields.tz)
    travel.done()
    return Travel(from_on=dates[0], to_on=dates[1], tz=tz)


def _horizon(value: object, path: str) -> Horizon:
    horizon = Fields(value, path)
    kind = horizon.take("kind", fields.choice("rolling", "open_days", "range"))
    if kind == "range":
        dates = horizon.take("from", fields.day), horizon.take("to", fields.day)
        fields.in_order(dates, f"{path}.to")
        found = Horizon(kind=kind, from_on=dates[0], to_on=dates[1])
    else:
        found = Horizon(kind=kind, days=horizon.take("days", fields.whole(0, MOST_DAYS)))
    horizon.done()
    return found


def _from_to(hours: Fields) -> Window:
    ends = hours.take("from", fields.clock), hours.take("to", fields.clock)
    return _hours(ends, hours.path("from"))


def _clocks(value: object, path: str) -> Window:
    return _hours(fields.pair(fields.clock)(value, path), f"{path}[0]")


def _hours(ends: tuple[int, int], path: str) -> Window:
    start, end = ends
    if start == DAY_MINUTES:
        raise invalid(path, "24:00 can only be an end; the start of the next day is 00:00.")
    return Window(from_minute=start, to_minute=end if end > start else end + DAY_MINUTES)


def _interval(value: object, path: str) -> Interval:
    return fields.in_order(fields.pair(fields.instant)(value, path), path)


def _stretch(read: fields.Read) -> fields.Read:
    return lambda value, path: fields.in_order(fields.pair(read)(value, path), path)


def _window(value: object, path: str) -> Interval:
    window = _interval(value, path)
    if window[1] - window[0] > MOST_WINDOW_DAYS * DAY_SECONDS:
        raise invalid(path, f"A window has at most {MOST_WINDOW_DAYS} days.")
    return window


def _bound(question: Question) -> None:
    """Refuse questions whose answer would take unreasonable time or memory."""
    rules, hosts = question.event_type, question.hosts
    if rules.assignment == "single" and len(hosts) > 1:
        raise invalid("event_type.assignment", f"`single` is for one host, and there are {len(hosts)}.")
    owners: list[HostRules | ResourceRules] = [*hosts, *question.resources]
    schedules = [owner.schedule for owner in owners if owner.schedule is not None]
    claims = sum(len(one.busy) + len(one.bookings) + len(one.holds) for one in owners)
    claims += sum(len(host.open) for host in hosts)
    patterns = sum(len(rules.patterns) for rules in schedules)
    windows = sum(len(override.hours) for rules in schedules for override in rules.overrides)
    dates = sum(len(r.overrides) + len(r.holidays) + len(r.time_off) + len(r.travel) for r in schedules)
    asked = len(question.ask)
    for field, amount, most, what in (
        ("window", _candidates(question), MOST_CANDIDATES, "Window, step and hosts make {} starts to look at"),
        ("hosts", claims, MOST_CLAIMS_TOGETHER, "All together have {} intervals"),
        ("hosts", patterns, MOST_PATTERNS_TOGETHER, "All together have {} patterns"),
        ("hosts", windows, MOST_WINDOWS, "All overrides together have {} windows"),
        ("ask", asked * len(owners), MOST_ASKED_HOSTS, "Starts times hosts and resources are {}"),
        ("ask", asked * claims, MOST_ASKED_CLAIMS, "Starts times intervals of all are {}"),
        ("ask", asked * (dates + windows), MOST_ASKED_DATES, "Starts times dates of all schedules are {}"),
    ):
        if amount > most:
            raise invalid(field, f"{what.format(f'{amount:,}')}; at most {most:,} are accepted.")


def _candidates(question: Question) -> int:
    """How many starts there are to look at; a horizon of open days adds twice its days from now on, and some more."""
    rules, (first, last) = question.event_type, question.window
    seconds = last - first
    if rules.horizon is not None and rules.horizon.kind == "open_days":
        ahead = max(last, *question.ask, question.now) - question.now
        seconds += min(ahead, 2 * ((rules.horizon.days or 0) + MOST_CLOSED_DAYS) * DAY_SECONDS)
    return seconds // ((rules.step_minutes or rules.duration_minutes) * 60) * max(1, len(question.hosts))
