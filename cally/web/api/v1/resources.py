"""Rooms and things that are booked along with hosts."""

from typing import Any

import msgspec

from cally import bookings, hosts
from cally.bookings import Use
from cally.errors import invalid, not_found
from cally.hosts import ResourceDraft
from cally.model.capsule import schedule_from_json, schedule_to_json
from cally.model.rules import ScheduleRules
from cally.model.teams import Resource
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import day_end, day_start, epoch, instant
from cally.web.api.v1.pages import Paged, page
from cally.web.api.v1.public import HostShown
from cally.web.api.v1.resource_shapes import (
    BlockShown,
    BlockWanted,
    ResourceChanges,
    ResourceHours,
    ResourceShown,
    ResourcesShown,
    ResourceWanted,
    UsesAsked,
    UseShown,
    UsesShown,
)

noun = Noun("Resources")
READ = "resources:read"
WRITE = "resources:write"
LONGEST_RANGE_DAYS = 100


@noun.does("GET", "/resources", scope=READ, query=Paged, answers={200: ResourcesShown})
async def list_resources(call: Call) -> Answer:
    """List the resources that the host may use."""
    found = await hosts.list_resources(call.doors.store.reader, call.token_holder.account.id)
    kept, more = page(found, call.query, lambda resource: (resource.name, resource.id))
    return answer(ResourcesShown(resources=tuple([await _shown(call, one) for one in kept]), next_cursor=more))


@noun.does("POST", "/resources", scope=WRITE, body=ResourceWanted, answers={201: ResourceShown})
async def create_resource(call: Call) -> Answer:
    """Make a room or a thing."""
    holder = call.token_holder
    draft = _draft(ResourceDraft(name=call.body.name), call.sent)
    made = await hosts.create_resource(call.doors.store, holder.account.id, draft, now=call.now, actor=holder.actor())
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/resources/{made.id}"})


@noun.does("GET", "/resources/{id}", scope=READ, answers={200: ResourceShown}, refuses=("not_found",))
async def show_resource(call: Call) -> Answer:
    """Show one resource."""
    return answer(await _shown(call, await _usable(call)))


@noun.does(
    "PATCH",
    "/resources/{id}",
    scope=WRITE,
    body=ResourceChanges,
    answers={200: ResourceShown},
    refuses=("not_found", "conflict"),
)
async def change_resource(call: Call) -> Answer:
    """Change what is given; bookings keep the name they were made with."""
    known = await _kept(call)
    base = ResourceDraft(name=known.name, kind=known.kind, note=known.note, hours=known.hours, shared=known.shared)
    draft = _draft(base, call.sent)
    actor = call.token_holder.actor()
    changed = await hosts.update_resource(call.doors.store, known.id, draft, now=call.now, actor=actor)
    return answer(await _shown(call, changed))


@noun.does("DELETE", "/resources/{id}", scope=WRITE, answers={204: None}, refuses=("not_found", "conflict"))
async def archive_resource(call: Call) -> Answer:
    """Take a resource out of use that no event type needs; its bookings stand."""
    known = await _kept(call)
    await hosts.archive_resource(call.doors.store, known.id, now=call.now, actor=call.token_holder.actor())
    return answer(None, 204)


@noun.does("GET", "/resources/{id}/uses", scope=READ, query=UsesAsked, answers={200: UsesShown}, refuses=("not_found",))
async def list_uses(call: Call) -> Answer:
    """List who has a resource when."""
    known, db = await _usable(call), call.doors.store.reader
    host = await hosts.host_by_id(db, call.token_holder.account.id)
    if host is None:
        raise not_found("resource")
    from_at, to_at = _range(call.query, host.tz)
    found = await bookings.list_uses(db, known.id, host_id=host.id, from_at=from_at, to_at=to_at, now=call.now)
    return answer(UsesShown(uses=tuple(_use(use) for use in found)))


@noun.does(
    "POST",
    "/resources/{id}/blocks",
    scope=WRITE,
    body=BlockWanted,
    answers={201: BlockShown},
    refuses=("not_found", "conflict"),
)
async def block_resource(call: Call) -> Answer:
    """Close a resource for a while; refused where somebody has it."""
    known, wanted = await _kept(call), call.body
    made = await hosts.block_resource(
        call.doors.store,
        known.id,
        starts_at=epoch(wanted.starts_at, "starts_at"),
        ends_at=epoch(wanted.ends_at, "ends_at"),
        note=wanted.note,
        now=call.now,
        actor=call.token_holder.actor(),
    )
    shown = BlockShown(uid=made.uid, starts_at=instant(made.starts_at), ends_at=instant(made.ends_at), note=made.note)
    return answer(shown, 201)


@noun.does("DELETE", "/resources/{id}/blocks/{uid}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def unblock_resource(call: Call) -> Answer:
    """Open a resource again."""
    known = await _kept(call)
    actor = call.token_holder.actor()
    await hosts.unblock_resource(call.doors.store, known.id, call.path["uid"], now=call.now, actor=actor)
    return answer(None, 204)


async def _usable(call: Call) -> Resource:
    found = await hosts.resource_for(call.doors.store.reader, call.id(), call.token_holder.account.id)
    if found is None:
        raise not_found("resource")
    return found


async def _kept(call: Call) -> Resource:
    """What the caller may change; others who may use it are told so."""
    found = await _usable(call)
    if not hosts.keeps(call.token_holder.account, found):
        raise not_found("resource that is yours to change")
    return found


def _draft(base: ResourceDraft, sent: dict[str, Any]) -> ResourceDraft:
    changes = dict(sent)
    if "hours" in sent:
        changes["hours"] = None if sent["hours"] is None else schedule_from_json(sent["hours"])
    return msgspec.structs.replace(base, **changes)


async def _shown(call: Call, resource: Resource) -> ResourceShown:
    keeper = await hosts.host_by_id(call.doors.store.reader, resource.host_id)
    return ResourceShown(
        id=str(resource.id),
        name=resource.name,
        kind=resource.kind,
        note=resource.note,
        hours=None if resource.hours is None else _hours(resource.hours),
        shared=resource.shared,
        keeper=HostShown(slug=keeper.slug if keeper else "", name=keeper.name if keeper else ""),
    )


def _hours(rules: ScheduleRules) -> ResourceHours:
    return msgspec.convert(schedule_to_json(rules), ResourceHours)


def _range(asked: UsesAsked, tz: str) -> tuple[int, int]:
    if asked.to_on < asked.from_on:
        raise invalid("to", "The last date lies before the first one.")
    if (asked.to_on - asked.from_on).days >= LONGEST_RANGE_DAYS:
        raise invalid("to", f"At most {LONGEST_RANGE_DAYS} days can be asked for at once.")
    return day_start(asked.from_on, tz, "from"), day_end(asked.to_on, tz, "to")


def _use(use: Use) -> UseShown:
    return UseShown(
        kind=use.kind,
        starts_at=instant(use.starts_at),
        ends_at=instant(use.ends_at),
        by=use.by,
        booking=use.uid if use.booking is not None else None,
        block=use.uid if use.kind == "block" else None,
        note=use.note,
    )
