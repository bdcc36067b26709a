"""Out of office: the days a host is away, in all of their schedules, and who takes their meetings meanwhile."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from cally.errors import invalid, not_found
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.texts import line
from cally.model.time_off import TimeOff
from cally.store import Reader, Store, Writer, audit, hosts, teams, time_off

LONGEST_NOTE = 300
LONGEST_DAYS = 3_660
MOST = 200
KEPT_DAYS = 366
YEARS = (2000, 2199)


class TimeOffDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Days away as a host wants them; `delegate` is the address (slug) of the host who stands in, if anybody does."""

    first_on: date
    last_on: date
    note: str = ""
    delegate: str = ""


async def create_time_off(store: Store, host_id: int, draft: TimeOffDraft, *, now: int, actor: Actor) -> TimeOff:
    """Close these days in all schedules of a host; bookings that are there stay.

    Raises `invalid` with the field: dates in no order (`last_on`), days that are away already (`first_on`), a delegate
    whom guests cannot see (`delegate`).
    """
    async with store.write() as tx:
        entry = await _checked(tx, TimeOff(id=new_id(now), host_id=host_id, first_on=date.min, last_on=date.min), draft)
        if len(await time_off.list_of(tx, host_id)) >= MOST:
            raise invalid("first_on", f"At most {MOST} stretches of time off can be kept; remove one first.")
        await time_off.insert(tx, entry, now=now)
        await _record(tx, entry, "create", now, actor)
    return entry


async def update_time_off(store: Store, id: int, draft: TimeOffDraft, *, now: int, actor: Actor) -> TimeOff:
    """Write days away anew. The same refusals as for new ones; whose they are, the door must judge."""
    async with store.write() as tx:
        entry = await _checked(tx, await _get(tx, id), draft)
        await time_off.update(tx, entry)
        await _record(tx, entry, "update", now, actor)
    return entry


async def delete_time_off(store: Store, id: int, *, now: int, actor: Actor) -> None:
    """Be there after all."""
    async with store.write() as tx:
        entry = await _get(tx, id)
        await time_off.delete(tx, id)
        await _record(tx, entry, "delete", now, actor)


async def stand_in_no_more(store: Store, id: int, *, delegate_id: int, now: int, actor: Actor) -> TimeOff:
    """Let a delegate step back; the days stay off. Raises `not_found` unless it is they who stand in."""
    async with store.write() as tx:
        known = await _get(tx, id)
        if known.delegate_id != delegate_id:
            raise not_found("time off")
        entry = msgspec.structs.replace(known, delegate_id=None)
        await time_off.update(tx, entry)
        await _record(tx, entry, "update", now, actor)
    return entry


async def list_time_off(db: Reader, host_id: int, *, from_on: date = date.min, to_on: date = date.max) -> list[TimeOff]:
    """A host's time off that touches these dates, both included; earliest first."""
    return await time_off.list_of(db, host_id, from_on=from_on, to_on=to_on)


async def list_standing_in(db: Reader, delegate_id: int, *, from_on: date) -> list[TimeOff]:
    """The days off of others for which a host stands in, from a date on; earliest first."""
    return await time_off.list_by_delegate(db, delegate_id, from_on=from_on)


async def list_colleagues(db: Reader, host_id: int) -> list[Host]:
    """Those who share a team with a host, by name: whom they may think of as a delegate."""
    found: dict[int, Host] = {}
    for team in await teams.list_of_host(db, host_id):
        for member in await teams.members(db, team.id):
            host = await hosts.by_id(db, member.host_id) if member.host_id != host_id else None
            if host is not None:
                found[host.id] = host
    return sorted(found.values(), key=lambda host: host.name)


async def time_off_by_id(db: Reader, id: int) -> TimeOff | None:
    """The days away of that id; whose they are, the door must judge."""
    return await time_off.by_id(db, id)


async def forget_time_off(store: Store, now: int) -> int:
    """Remove what ended over a year ago: nobody counts with it any more. How many there were."""
    before_on = datetime.fromtimestamp(now, UTC).date() - timedelta(days=KEPT_DAYS)
    async with store.write() as tx:
        return await time_off.delete_over(tx, before_on=before_on)


async def _checked(db: Reader, known: TimeOff, draft: TimeOffDraft) -> TimeOff:
    if not YEARS[0] <= draft.first_on.year <= YEARS[1] or draft.last_on.year > YEARS[1]:
        raise invalid("first_on", f"Time off lies between {YEARS[0]} and {YEARS[1]}.")
    if draft.last_on < draft.first_on:
        raise invalid("last_on", "The last day lies before the first one.")
    if (draft.last_on - draft.first_on).days > LONGEST_DAYS:
        raise invalid("last_on", "Time off can last ten years at most.")
    for other in await time_off.list_of(db, known.host_id, from_on=draft.first_on, to_on=draft.last_on):
        if other.id != known.id:
            raise invalid("first_on", f"{other.first_on} to {other.last_on} is time off already; change that instead.")
    return msgspec.structs.replace(
        known,
        first_on=draft.first_on,
        last_on=draft.last_on,
        note=line(draft.note, "note", required=False, longest=LONGEST_NOTE),
        delegate_id=await _delegate(db, known.host_id, draft.delegate.strip().removeprefix("/")),
    )


async def _delegate(db: Reader, host_id: int, slug: str) -> int | None:
    if not slug:
        return None
    found = await hosts.by_slug(db, slug)
    if found is None:
        raise invalid("delegate", f"Guests would find nobody at /{slug}.")
    if found.id == host_id:
        raise invalid("delegate", "This is you; name somebody who is there meanwhile.")
    return found.id


async def _get(db: Reader, id: int) -> TimeOff:
    found = await time_off.by_id(db, id)
    if found is None:
        raise not_found("time off")
    return found


async def _record(tx: Writer, entry: TimeOff, action: str, now: int, actor: Actor) -> None:
    await audit.insert(
        tx,
        now=now,
        actor=actor,
        tag=f"{actor.kind}:time_off:{action}",
        subject=f"host:{entry.host_id}",
        first_on=entry.first_on.isoformat(),
        last_on=entry.last_on.isoformat(),
    )
