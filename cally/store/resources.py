"""The SQL of resources, and of what event types need of them."""

import msgspec

from cally.model.capsule import schedule_from_json, schedule_to_json
from cally.model.teams import NeededResource, Resource, ResourceBlock
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO resource (id, host_id, name, note, hours, shared, kind, created_at)
VALUES (:id, :host_id, :name, :note, :hours, :shared, :kind, :now)
"""
BY_ID = """
SELECT id, host_id, name, note, hours, shared, kind
FROM resource
WHERE id = :id
"""
LIST_FOR = """
SELECT id, host_id, name, note, hours, shared, kind
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
    shared = :shared,
    kind = :kind
WHERE id = :id
"""
ARCHIVE = """
UPDATE resource
SET archived_at = :now
WHERE id = :id
"""
ARCHIVED_AT = """
SELECT archived_at
FROM resource
WHERE id = :id
"""
NEEDED = """
SELECT resource.id, resource.host_id, resource.name, resource.note, resource.hours, resource.shared,
       resource.kind, event_type_resource.group_name, event_type_resource.position
FROM event_type_resource
JOIN resource
  ON resource.id = event_type_resource.resource_id
WHERE event_type_resource.event_type_id = :event_type_id
ORDER BY event_type_resource.position, resource.id
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
TITLES_OF_OTHERS = """
SELECT event_type.title
FROM event_type_resource
JOIN event_type
  ON event_type.id = event_type_resource.event_type_id
WHERE event_type_resource.resource_id = :resource_id
  AND event_type.host_id <> :host_id
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
INSERT_BLOCK = """
INSERT INTO resource_block (uid, resource_id, note, starts_at, ends_at, created_at)
VALUES (:uid, :resource_id, :note, :starts_at, :ends_at, :now)
"""
BLOCK_BY_UID = """
SELECT uid, resource_id, note, starts_at, ends_at
FROM resource_block
WHERE uid = :uid
"""
BLOCKS = """
SELECT uid, resource_id, note, starts_at, ends_at
FROM resource_block
WHERE resource_id = :resource_id
  AND ends_at > :from_at
  AND starts_at < :to_at
ORDER BY starts_at
"""
DELETE_BLOCK = """
DELETE FROM resource_block
WHERE uid = :uid
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


async def archived_at(db: Reader, id: int) -> int | None:
    """When a resource was taken out of use; None while it is in use."""
    row = await db.row(ARCHIVED_AT, id=id)
    return row[0] if row else None


async def needed(db: Reader, event_type_id: int) -> list[tuple[Resource, NeededResource]]:
    """What an event type needs, in the order in which free ones of a group are taken."""
    rows = await db.rows(NEEDED, event_type_id=event_type_id)
    return [(_resource(row), NeededResource(resource_id=row[0], group=row[7], position=row[8])) for row in rows]


async def list_titles_by_resource(db: Reader, resource_id: int) -> list[str]:
    """The titles of the event types on offer that need a resource."""
    return [row[0] for row in await db.rows(TITLES_BY_RESOURCE, resource_id=resource_id)]


async def list_titles_of_others(db: Reader, resource_id: int, host_id: int) -> list[str]:
    """The titles of the event types on offer of other hosts than this one that need a resource."""
    return [row[0] for row in await db.rows(TITLES_OF_OTHERS, resource_id=resource_id, host_id=host_id)]


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


async def insert_block(tx: Writer, block: ResourceBlock, *, now: int) -> None:
    """Store why a resource cannot be had; the time itself is claimed in `occupancy`."""
    await tx.run(
        INSERT_BLOCK,
        uid=block.uid,
        resource_id=block.resource_id,
        note=block.note,
        starts_at=block.starts_at,
        ends_at=block.ends_at,
        now=now,
    )


async def block_by_uid(db: Reader, uid: str) -> ResourceBlock | None:
    """The block of that uid."""
    row = await db.row(BLOCK_BY_UID, uid=uid)
    return _block(row) if row else None


async def list_blocks(db: Reader, resource_id: int, from_at: int, to_at: int) -> list[ResourceBlock]:
    """The blocks of a resource that touch `[from_at, to_at)`, by start."""
    rows = await db.rows(BLOCKS, resource_id=resource_id, from_at=from_at, to_at=to_at)
    return [_block(row) for row in rows]


async def delete_block(tx: Writer, uid: str) -> int:
    """Forget a block; its claim is given up beside it."""
    return await tx.run(DELETE_BLOCK, uid=uid)


def _changeable(resource: Resource) -> dict[str, int | str | None]:
    hours = None if resource.hours is None else msgspec.json.encode(schedule_to_json(resource.hours)).decode()
    return {
        "id": resource.id,
        "name": resource.name,
        "note": resource.note,
        "hours": hours,
        "shared": int(resource.shared),
        "kind": resource.kind,
    }


def _resource(row: Row) -> Resource:
    return Resource(
        id=row[0],
        host_id=row[1],
        name=row[2],
        note=row[3],
        hours=None if row[4] is None else schedule_from_json(msgspec.json.decode(row[4])),
        shared=bool(row[5]),
        kind=row[6],
    )


def _block(row: Row) -> ResourceBlock:
    return ResourceBlock(uid=row[0], resource_id=row[1], note=row[2], starts_at=row[3], ends_at=row[4])
