"""A second truth for the engine: minute by minute, slow, and sharing no code with it but the question's own types."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cally.model.rules import Claim, EventTypeRules, HoldClaim, HostRules, Question, ScheduleRules, Window

MINUTE = 60
BACK_MINUTES = 8 * 1_440
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
STANDING = ("pending", "confirmed")


def slots(question: Question) -> list[int]:
    """Every minute of the window, asked of every host."""
    per_host = [set(host_slots(question, host)) for host in question.hosts]
    found = []
    for minute in range(question.window[0], question.window[1] + 1, MINUTE):
        free = [minute in theirs for theirs in per_host]
        if enough(question, free):
            found.append(minute)
    return found


def enough(question: Question, free: list[bool]) -> bool:
    """Whether these free hosts suffice."""
    if question.event_type.assignment != "round_robin":
        return bool(free) and all(free)
    groups: dict[str, list[bool]] = {}
    for host, is_free in zip(question.hosts, free, strict=True):
        if host.required and not is_free:
            return False
        if not host.required:
            groups.setdefault(host.group, []).append(is_free)
    return all(any(group) for group in groups.values())


def host_slots(question: Question, host: HostRules) -> list[int]:
    """The starts of one host, by every rule."""
    horizon = question.event_type.horizon
    first, last = question.window
    if horizon is None or horizon.kind != "open_days":
        return [s for s in unlimited(question, host, first, last) if within_horizon(question, host, s)]
    all_ahead = unlimited(question, host, question.now - question.now % MINUTE, last + 2 * 86_400)
    open_days = sorted({day_of(host, start) for start in all_ahead})[: horizon.days]
    length = question.event_type.duration_minutes * MINUTE
    return [s for s in all_ahead if first <= s and s + length <= last and day_of(host, s) in open_days]


def reasons(question: Question, host: HostRules, start: int) -> set[str]:
    """Every code that truly stands against a start of this host; none for a start that the host has."""
    rules = question.event_type
    end = start + rules.duration_minutes * MINUTE
    claims = standing(host, question.now)
    found = {
        code
        for code, is_so in (
            ("past", start < question.now),
            ("too_soon", not soon_enough(question, host, start) or before_horizon(question, host, start)),
            ("too_far", behind_horizon(question, host, start)),
            ("cap_reached", any_cap(rules, host, claims, start)),
        )
        if is_so
    }
    beginnings = opening_starts(host, start, end)
    joins = is_session(rules, claims, start)
    if any(at not in beginnings for at in range(start, end, MINUTE)):
        found.add("closed")
    elif start not in marks_of_grid(question, host, beginnings, claims) and not (joins and rules.grid == "optimised"):
        found.add("off_grid")
    mates = session_at(rules, claims, start) if joins else []
    return found | {kind_of_clash(rules, claim, start) for claim in [*busy(host), *claims] if claim not in mates} - {""}


def busy(host: HostRules) -> list[tuple[int, int]]:
    return list(host.busy)


def kind_of_clash(rules: EventTypeRules, claim: tuple[int, int] | Claim | HoldClaim, start: int) -> str:
    """What one claim is to a start: busy, booked, held, buffer, or nothing."""
    end = start + rules.duration_minutes * MINUTE
    since, until = claim if isinstance(claim, tuple) else (claim.starts_at, claim.ends_at)
    alone = (since, until, 0, 0) if isinstance(claim, tuple) else (since, until, *buffers(claim))
    if since >= until or not too_near((start, end, rules.buffer_before_minutes, rules.buffer_after_minutes), alone):
        return ""
    if until <= start or since >= end:
        return "buffer"
    return "busy" if isinstance(claim, tuple) else "held" if isinstance(claim, HoldClaim) else "booked"


def buffers(claim: Claim | HoldClaim) -> tuple[int, int]:
    return claim.buffer_before_minutes, claim.buffer_after_minutes


def before_horizon(question: Question, host: HostRules, start: int) -> bool:
    first = question.event_type.horizon.from_on if question.event_type.horizon else None
    return first is not None and day_of(host, start) < first


def behind_horizon(question: Question, host: HostRules, start: int) -> bool:
    horizon = question.event_type.horizon
    if horizon is None or before_horizon(question, host, start):
        return False
    if horizon.kind != "open_days":
        return not within_horizon(question, host, start)
    ahead = unlimited(question, host, question.now - question.now % MINUTE, start + 2 * 86_400)
    open_days = sorted({day_of(host, at) for at in ahead})
    days = horizon.days or 0
    return not days or (len(open_days) >= days and day_of(host, start) > open_days[days - 1])


def unlimited(question: Question, host: HostRules, first: int, last: int) -> list[int]:
    """The starts of one host between two instants, by every rule but the horizon."""
    rules = question.event_type
    length = rules.duration_minutes * MINUTE
    beginnings = opening_starts(host, first, last)
    claims = standing(host, question.now)
    relevant = {minute: begin for minute, begin in beginnings.items() if minute >= beginnings.get(first, first)}
    marks = marks_of_grid(question, host, relevant, claims)
    return [
        start
        for start in range(first, last - length + 1, MINUTE)
        if start in beginnings
        and (start in marks or (rules.grid == "optimised" and rules.seats > 1 and is_session(rules, claims, start)))
        and all(at in beginnings for at in range(start, start + length, MINUTE))
        and soon_enough(question, host, start)
        and not any_clash(rules, host, claims, start)
        and not any_cap(rules, host, claims, start)
    ]


def opening_starts(host: HostRules, first: int, last: int) -> dict[int, int]:
    """Each open minute → the first minute of the stretch it lies in, which may begin before `first`."""
    found: dict[int, int] = {}
    dates: dict[date, set[int]] = {}
    begin = first
    while begin > first - BACK_MINUTES * MINUTE and is_open(host, begin, dates):
        begin -= MINUTE
    for minute in range(begin, last, MINUTE):
        if is_open(host, minute, dates):
            found[minute] = found.get(minute - MINUTE, minute)
    return found


def is_open(host: HostRules, at: int, dates: dict[date, set[int]]) -> bool:
    """Whether the host's clock shows open hours; `dates` remembers the open minutes of dates."""
    if host.schedule is None:
        return any(start <= at < end for start, end in host.open)
    for tz in [host.schedule.tz, *(journey.tz for journey in host.schedule.travel)]:
        shown = clock(tz, at)
        today = shown.date()
        if today not in dates:
            dates[today] = open_minutes(host.schedule, today)
        if shown.hour * 60 + shown.minute in dates[today] and zone_on(host.schedule, today) == tz:
            return True
    return False


