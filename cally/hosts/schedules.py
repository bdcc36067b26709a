"""A host's saved hours: made, changed, and removed when no event type needs them."""

import msgspec

from cally.errors import CallyError, not_found
from cally.hosts.rules import checked_schedule
from cally.model.accounts import Actor
from cally.model.hosts import Schedule
from cally.model.ids import new_id
from cally.model.rules import DAYS, ScheduleRules, WeeklyHours, Window
from cally.model.texts import line
from cally.store import Reader, Store, Writer, audit, event_types, hosts, schedules

NAME_LENGTH = 100
UNSAID_TZ = "UTC"
DEFAULT_NAME = "Working hours"
WORKING_DAYS = DAYS[:5]
WORKING_HOURS = Window(from_minute=9 * 60, to_minute=17 * 60)


def default_rules(tz: str) -> ScheduleRules:
    """Monday to Friday, 09:00 to 17:00, in a zone."""
    return ScheduleRules(tz=tz, weekly=(WeeklyHours(days=WORKING_DAYS, hours=WORKING_HOURS),))


async def create_schedule(
    store: Store,
    host_id: int,
    *,
    name: str,
    rules: ScheduleRules,
    follows_host: bool = False,
    now: int,
    actor: Actor,
) -> Schedule:
    """A new schedule of a host; raises `invalid` with the path at fault, `not_found` for an unknown host.

    A host whose zone nobody has said lives, from the first schedule on, where that one's clocks are. One that follows
    its host has their zone instead of its own (rule 13).
    """
    title, kept = line(name, "name", longest=NAME_LENGTH), checked_schedule(rules)
    async with store.write() as tx:
        host = await hosts.by_id(tx, host_id)
        if host is None:
            raise not_found("host")
        if host.tz == UNSAID_TZ and not await schedules.list_of(tx, host_id):
            host = msgspec.structs.replace(host, tz=kept.tz)
            await hosts.update(tx, host)
        if follows_host:
            kept = msgspec.structs.replace(kept, tz=host.tz)
        return await insert_schedule(tx, host_id, title, kept, follows_host=follows_host, now=now, actor=actor)


async def insert_schedule(
    tx: Writer,
    host_id: int,
    name: str,
    rules: ScheduleRules,
    *,
    follows_host: bool = False,
    now: int,
    actor: Actor,
) -> Schedule:
    """Store checked hours, with their audit entry."""
    schedule = Schedule(id=new_id(now), host_id=host_id, name=name, rules=rules, follows_host=follows_host)
    await schedules.insert(tx, schedule, now=now)
    await _record(tx, schedule, "create", now, actor)
    return schedule


async def update_schedule(
    store: Store,
    schedule_id: int,
    *,
    name: str,
    rules: ScheduleRules,
    follows_host: bool | None = None,
    now: int,
    actor: Actor,
) -> Schedule:
    """Write a schedule anew; bookings stay where they are (rules 13, 56). Whose it is, the door must judge.

    One that follows its host has their zone, whatever the rules say; None leaves that as it is.
    """
    title, kept = line(name, "name", longest=NAME_LENGTH), checked_schedule(rules)
    async with store.write() as tx:
        known = await _get(tx, schedule_id)
        follows = known.follows_host if follows_host is None else follows_host
        host = await hosts.by_id(tx, known.host_id) if follows else None
        if host is not None:
            kept = msgspec.structs.replace(kept, tz=host.tz)
        schedule = msgspec.structs.replace(known, name=title, rules=kept, follows_host=follows)
        await schedules.update(tx, schedule, now=now)
        await _record(tx, schedule, "update", now, actor)
    return schedule


async def delete_schedule(store: Store, schedule_id: int, *, now: int, actor: Actor) -> None:
    """Remove a schedule; raises `conflict` while an event type uses it (`titles`), or when it is the host's last."""
    async with store.write() as tx:
        schedule = await _get(tx, schedule_id)
        titles = await event_types.list_titles_by_schedule(tx, schedule_id)
        if titles:
            sentence = f"“{schedule.name}” is used by {', '.join(titles)}; choose another schedule there first."
            raise CallyError("conflict", sentence, titles=titles)
        others = [other.id for other in await schedules.list_of(tx, schedule.host_id) if other.id != schedule_id]
        if not others:
            raise CallyError("conflict", "This is the only schedule; make another one first.", titles=[])
        await event_types.move_archived(tx, from_id=schedule_id, to_id=others[0])
        await schedules.delete(tx, schedule_id)
        await _record(tx, schedule, "delete", now, actor)


async def move_followers(tx: Writer, host_id: int, tz: str, *, now: int, actor: Actor) -> None:
    """Read the hours that follow a host on the clocks of where they live now (rule 13)."""
    for schedule in await schedules.list_of(tx, host_id):
        if schedule.follows_host and schedule.rules.tz != tz:
            moved = msgspec.structs.replace(schedule, rules=msgspec.structs.replace(schedule.rules, tz=tz))
            await schedules.update(tx, moved, now=now)
            await _record(tx, moved, "update", now, actor)


async def list_schedules(db: Reader, host_id: int) -> list[Schedule]:
    """A host's schedules, oldest first."""
    return await schedules.list_of(db, host_id)


async def schedule_by_id(db: Reader, schedule_id: int) -> Schedule | None:
    """The schedule of that id; whose it is, the door must judge."""
    return await schedules.by_id(db, schedule_id)


async def _get(db: Reader, schedule_id: int) -> Schedule:
    schedule = await schedules.by_id(db, schedule_id)
    if schedule is None:
        raise not_found("schedule")
    return schedule


async def _record(tx: Writer, schedule: Schedule, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:schedule:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"schedule:{schedule.id}", name=schedule.name)
