"""Overrides, many at once: hours for single dates, or none, in place of whatever the week says (rule 24)."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec

from cally.errors import invalid, not_found
from cally.hosts.rules import DATES, checked_schedule
from cally.model.accounts import Actor
from cally.model.hosts import Schedule
from cally.model.rules import DAYS, Day, Override, Window
from cally.store import Store, audit, schedules

KEPT_DAYS = 366
LONGEST_DAYS = 1_100

Hours = tuple[Window, ...]
Changes = Mapping[date, Hours | None]
"""What is wanted of dates: hours, no hours (closed), or None: the week again."""


async def override_dates(
    store: Store, schedule_id: int, changes: Changes, *, now: int, actor: Actor
) -> dict[date, Hours | None]:
    """Give many dates hours of their own at once, or take theirs away; answers what they had, so that it can be undone.

    Overrides that lie over a year back go. Raises `not_found`, and `invalid` with the path at fault.
    """
    async with store.write() as tx:
        known = await schedules.by_id(tx, schedule_id)
        if known is None:
            raise not_found("schedule")
        schedule = _changed(known, changes, now)
        await schedules.update(tx, schedule, now=now)
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:schedule:overrides",
            subject=f"schedule:{schedule_id}",
            name=schedule.name,
            dates=" ".join(on.isoformat() for on in sorted(changes)[:20]),
            count=len(changes),
        )
    before = {override.on: override.hours for override in known.rules.overrides}
    return {on: before.get(on) for on in changes}


def dates_between(first: date, last: date, days: Collection[Day] = DAYS) -> tuple[date, ...]:
    """The dates from first to last on such weekdays. Raises `invalid` (`to`) when in no order, or three years apart."""
    if last < first:
        raise invalid("to", "The last day lies before the first one.")
    if (last - first).days > LONGEST_DAYS:
        raise invalid("to", "At most three years can be set at once.")
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(on for on in every if DAYS[on.weekday()] in days)


def _changed(known: Schedule, changes: Changes, now: int) -> Schedule:
    since = datetime.fromtimestamp(now, UTC).date() - timedelta(days=KEPT_DAYS)
    kept = [entry for entry in known.rules.overrides if entry.on not in changes and entry.on >= since]
    new = [Override(on=on, hours=hours) for on, hours in changes.items() if hours is not None]
    overrides = tuple(sorted((*kept, *new), key=lambda entry: entry.on))
    if len(overrides) > DATES:
        raise invalid("overrides", f"At most {DATES} dates can have hours of their own.")
    rules = checked_schedule(msgspec.structs.replace(known.rules, overrides=overrides))
    return msgspec.structs.replace(known, rules=rules)
