"""Event types of hosts and teams: made, changed, put in order, archived; what is booked keeps its terms (rule 56)."""

from collections.abc import Sequence
from itertools import count

from cally.errors import invalid, not_found
from cally.hosts.drafts import EventTypeDraft, checked
from cally.hosts.needs import write_needs
from cally.hosts.shares import Share, checked_shares, share_of, write_shares
from cally.hosts.teams import first_schedule
from cally.model.accounts import Actor
from cally.model.hosts import EventType, Host
from cally.model.ids import new_id
from cally.model.slugs import LONGEST, slug_from
from cally.store import Reader, Store, Writer, audit, event_types, hosts, schedules, teams

FALLBACK_SLUG = "meeting"


async def create_event_type(
    store: Store, host_id: int, draft: EventTypeDraft, now: int, actor: Actor, *, team_id: int | None = None
) -> EventType:
    """A new event type behind the host's or team's others; a host without any schedule gets one with working hours.

    Of a team that host answers for it, else the first who manages the team; all its members take part unless the draft
    says who. Raises `invalid` with the field at fault, also for a slug that another one has, `not_found` for an unknown
    host.
    """
    wanted = checked(draft, of_team=team_id is not None)
    async with store.write() as tx:
        host = await _answering(tx, host_id, team_id)
        event_type = await _event_type(
            tx,
            host,
            wanted,
            id=new_id(now),
            position=await event_types.next_position(tx, team_id if team_id is not None else host.id),
            team_id=team_id,
            now=now,
            actor=actor,
        )
        await event_types.insert(tx, event_type, now=now)
        await write_needs(tx, event_type, wanted.resources or ())
        if team_id is not None:
            await _write_hosts(tx, event_type, wanted.hosts, now, actor)
        await _record(tx, event_type, "create", now, actor)
    return event_type


async def update_event_type(
    store: Store, event_type_id: int, draft: EventTypeDraft, now: int, actor: Actor
) -> EventType:
    """Write an event type anew; existing bookings keep their terms (rule 56). Whose it is, the door must judge.

    Raises `invalid` with the field at fault; `seats` below what a future instance has given away is one (rule 58).
    """
    async with store.write() as tx:
        known = await _get(tx, event_type_id)
        wanted = checked(draft, of_team=known.team_id is not None)
        await _require_seats(tx, known, wanted, now)
        host = await hosts.by_id(tx, known.host_id)
        if host is None:
            raise not_found("host")
        event_type = await _event_type(
            tx, host, wanted, id=known.id, position=known.position, team_id=known.team_id, now=now, actor=actor
        )
        await event_types.update(tx, event_type, now=now)
        if known.team_id is not None:
            await _write_hosts(tx, event_type, wanted.hosts, now, actor)
        if wanted.resources is not None:
            await write_needs(tx, event_type, wanted.resources)
        await _record(tx, event_type, "update", now, actor)
    return event_type


async def archive_event_type(store: Store, event_type_id: int, now: int, actor: Actor) -> None:
    """Take an event type off offer for good; its bookings stand, and its slug is free again."""
    async with store.write() as tx:
        event_type = await _get(tx, event_type_id)
        await event_types.archive(tx, event_type.id, slug=f"{event_type.slug}~{event_type.id}", now=now)
        await _record(tx, event_type, "archive", now, actor)


async def order_event_types(store: Store, owner_id: int, ids: Sequence[int], now: int, actor: Actor) -> None:
    """Put a host's or team's event types in this order; those not named follow in the order they had."""
    async with store.write() as tx:
        known = [event_type.id for event_type in await event_types.list_of(tx, owner_id)]
        for position, event_type_id in enumerate(dict.fromkeys([*ids, *known])):
            if event_type_id in known:
                await event_types.update_position(tx, event_type_id, position=position, now=now)
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:event_type:order", subject=f"host:{owner_id}")


async def list_event_types(db: Reader, owner_id: int, listed_only: bool = False) -> list[EventType]:
    """A host's or team's event types on offer, in order; `listed_only`: only those with a place on the profile."""
    return await event_types.list_of(db, owner_id, listed_only=listed_only)


