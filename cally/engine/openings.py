"""From a schedule to openings: wall clocks are laid out date by date, then found on the line of instants.

A date's hours are read on the clock that the date stands on (rule 14), and are all the instants at which that clock
shows them: a wall time that does not exist has none, one that comes twice has two (rules 1, 2, 8).
"""

from collections import defaultdict
from collections.abc import Iterable

from cally.engine.intervals import clipped, merged
from cally.engine.recurrence import pattern_days
from cally.engine.zones import DAY, day_number, days_skipped, local, local_day, segments_around
from cally.model.rules import DAYS, HostRules, Interval, ScheduleRules, Travel

UTC = "UTC"
# How many days before the question are looked at for the start of an opening that is open without a pause. One that
# is still older counts its grid from the first midnight of 1970 on its own clock.
LOOK_BACK_DAYS = (1, 9, 64, 400)

Opening = tuple[int, int, str]
"""Start, end, and the zone on whose clock its grid is counted."""

Hours = dict[int, list[Interval]]
Zones = dict[int, str]
Known = dict[tuple[ScheduleRules, int, int], list[Opening]]


def zone_of(host: HostRules) -> str:
    """The zone whose dates count for a host: the schedule's, and UTC for ready intervals."""
    return host.schedule.tz if host.schedule is not None else UTC


def host_openings(host: HostRules, within: Interval, known: Known | None = None) -> list[Opening]:
    """The host's merged openings that meet `within`, each from its true start; sorted.

    `known` remembers schedules that several hosts of one question share.
    """
    if host.schedule is None:
        ready = merged([(start, end) for start, end in host.open if start < end])
        return [(start, end, UTC) for start, end in ready if start < within[1] and end > within[0]]
    if known is None:
        return schedule_openings(host.schedule, within)
    key = (host.schedule, *within)
    if key not in known:
        known[key] = schedule_openings(host.schedule, within)
    return known[key]


def schedule_openings(rules: ScheduleRules, within: Interval) -> list[Opening]:
    """A schedule's merged openings that meet `within`, each from its true start; sorted."""
    start, end = within
    last = local_day(rules.tz, end) + 1
    found: list[Opening] = []
    for days in LOOK_BACK_DAYS:
        first = local_day(rules.tz, start) - days
        found = [opening for opening in _laid_out(rules, first, last) if opening[1] > start and opening[0] < end]
        if not found or local(rules.tz, found[0][0]) >= (first + bool(rules.travel)) * DAY:
            return found
    since = -local(rules.tz, 0)
    return [(since, found[0][1], found[0][2]), *found[1:]]


def shown(openings: Iterable[Opening], within: Interval) -> tuple[Interval, ...]:
    """Openings as plain intervals, clipped."""
    return tuple(clipped([(start, end) for start, end, _ in openings], within))


def closed_by(rules: ScheduleRules, at: int) -> str:
    """What closes a schedule at an instant outside its openings: time_off, holiday, override or hours."""
    day = local_day(rules.tz, at)
    if any(day_number(first) <= day <= day_number(last) for first, last in rules.time_off):
        return "time_off"
    if any(day_number(override.on) == day for override in rules.overrides):
        return "override"
    return "holiday" if any(day_number(on) == day for on in rules.holidays) else "hours"


def _laid_out(rules: ScheduleRules, first: int, last: int) -> list[Opening]:
    """All openings of these dates. Of the day before `first` only what begins in it is known, not what came over."""
    zones = _zones(rules.travel, first, last)
    walls = _wall_hours(rules, zones, first, last)
    if not zones:
        return [(start, end, rules.tz) for start, end in _instants(merged(walls), rules.tz)]
    by_zone: dict[str, list[Interval]] = defaultdict(list)
    for wall in walls:
        by_zone[zones.get(wall[0] // DAY, rules.tz)].append(wall)
    return _joined((start, end, tz) for tz, hours in by_zone.items() for start, end in _instants(merged(hours), tz))


def _joined(openings: Iterable[Opening]) -> list[Opening]:
    """Openings of several zones, merged; each keeps the zone it starts in."""
    found: list[Opening] = []
    for start, end, tz in sorted(openings):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]), found[-1][2])
        else:
            found.append((start, end, tz))
    return found


