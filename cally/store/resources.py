"""The SQL of resources, and of what event types need of them."""

import msgspec

from cally.model.capsule import schedule_from_json, schedule_to_json
from cally.model.teams import NeededResource, Resource
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO resource (id, host_id, name, note, hours, shared, created_at)
VALUES (:id, :host_id, :name, :note, :hours, :shared, :now)
"""
BY_ID = """
SELECT id, host_id, name, note, hours, shared
FROM resource
WHERE id = :id
"""
LIST_FOR = """
SELECT id, host_id, name, note, hours, shared
FROM resource
WHERE archived_at IS NULL
  AND (shared = 1 OR host_id = :host_id)
ORDER BY name, id
"""
UPDATE = """
UPDATE resource
SET name = :name,
    note = :note,
    hours = :hours,
    shared = :shared
WHERE id = :id
"""
ARCHIVE = """
UPDATE resource
SET archived_at = :now
WHERE id = :id
"""
NEEDED = """
SELECT resource.id, resource.host_id, resource.name, resource.note, resource.hours, resource.shared,
       event_type_resource.group_name, event_type_resource.position
FROM event_type_resource
JOIN resource
  ON resource.id = event_type_resource.resource_id
WHERE event_type_resource.event_type_id = :event_type_id
ORDER BY event_type_resource.group_name, event_type_resource.position, resource.id
"""
TITLES_BY_RESOURCE = """
SELECT event_type.title
FROM event_type_resource
JOIN event_type
  ON event_type.id = event_type_resource.event_type_id
WHERE event_type_resource.resource_id = :resource_id
  AND event_type.archived_at IS NULL
ORDER BY event_type.title, event_type.id
"""
INSERT_NEEDED = """
INSERT INTO event_type_resource (event_type_id, resource_id, group_name, position)
VALUES (:event_type_id, :resource_id, :group_name, :position)
"""
DELETE_NEEDED = """
DELETE FROM event_type_resource
WHERE event_type_id = :event_type_id
"""


async def insert(tx: Writer, resource: Resource, *, now: int) -> None:
    """Store a new resource."""
    await tx.run(INSERT, host_id=resource.host_id, now=now, **_changeable(resource))


async def by_id(db: Reader, id: int) -> Resource | None:
    """The resource of that row, archived or not."""
    row = await db.row(BY_ID, id=id)
    return _resource(row) if row else None


async def list_for(db: Reader, host_id: int) -> list[Resource]:
    """The resources that a host may use, by name: those shared by all, and their own."""
    return [_resource(row) for row in await db.rows(LIST_FOR, host_id=host_id)]


async def update(tx: Writer, resource: Resource) -> None:
    """Write everything that may change."""
    await tx.run(UPDATE, **_changeable(resource))


async def archive(tx: Writer, id: int, *, now: int) -> None:
    """Take a resource out of use; its row stays for its bookings."""
    await tx.run(ARCHIVE, id=id, now=now)


async def needed(db: Reader, event_type_id: int) -> list[tuple[Resource, NeededResource]]:
    """What an event type needs, by group, in the order in which free ones are taken."""
    rows = await db.rows(NEEDED, event_type_id=event_type_id)
    return [(_resource(row), NeededResource(resource_id=row[0], group=row[6], position=row[7])) for row in rows]


async def list_titles_by_resource(db: Reader, resource_id: int) -> list[str]:
    """The titles of the event types on offer that need a resource."""
    return [row[0] for row in await db.rows(TITLES_BY_RESOURCE, resource_id=resource_id)]


async def insert_needed(tx: Writer, event_type_id: int, need: NeededResource) -> None:
    """Let an event type need a resource; raises `Duplicate` when it does already."""
    await tx.run(
        INSERT_NEEDED,
        event_type_id=event_type_id,
        resource_id=need.resource_id,
        group_name=need.group,
        position=need.position,
    )


async def delete_needed(tx: Writer, event_type_id: int) -> int:
    """Let an event type need no resource."""
    return await tx.run(DELETE_NEEDED, event_type_id=event_type_id)


def _changeable(resource: Resource) -> dict[str, int | str | None]:
    hours = None if resource.hours is None else msgspec.json.encode(schedule_to_json(resource.hours)).decode()
    return {
        "id": resource.id,
        "name": resource.name,
        "note": resource.note,
        "hours": hours,
        "shared": int(resource.shared),
    }


def _resource(row: Row) -> Resource:
    return Resource(
        id=row[0],
        host_id=row[1],
        name=row[2],
        note=row[3],
        hours=None if row[4] is None else schedule_from_json(msgspec.json.decode(row[4])),
        shared=bool(row[5]),
    )