async def event_type_by_id(db: Reader, event_type_id: int) -> EventType | None:
    """The event type of that id while it is on offer; whose it is, the door must judge."""
    if await event_types.archived_at(db, event_type_id) is not None:
        return None
    return await event_types.by_id(db, event_type_id)


async def event_type_by_slug(db: Reader, owner_id: int, slug: str) -> EventType | None:
    """A host's or team's event type on offer at that address."""
    return await event_types.by_slug(db, owner_id, slug)


async def _event_type(
    tx: Writer,
    host: Host,
    wanted: EventTypeDraft,
    *,
    id: int,
    position: int,
    team_id: int | None,
    now: int,
    actor: Actor,
) -> EventType:
    return EventType(
        id=id,
        host_id=host.id,
        schedule_id=await _schedule_id(tx, host, wanted.schedule_id, now, actor),
        slug=await _slug(tx, team_id if team_id is not None else host.id, wanted, id),
        title=wanted.title,
        description=wanted.description,
        rules=wanted.rules,
        durations_minutes=wanted.durations_minutes,
        places=wanted.places,
        questions=wanted.questions,
        approval=wanted.approval,
        listed=wanted.listed,
        options=wanted.options,
        position=position,
        team_id=team_id,
    )


async def _answering(db: Reader, host_id: int, team_id: int | None) -> Host:
    """The host who answers for a new event type: who makes it; an admin who is not in the team lets a manager."""
    if team_id is not None and await teams.member(db, team_id, host_id) is None:
        managing = [member.host_id for member in await teams.members(db, team_id) if member.manages]
        host_id = managing[0] if managing else 0
    host = await hosts.by_id(db, host_id)
    if host is None:
        raise not_found("host" if team_id is None else "team")
    return host


async def _write_hosts(
    tx: Writer, event_type: EventType, wanted: tuple[Share, ...] | None, now: int, actor: Actor
) -> None:
    """Who takes part: as asked for, as it was, or at first everybody in the team."""
    shares = wanted
    if shares is None:
        shares = tuple(share_of(host) for host in await teams.assignable(tx, event_type.id))
    if wanted is None and not shares:
        together = event_type.rules.assignment == "collective"
        members = await teams.members(tx, event_type.team_id or 0)
        shares = tuple(Share(host_id=member.host_id, required=together) for member in members)
    await write_shares(tx, event_type, checked_shares(shares, event_type.rules), now=now, actor=actor)


async def _schedule_id(tx: Writer, host: Host, wanted: int | None, now: int, actor: Actor) -> int:
    if wanted is None:
        return await first_schedule(tx, host, now=now, actor=actor)
    known = [schedule.id for schedule in await schedules.list_of(tx, host.id)]
    if wanted not in known:
        raise invalid("schedule_id", "There is no such schedule; please choose one of the host's own.")
    return wanted


async def _slug(db: Reader, owner_id: int, wanted: EventTypeDraft, id: int) -> str:
    if wanted.slug is not None:
        if not await _is_free(db, owner_id, wanted.slug, id):
            raise invalid("slug", f"Another event type has the address “{wanted.slug}”; please choose another one.")
        return wanted.slug
    base = slug_from(wanted.title) or FALLBACK_SLUG
    for number in count(1):
        ending = "" if number == 1 else f"-{number}"
        candidate = base[: LONGEST - len(ending)].rstrip("-") + ending
        if await _is_free(db, owner_id, candidate, id):
            return candidate
    raise AssertionError("numbers do not end")


async def _is_free(db: Reader, owner_id: int, slug: str, id: int) -> bool:
    other = await event_types.by_slug(db, owner_id, slug)
    return other is None or other.id == id


async def _require_seats(db: Reader, known: EventType, wanted: EventTypeDraft, now: int) -> None:
    if wanted.rules.seats >= known.rules.seats:
        return
    taken = await event_types.most_seats_taken(db, known.id, now=now)
    if taken > wanted.rules.seats:
        raise invalid("seats", f"{taken} seats of one date are taken; there cannot be fewer.")


async def _get(db: Reader, event_type_id: int) -> EventType:
    event_type = await event_type_by_id(db, event_type_id)
    if event_type is None:
        raise not_found("event type")
    return event_type


async def _record(tx: Writer, event_type: EventType, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:event_type:{action}"
    subject = f"event_type:{event_type.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, slug=event_type.slug)
