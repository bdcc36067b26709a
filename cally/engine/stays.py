"""Bookings over several days: which nights can be had from which check-in on (rule 69).

A stay lasts from the check-in on its first date to the check-out on its last, and blocks every hour between. Each of
its nights lies on a date on which the schedule has hours; how many, and at what time of day, does not matter.
"""

from collections.abc import Iterable, Iterator

import msgspec

from cally.engine.bounds import bounds, out_of_bounds
from cally.engine.caps import FullCap, cap_reached, full_caps
from cally.engine.claims import Claims, live_claims
from cally.engine.openings import host_openings, zone_of
from cally.engine.resources import groups
from cally.engine.zones import DAY, instant_of, local, local_day
from cally.model.options import Stay
from cally.model.rules import (
    DAYS,
    Cap,
    EventTypeRules,
    HostRules,
    Interval,
    Question,
    Refusal,
    RefusalCode,
    ResourceRules,
)

FOREVER = 1 << 60


def check_out(stay: Stay, tz: str, start: int, nights: int) -> int | None:
    """The instant at which a stay that begins at `start` is over; None when its last date has no such time (rule 5)."""
    return _on(tz, local_day(tz, start) + nights, stay.check_out_minute)


def nights_of(tz: str, interval: Interval) -> int:
    """How many nights lie between two instants, by the dates of a zone."""
    return local_day(tz, interval[1]) - local_day(tz, interval[0])


def stays(question: Question, stay: Stay) -> dict[int, tuple[int, ...]]:
    """Check-in → the nights that can be had from it, for every check-in within the question's window; sorted."""
    tz = zone_of(question.hosts[0])
    first, last = local_day(tz, question.window[0]), local_day(tz, question.window[1])
    house = _House(question, (question.window[0], question.window[1] + (stay.nights_to + 1) * DAY))
    found = {}
    for day in range(first, last + 1):
        start = _on(tz, day, stay.check_in_minute)
        if start is None or not question.window[0] <= start < question.window[1]:
            continue
        nights = tuple(house.nights(stay, start)) if _weekday(day) in stay.check_in_days else ()
        if nights:
            found[start] = nights
    return found


def stay_refusal(question: Question, stay: Stay, start: int) -> Refusal | None:
    """Why a stay of the question's length cannot begin at `start`, or None for one that `stays` has."""
    tz = zone_of(question.hosts[0])
    end = start + question.event_type.duration_minutes * 60
    nights = nights_of(tz, (start, end))
    fault = _off(stay, tz, (start, end), nights)
    if start < question.now:
        return Refusal(code="past")
    if fault is not None:
        return Refusal(code="off_grid", host=question.hosts[0].id, rule=fault)
    return _House(question, (start - DAY, end + DAY)).refusal(start, nights, end)