def zone_on(schedule: ScheduleRules, on: date) -> str:
    for journey in schedule.travel:
        if journey.from_on <= on <= journey.to_on:
            return journey.tz
    return schedule.tz


def open_minutes(schedule: ScheduleRules, today: date) -> set[int]:
    """The minutes of a date's clock at which the host is open."""
    if is_closed(schedule, today):
        return set()
    minutes = {m for window in hours_of(schedule, today) for m in range(window.from_minute, window.to_minute)}
    yesterday = today - timedelta(days=1)
    if not is_closed(schedule, yesterday) and was_there(zone_on(schedule, yesterday), yesterday):
        windows = hours_of(schedule, yesterday)
        minutes |= {m - 1_440 for window in windows for m in range(window.from_minute, window.to_minute)}
    return {minute for minute in minutes if 0 <= minute < 1_440}


def is_closed(schedule: ScheduleRules, on: date) -> bool:
    if any(first <= on <= last for first, last in schedule.time_off):
        return True
    overrides = [override for override in schedule.overrides if override.on == on]
    if overrides:
        return not any(override.hours for override in overrides)
    return on in schedule.holidays


@lru_cache(maxsize=10_000)
def was_there(tz: str, on: date) -> bool:
    """Whether a zone's clocks showed this date at all."""
    noon = int(datetime(on.year, on.month, on.day, 12, tzinfo=UTC).timestamp())
    return any(clock(tz, noon + quarter * 900).date() == on for quarter in range(-130, 130))


def hours_of(schedule: ScheduleRules, on: date) -> list[Window]:
    overrides = [override for override in schedule.overrides if override.on == on]
    if overrides:
        return [window for override in overrides for window in override.hours]
    return [weekly.hours for weekly in schedule.weekly if WEEKDAYS[on.weekday()] in weekly.days]


def marks_of_grid(
    question: Question, host: HostRules, beginnings: dict[int, int], claims: list[Claim | HoldClaim]
) -> set[int]:
    """The minutes on the grid: whole steps of the wall clock behind the start of the opening or the free stretch."""
    rules = question.event_type
    step = (rules.step_minutes or rules.duration_minutes) * MINUTE
    marks = set()
    anchor = 0
    for minute, begin in beginnings.items():
        if minute == begin:
            anchor = begin + rules.offset_minutes * MINUTE
        if rules.grid == "optimised":
            taken = clashes(rules, host, claims, minute)
            if not taken and minute != begin and clashes(rules, host, claims, minute - MINUTE):
                anchor = minute
            if taken and not is_session(rules, claims, minute):
                continue
        if minute >= anchor and (wall(host, minute) - wall(host, anchor)) % step == 0:
            marks.add(minute)
    return marks