def _wall_hours(rules: ScheduleRules, zones: Zones, first: int, last: int) -> list[Interval]:
    """The open stretches of each local date in seconds of the wall clock, cut at midnights (rules 19, 24).

    What goes on after midnight belongs to the date it began on: only a closed date cuts it.
    """
    week, extra, instead = _week(rules), _extra(rules, first - 1, last), _instead(rules)
    closed = _closed(rules, instead, first - 1, last) | _never_were(rules.tz, zones, first - 1, last)
    found: list[Interval] = []
    carried: list[int] = []
    for day in range(first - 1, last + 1):
        if day in closed:
            carried = []
            continue
        midnight = day * DAY
        if carried:
            found.extend([(midnight, midnight + end) for end in carried])
            carried = []
        hours = instead[day] if day in instead else week[(day + 3) % 7]
        if day in extra and day not in instead:
            hours = hours + extra[day]
        for start, end in hours:
            if end > DAY:
                carried.append(end - DAY)
                end = DAY  # noqa: PLW2901 - the rest belongs to the next date
            found.append((midnight + start, midnight + end))
    return found


def _week(rules: ScheduleRules) -> list[list[Interval]]:
    week: list[list[Interval]] = [[] for _ in DAYS]
    for weekly in rules.weekly:
        hours = (weekly.hours.from_minute * 60, weekly.hours.to_minute * 60)
        for day in set(weekly.days):
            week[DAYS.index(day)].append(hours)
    return week


def _extra(rules: ScheduleRules, first: int, last: int) -> Hours:
    extra: Hours = defaultdict(list)
    for pattern in rules.patterns:
        hours = (pattern.hours.from_minute * 60, pattern.hours.to_minute * 60)
        for day in pattern_days(pattern, rules.tz, first, last):
            extra[day].append(hours)
    return extra


def _instead(rules: ScheduleRules) -> Hours:
    instead: Hours = {}
    for override in rules.overrides:
        hours = [(window.from_minute * 60, window.to_minute * 60) for window in override.hours]
        instead.setdefault(day_number(override.on), []).extend(hours)
    return instead


def _closed(rules: ScheduleRules, instead: Hours, first: int, last: int) -> set[int]:
    """Dates without hours: time off, empty overrides, and holidays without an override."""
    closed = {day_number(on) for on in rules.holidays}.difference(instead)
    closed.update(day for day, hours in instead.items() if not hours)
    for since, until in rules.time_off:
        closed.update(range(max(first, day_number(since)), min(last, day_number(until)) + 1))
    return closed


def _never_were(tz: str, zones: Zones, first: int, last: int) -> set[int]:
    """Dates that the clock they would stand on jumps over: no hours begin on them, nor go on behind them (rule 5)."""
    skipped = ((day, zone) for zone in {tz, *zones.values()} for day in days_skipped(zone, first, last))
    return {day for day, zone in skipped if zones.get(day, tz) == zone}


def _zones(travel: Iterable[Travel], first: int, last: int) -> Zones:
    """The zone of each date spent away; of journeys that overlap the first in the list counts."""
    zones: Zones = {}
    for journey in travel:
        for day in range(max(first - 1, day_number(journey.from_on)), min(last, day_number(journey.to_on)) + 1):
            zones.setdefault(day, journey.tz)
    return zones


def _instants(walls: list[Interval], tz: str) -> list[Interval]:
    """All instants at which the zone's clock shows these times; merged."""
    if not walls:
        return []
    around = segments_around(tz, walls[0][0], walls[-1][1])
    if len(around) == 1:
        offset = around[0][2]
        return [(start - offset, end - offset) for start, end in walls]
    found = []
    for since, until, offset in around:
        earliest, latest = since + offset, until + offset
        for start, end in walls:
            if start >= latest:
                break
            if end > earliest:
                start_at = start if start > earliest else earliest
                found.append((start_at - offset, (end if end < latest else latest) - offset))
    return merged(found)
