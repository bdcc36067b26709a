"""Rooms and things that are booked along with hosts: made, changed and taken out of use by their keeper (X25)."""

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.hosts.rules import checked_schedule
from cally.model.accounts import Account, Actor
from cally.model.ids import new_id
from cally.model.rules import ScheduleRules
from cally.model.teams import Resource, ResourceKind
from cally.model.texts import line, paragraph
from cally.store import Reader, Store, Writer, audit, hosts, resources

NAME_LENGTH = 100
NOTE_LENGTH = 1_000
TITLES_NAMED = 5


class ResourceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as its keeper wants it; without `hours` it can always be had."""

    name: str
    kind: ResourceKind = "room"
    note: str = ""
    hours: ScheduleRules | None = None
    shared: bool = True


def keeps(account: Account, resource: Resource) -> bool:
    """Whether this account may change a resource: who made it, and admins."""
    return resource.host_id == account.id or account.role == "admin"


async def create_resource(store: Store, host_id: int, draft: ResourceDraft, *, now: int, actor: Actor) -> Resource:
    """A new resource in a host's keeping; raises `invalid` with the field, `not_found` for an unknown host."""
    async with store.write() as tx:
        if await hosts.by_id(tx, host_id) is None:
            raise not_found("host")
        resource = _resource(new_id(now), host_id, draft)
        await resources.insert(tx, resource, now=now)
        await _record(tx, resource, "create", now, actor)
    return resource


async def update_resource(store: Store, resource_id: int, draft: ResourceDraft, *, now: int, actor: Actor) -> Resource:
    """Write a resource anew; bookings keep it under the name it had (rule 56). Who may, the door must judge.

    Raises `conflict` (`titles`) when it is to be its keeper's alone while event types of others need it.
    """
    async with store.write() as tx:
        known = await _get(tx, resource_id)
        resource = _resource(known.id, known.host_id, draft)
        if known.shared and not resource.shared:
            _require_none(await resources.list_titles_of_others(tx, known.id, known.host_id), "kept for yourself")
        await resources.update(tx, resource)
        await _record(tx, resource, "update", now, actor)
    return resource


async def archive_resource(store: Store, resource_id: int, *, now: int, actor: Actor) -> None:
    """Take a resource out of use; what is booked with it stays. Who may, the door must judge.

    Raises `conflict` (`titles`) while event types on offer need it.
    """
    async with store.write() as tx:
        resource = await _get(tx, resource_id)
        _require_none(await resources.list_titles_by_resource(tx, resource.id), "archived")
        await resources.archive(tx, resource.id, now=now)
        await _record(tx, resource, "archive", now, actor)


async def list_resources(db: Reader, host_id: int) -> list[Resource]:
    """The resources that a host may use, by name: those shared by all, and their own."""
    return await resources.list_for(db, host_id)


async def resource_for(db: Reader, resource_id: int, host_id: int) -> Resource | None:
    """The resource of that id, while it is in use and this host may use it."""
    found = await resources.by_id(db, resource_id)
    if found is None or await resources.archived_at(db, resource_id) is not None:
        return None
    return found if found.shared or found.host_id == host_id else None


async def titles_needing(db: Reader, resource_id: int) -> list[str]:
    """The titles of the event types on offer that need a resource, whosever they are."""
    return await resources.list_titles_by_resource(db, resource_id)


def _resource(id: int, host_id: int, draft: ResourceDraft) -> Resource:
    return Resource(
        id=id,
        host_id=host_id,
        name=line(draft.name, "name", longest=NAME_LENGTH),
        note=paragraph(draft.note, "note", longest=NOTE_LENGTH),
        hours=None if draft.hours is None else _hours(draft.hours),
        shared=draft.shared,
        kind=draft.kind,
    )


def _hours(rules: ScheduleRules) -> ScheduleRules:
    try:
        return checked_schedule(rules)
    except CallyError as error:
        raise invalid(f"hours.{error.facts.get('field', '')}", error.sentence) from error


def _require_none(titles: list[str], done: str) -> None:
    if titles:
        named = ", ".join(f"“{title}”" for title in titles[:TITLES_NAMED])
        more = f" and {len(titles) - TITLES_NAMED} more" if len(titles) > TITLES_NAMED else ""
        raise CallyError("conflict", f"It is needed by {named}{more}, so it cannot be {done}.", titles=titles)


async def _get(db: Reader, resource_id: int) -> Resource:
    resource = await resources.by_id(db, resource_id)
    if resource is None or await resources.archived_at(db, resource_id) is not None:
        raise not_found("resource")
    return resource


async def _record(tx: Writer, resource: Resource, action: str, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:resource:{action}", f"resource:{resource.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, name=resource.name)
