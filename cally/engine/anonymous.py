"""A question without whoever it is about: numbered names, and nothing that its answer does not need (CAPSULE.md)."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from cally.engine.intervals import merged
from cally.engine.openings import LOOK_BACK_DAYS, zone_of
from cally.engine.zones import day_date, local_day
from cally.model.rules import HostRules, Interval, Question, ResourceRules, ScheduleRules

# Openings are looked for so many days before the question, and the next one some days behind it.
KEPT_BEFORE = timedelta(days=LOOK_BACK_DAYS[-1] + 2)
KEPT_BEHIND = timedelta(days=16)


def anonymous(question: Question) -> Question:
    """The same question, with equal answers but for the names: hosts h1, h2, …, resources r1, …, groups g1, ….

    Busy time is merged; holds that have run out and single dates of schedules out of reach are left away.
    """
    owners: list[HostRules | ResourceRules] = [*question.hosts, *question.resources]
    groups = _numbered("g", (owner.group for owner in owners if owner.group)) | {"": ""}
    reach = (
        min(question.now, question.window[0], *question.ask),
        max(question.now, question.window[1], *question.ask),
    )
    hosts = tuple(
        msgspec.structs.replace(_host(host, reach, question.now), id=f"h{number}", group=groups[host.group])
        for number, host in enumerate(question.hosts, start=1)
    )
    resources = tuple(
        msgspec.structs.replace(_resource(one, reach, question.now), id=f"r{number}", group=groups[one.group])
        for number, one in enumerate(question.resources, start=1)
    )
    return msgspec.structs.replace(question, hosts=hosts, resources=resources, guest_tz="UTC")


def _numbered(letter: str, names: Iterable[str]) -> dict[str, str]:
    return {name: f"{letter}{number}" for number, name in enumerate(dict.fromkeys(names), start=1)}


def _host(host: HostRules, reach: Interval, now: int) -> HostRules:
    near = None if host.schedule is None else _near(host.schedule, zone_of(host), reach)
    holds = tuple(hold for hold in host.holds if hold.expires_at > now)
    return msgspec.structs.replace(host, schedule=near, busy=_busy(host.busy), holds=holds)


def _resource(one: ResourceRules, reach: Interval, now: int) -> ResourceRules:
    near = None if one.schedule is None else _near(one.schedule, one.schedule.tz, reach)
    holds = tuple(hold for hold in one.holds if hold.expires_at > now)
    return msgspec.structs.replace(one, schedule=near, busy=_busy(one.busy), holds=holds)


def _busy(busy: Iterable[Interval]) -> tuple[Interval, ...]:
    return tuple(merged(interval for interval in busy if interval[0] < interval[1]))


def _near(rules: ScheduleRules, tz: str, reach: Interval) -> ScheduleRules:
    """The schedule with those of its single dates that an answer in reach may depend on."""
    first = day_date(local_day(tz, reach[0])) - KEPT_BEFORE
    last = day_date(local_day(tz, reach[1])) + KEPT_BEHIND

    def is_near(since: date, until: date) -> bool:
        return since <= last and until >= first

    return msgspec.structs.replace(
        rules,
        overrides=tuple(entry for entry in rules.overrides if is_near(entry.on, entry.on)),
        holidays=tuple(on for on in rules.holidays if is_near(on, on)),
        time_off=tuple(days for days in rules.time_off if is_near(*days)),
        travel=tuple(journey for journey in rules.travel if is_near(journey.from_on, journey.to_on)),
    )