class _House:
    """Everyone and everything that a stay takes, with what stands against it; each date is looked at once."""

    def __init__(self, question: Question, within: Interval) -> None:
        self._question = question
        self._rules = question.event_type
        self._tz = zone_of(question.hosts[0])
        owners: list[HostRules | ResourceRules] = [*question.hosts, *question.resources]
        self._owners = {owner.id: live_claims(owner, question.now) for owner in owners}
        self._bounds = {host.id: bounds(question, host) for host in question.hosts}
        self._open = {host.id: _open_days(host, within) for host in question.hosts}
        self._open_to_all = set.intersection(*self._open.values())
        self._ends: dict[int, int | None] = {}
        self._caps: dict[tuple[str, int], list[FullCap]] = {}

    def nights(self, stay: Stay, start: int) -> Iterator[int]:
        """The lengths that can be had from a check-in on."""
        if any(out_of_bounds(self._bounds[host.id], start) for host in self._question.hosts):
            return
        day, limit = local_day(self._tz, start), self._limit(start)
        for nights in range(1, stay.nights_to + 1):
            end = self._end(stay, day + nights)
            if day + nights - 1 not in self._open_to_all or (end is not None and end > limit):
                return
            if end is None or nights < stay.nights_from or _weekday(day + nights) not in stay.check_out_days:
                continue
            if all(self._cap(host, start, end) is None for host in self._question.hosts):
                yield nights

    def refusal(self, start: int, nights: int, end: int) -> Refusal | None:
        """Why these nights cannot be had, or None."""
        day = local_day(self._tz, start)
        for host in self._question.hosts:
            outside = out_of_bounds(self._bounds[host.id], start)
            if outside is not None:
                (code, rule), until = outside
                return Refusal(code=code, host=host.id, rule=rule, until=until)
            if any(night not in self._open[host.id] for night in range(day, day + nights)):
                return Refusal(code="closed", host=host.id, rule="night")
            claims = self._owners[host.id]
            if end > _limit(self._rules, host, claims, start):
                return Refusal(code=_taken_by(host, claims, (start, end)), host=host.id)
            reached = self._cap(host, start, end)
            if reached is not None:
                return Refusal(code="cap_reached", host=host.id, cap=reached[0], until=reached[1])
        for group in groups(self._question):
            if all(end > _limit(self._rules, one, self._owners[one.id], start) for one in group):
                return Refusal(code="booked", host=group[0].id)
        return None

    def _end(self, stay: Stay, day: int) -> int | None:
        """The check-out of a date."""
        if day not in self._ends:
            self._ends[day] = _on(self._tz, day, stay.check_out_minute)
        return self._ends[day]

    def _cap(self, host: HostRules, start: int, end: int) -> tuple[Cap, int] | None:
        """The first cap that forbids a stay; which periods it closes depends on how long the stay is."""
        minutes = (end - start) // 60
        if (host.id, minutes) not in self._caps:
            rules = msgspec.structs.replace(self._rules, duration_minutes=minutes)
            self._caps[host.id, minutes] = full_caps(rules, host, self._owners[host.id])
        return cap_reached(caps, host, start) if (caps := self._caps[host.id, minutes]) else None

    def _limit(self, start: int) -> int:
        """The latest end that all hosts, and of each group one resource, allow."""
        rules = self._rules
        limits = [_limit(rules, host, self._owners[host.id], start) for host in self._question.hosts]
        limits.extend(
            max(_limit(rules, one, self._owners[one.id], start) for one in group) for group in groups(self._question)
        )
        return min(limits, default=FOREVER)


def _limit(rules: EventTypeRules, owner: HostRules | ResourceRules, claims: Claims, start: int) -> int:
    """The latest end that keeps a stay from `start` clear of what claims the owner; `start` when none does."""
    before, after = rules.buffer_before_minutes * 60, rules.buffer_after_minutes * 60
    limit = FOREVER
    if not rules.buffers_around_busy and isinstance(owner, HostRules):
        limit = min([limit, *(max(start, begins) for begins, ends in owner.busy if begins < ends and ends > start)])
        taken = []
    else:
        taken = [(begins, ends, 0, 0) for begins, ends in owner.busy]
    taken += [
        (one.starts_at, one.ends_at, one.buffer_before_minutes * 60, one.buffer_after_minutes * 60) for one in claims
    ]
    for begins, ends, its_before, its_after in taken:
        if begins < ends and ends + max(before, its_after) > start:
            limit = min(limit, max(start, begins - max(after, its_before)))
    return limit


def _taken_by(host: HostRules, claims: Claims, asked: Interval) -> RefusalCode:
    if any(begins < asked[1] and asked[0] < ends for begins, ends in host.busy if begins < ends):
        return "busy"
    met = [one for one in claims if one.starts_at < asked[1] and asked[0] < one.ends_at]
    return "booked" if met else "buffer"


def _off(stay: Stay, tz: str, interval: Interval, nights: int) -> str | None:
    """What a stay of this length breaks: the hours to come and go, their days of the week, or the number of nights."""
    first, last = (local_day(tz, at) for at in interval)
    if _on(tz, first, stay.check_in_minute) != interval[0] or _weekday(first) not in stay.check_in_days:
        return "check_in"
    if _on(tz, last, stay.check_out_minute) != interval[1] or _weekday(last) not in stay.check_out_days:
        return "check_out"
    return None if stay.nights_from <= nights <= stay.nights_to else "nights"


def _on(tz: str, day: int, minute: int) -> int | None:
    """The instant of a wall time on a date, or the first after it; None on a date that never was."""
    at = instant_of(tz, day * DAY + minute * 60)
    return at if local(tz, at) // DAY == day else None


def _open_days(host: HostRules, within: Interval) -> set[int]:
    tz = zone_of(host)
    openings: Iterable[tuple[int, int, str]] = host_openings(host, within)
    return {day for start, end, _ in openings for day in range(local_day(tz, start), local_day(tz, end - 1) + 1)}


def _weekday(day: int) -> str:
    return DAYS[(day + 3) % 7]
