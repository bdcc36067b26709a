"""Who takes the bookings of a team's event type: named by whoever manages it, left by whoever does not want to."""

import msgspec

from cally import engine
from cally.errors import CallyError, invalid, not_found
from cally.hosts.rules import number_in_range
from cally.hosts.teams import first_schedule
from cally.model.accounts import Actor
from cally.model.hosts import EventType
from cally.model.rules import EventTypeRules
from cally.model.teams import CREDIT_UNIT, Assignable, Decision
from cally.model.texts import line
from cally.store import Reader, Store, Writer, audit, event_types, hosts, schedules, teams

HOSTS = 100
GROUP_LENGTH = 60
LARGEST_WEIGHT = 1_000


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A host who can be assigned; without a schedule the one they had, else their first one.

    `required`: always there; otherwise they take turns within their `group` by `weight` (100 is normal), or, where all
    meet together, come if they can (rules 61, 64, 65).
    """

    host_id: int
    schedule_id: int | None = None
    required: bool = False
    group: str = ""
    weight: int = 100


def share_of(host: Assignable) -> Share:
    """The share that would make this host assignable as they are."""
    return Share(
        host_id=host.host_id,
        schedule_id=host.schedule_id,
        required=host.required,
        group=host.group,
        weight=host.weight,
    )


def checked_shares(shares: tuple[Share, ...], rules: EventTypeRules) -> tuple[Share, ...]:
    """The shares, cleaned; raises `invalid` with the field (`hosts[0].weight`, …).

    In turns there must be somebody who takes them; together, somebody who has to be there.
    """
    if not 1 <= len(shares) <= HOSTS:
        raise invalid("hosts", f"Please name 1 to {HOSTS} hosts who can be booked.")
    seen: set[int] = set()
    for number, share in enumerate(shares):
        if share.host_id in seen:
            raise invalid(f"hosts[{number}].host", "This host is named above already.")
        seen.add(share.host_id)
        number_in_range(share.weight, f"hosts[{number}].weight", 1, LARGEST_WEIGHT, "(100 is normal)")
    if rules.assignment == "round_robin" and all(share.required for share in shares):
        raise invalid("hosts", "Somebody has to take turns; if all are always there, choose “collective”.")
    if rules.assignment == "collective" and not any(share.required for share in shares):
        raise invalid("hosts", "At least one host has to be there.")
    return tuple(_cleaned(share, number, rules) for number, share in enumerate(shares))


async def shares_of(db: Reader, event_type_id: int) -> list[Assignable]:
    """Who can be assigned to an event type of a team, with what they were given, in order."""
    return await teams.assignable(db, event_type_id)


async def next_turns(db: Reader, event_type: EventType, bookings: int, *, now: int) -> list[tuple[str, list[Decision]]]:
    """Each group of hosts who take turns, with who would be given the next bookings if all were free for each."""
    if event_type.rules.assignment != "round_robin":
        return []
    in_turns = [host for host in await teams.assignable(db, event_type.id) if not host.required]
    groups = list(dict.fromkeys(host.group for host in in_turns))
    return [
        (group, engine.simulate([host for host in in_turns if host.group == group], bookings, now=now))
        for group in groups
    ]


async def write_shares(tx: Writer, event_type: EventType, shares: tuple[Share, ...], *, now: int, actor: Actor) -> None:
    """Let exactly these hosts be assigned; whoever joins those who take turns starts at their average (rule 61).

    Bookings stay with their hosts. Raises `invalid` for a host who is not in the team, or a schedule not theirs.
    """
    known = {host.host_id: host for host in await teams.assignable(tx, event_type.id)}
    wanted = [
        await _assignable(tx, event_type, share, number, known, now, actor) for number, share in enumerate(shares)
    ]
    for host_id in known.keys() - {host.host_id for host in wanted}:
        await teams.delete_assignable(tx, event_type.id, host_id)
    staying = [host for host in wanted if host.host_id in known and not _joins(host, known)]
    counts = engine.times_given(await teams.list_decisions(tx, event_type.id))
    for position, host in enumerate(wanted):
        if _joins(host, known):
            host = _at_average(host, staying, counts[host.host_id])  # noqa: PLW2901 - the host with their start
        if host.host_id in known:
            await teams.update_assignable(tx, event_type.id, host, position=position)
            await teams.update_count(tx, event_type.id, host)
        else:
            await teams.insert_assignable(tx, event_type.id, host, position=position)


async def opt_out(store: Store, event_type_id: int, host_id: int, *, now: int, actor: Actor) -> None:
    """Take part no more in what a team offers; the bookings one has stay one's own until they are handed over.

    Raises `conflict` when it could not be booked then; `not_found` for one who takes no part.
    """
    async with store.write() as tx:
        event_type, known = await _taking_part(tx, event_type_id, host_id)
        left = tuple(share_of(host) for host in known if host.host_id != host_id)
        try:
            checked_shares(left, event_type.rules)
        except CallyError as error:
            sentence = "Nobody else could be booked for this; somebody who manages the team must name another host."
            raise CallyError("conflict", sentence) from error
        await teams.delete_assignable(tx, event_type_id, host_id)
        await _record(tx, event_type, "opt_out", now, actor)


async def choose_schedule(
    store: Store, event_type_id: int, host_id: int, schedule_id: int, *, now: int, actor: Actor
) -> None:
    """Limit one's part in what a team offers to the hours of another schedule of one's own."""
    async with store.write() as tx:
        event_type, known = await _taking_part(tx, event_type_id, host_id)
        own = next(host for host in known if host.host_id == host_id)
        if schedule_id not in {schedule.id for schedule in await schedules.list_of(tx, host_id)}:
            raise invalid("schedule_id", "There is no such schedule; please choose one of your own.")
        changed = msgspec.structs.replace(own, schedule_id=schedule_id)
        await teams.update_assignable(tx, event_type_id, changed, position=known.index(own))
        await _record(tx, event_type, "choose_schedule", now, actor)


async def _taking_part(db: Reader, event_type_id: int, host_id: int) -> tuple[EventType, list[Assignable]]:
    event_type = await event_types.by_id(db, event_type_id)
    known = await teams.assignable(db, event_type_id)
    if event_type is None or all(host.host_id != host_id for host in known):
        raise not_found("event type")
    return event_type, known


async def _assignable(
    tx: Writer,
    event_type: EventType,
    share: Share,
    number: int,
    known: dict[int, Assignable],
    now: int,
    actor: Actor,
) -> Assignable:
    host = await hosts.by_id(tx, share.host_id)
    if host is None or await teams.member(tx, event_type.team_id or 0, share.host_id) is None:
        raise invalid(f"hosts[{number}].host", "This host is not in the team; please add them to it first.")
    before = known.get(share.host_id)
    schedule_id = share.schedule_id or (before.schedule_id if before else None)
    if schedule_id is None:
        schedule_id = await first_schedule(tx, host, now=now, actor=actor)
    elif schedule_id not in {schedule.id for schedule in await schedules.list_of(tx, host.id)}:
        raise invalid(f"hosts[{number}].schedule_id", f"This is not a schedule of {host.name}.")
    return Assignable(
        host_id=host.id,
        schedule_id=schedule_id,
        required=share.required,
        group=share.group,
        weight=share.weight,
        assigned=before.assigned if before else 0,
        credit=before.credit if before else 0,
        last_assigned_at=before.last_assigned_at if before else None,
    )


def _joins(host: Assignable, known: dict[int, Assignable]) -> bool:
    """Whether a host begins to take turns with the others of a group."""
    before = known.get(host.host_id)
    return not host.required and (before is None or before.required or before.group != host.group)


def _at_average(host: Assignable, staying: list[Assignable], given: int) -> Assignable:
    others = [one for one in staying if not one.required and one.group == host.group]
    credit = engine.joined_credit(others, host.weight) - given * CREDIT_UNIT if others else 0
    return msgspec.structs.replace(host, assigned=given, credit=credit)


def _cleaned(share: Share, number: int, rules: EventTypeRules) -> Share:
    """A group means something only where its hosts take turns."""
    has_group = rules.assignment == "round_robin" and not share.required
    group = line(share.group, f"hosts[{number}].group", longest=GROUP_LENGTH, required=False) if has_group else ""
    return msgspec.structs.replace(share, group=group)


async def _record(tx: Writer, event_type: EventType, action: str, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:event_type:{action}", f"event_type:{event_type.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, slug=event_type.slug)