def standing(host: HostRules, now: int) -> list[Claim | HoldClaim]:
    booked: list[Claim | HoldClaim] = [b for b in host.bookings if b.status in STANDING]
    return booked + [hold for hold in host.holds if hold.expires_at > now]


def is_session(rules: EventTypeRules, claims: list[Claim | HoldClaim], start: int) -> bool:
    mates = session_at(rules, claims, start)
    return bool(mates) and rules.seats > 1 and sum(claim.seats_taken for claim in mates) < rules.seats


def session_at(rules: EventTypeRules, claims: list[Claim | HoldClaim], start: int) -> list[Claim | HoldClaim]:
    end = start + rules.duration_minutes * MINUTE
    return [c for c in claims if c.same_event_type and (c.starts_at, c.ends_at) == (start, end)]


def any_clash(rules: EventTypeRules, host: HostRules, claims: list[Claim | HoldClaim], start: int) -> bool:
    mates = session_at(rules, claims, start) if is_session(rules, claims, start) else []
    return clashes(rules, host, [claim for claim in claims if claim not in mates], start)


def clashes(rules: EventTypeRules, host: HostRules, claims: list[Claim | HoldClaim], start: int) -> bool:
    """Whether busy time or a claim lies nearer than the gap that has to be there."""
    end = start + rules.duration_minutes * MINUTE
    mine = rules.buffer_before_minutes, rules.buffer_after_minutes
    others = [(b[0], b[1], 0, 0) for b in host.busy]
    others += [(c.starts_at, c.ends_at, c.buffer_before_minutes, c.buffer_after_minutes) for c in claims]
    return any(too_near((start, end, *mine), other) for other in others if other[0] < other[1])


def too_near(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    earlier, later = sorted([one, other])
    if later[0] < earlier[1]:
        return True
    return later[0] - earlier[1] < max(earlier[3], later[2]) * MINUTE


def any_cap(rules: EventTypeRules, host: HostRules, claims: list[Claim | HoldClaim], start: int) -> bool:
    for caps, counted in ((rules.caps, [c for c in claims if c.same_event_type]), (host.caps, claims)):
        for cap in caps:
            same = [c for c in counted if period(host, cap.per, c.starts_at) == period(host, cap.per, start)]
            if cap.bookings is not None and len(same) >= cap.bookings:
                return True
            booked = sum(c.ends_at - c.starts_at for c in same) // MINUTE
            if cap.minutes is not None and booked + rules.duration_minutes > cap.minutes:
                return True
    return False


def period(host: HostRules, per: str, at: int) -> tuple[object, ...]:
    on = day_of(host, at)
    if per == "week":
        while WEEKDAYS[on.weekday()] != host.week_starts_on:
            on -= timedelta(days=1)
        return ("week", on)
    return {"day": (on,), "month": (on.year, on.month), "year": (on.year,)}[per]


def soon_enough(question: Question, host: HostRules, start: int) -> bool:
    rules = question.event_type
    if start < question.now + rules.notice_minutes * MINUTE:
        return False
    earliest = day_of(host, question.now) + timedelta(days=rules.notice_days)
    return rules.notice_days == 0 or day_of(host, start) >= earliest


def within_horizon(question: Question, host: HostRules, start: int) -> bool:
    horizon = question.event_type.horizon
    if horizon is None:
        return True
    if horizon.kind == "rolling":
        return day_of(host, start) <= day_of(host, question.now) + timedelta(days=horizon.days or 0)
    return bool(horizon.from_on and horizon.to_on and horizon.from_on <= day_of(host, start) <= horizon.to_on)


def day_of(host: HostRules, at: int) -> date:
    return clock(host.schedule.tz if host.schedule else "UTC", at).date()


def wall(host: HostRules, at: int) -> int:
    """What the host's clock shows, as seconds."""
    shown = clock(host.schedule.tz if host.schedule else "UTC", at)
    return int(shown.replace(tzinfo=UTC).timestamp())


@lru_cache(maxsize=200_000)
def clock(tz: str, at: int) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(tz))
