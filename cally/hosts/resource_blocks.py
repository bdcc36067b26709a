"""Stretches in which nobody can have a resource, such as “being painted”: claims like any other, none overlaps."""

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.ids import new_id, new_uid
from cally.model.teams import ResourceBlock
from cally.model.texts import line
from cally.store import Overlap, Reader, Store, Writer, audit, occupancy, resources

NOTE_LENGTH = 200
LONGEST_SECONDS = 366 * 86_400


async def block_resource(
    store: Store, resource_id: int, *, starts_at: int, ends_at: int, note: str, now: int, actor: Actor
) -> ResourceBlock:
    """Close a resource for a while. Who may, the door must judge.

    Raises `invalid` (`ends_at`, `note`), `conflict` when somebody has it then: a block takes nothing from anybody.
    """
    words = line(note, "note", required=False, longest=NOTE_LENGTH)
    _require_span(starts_at, ends_at, now)
    block = ResourceBlock(uid=new_uid(), resource_id=resource_id, note=words, starts_at=starts_at, ends_at=ends_at)
    try:
        async with store.write() as tx:
            await _require_in_use(tx, resource_id)
            await occupancy.delete_expired(tx, now)
            await _claim(tx, block, now)
            await resources.insert_block(tx, block, now=now)
            await _record(tx, block, "block", now, actor)
    except Overlap as error:
        raise CallyError("conflict", "Somebody has it in that time; move or cancel what is booked first.") from error
    return block


async def unblock_resource(store: Store, resource_id: int, uid: str, *, now: int, actor: Actor) -> ResourceBlock:
    """Open a resource again; raises `not_found` for a block that is not one of this resource."""
    async with store.write() as tx:
        block = await resources.block_by_uid(tx, uid)
        if block is None or block.resource_id != resource_id:
            raise not_found("block")
        await occupancy.delete(tx, uid)
        await resources.delete_block(tx, uid)
        await _record(tx, block, "unblock", now, actor)
    return block


async def list_blocks(db: Reader, resource_id: int, from_at: int, to_at: int) -> list[ResourceBlock]:
    """The blocks of a resource that touch `[from_at, to_at)`, by start."""
    return await resources.list_blocks(db, resource_id, from_at, to_at)


def _require_span(starts_at: int, ends_at: int, now: int) -> None:
    if ends_at <= starts_at:
        raise invalid("ends_at", "The end should lie after the beginning.")
    if ends_at <= now:
        raise invalid("ends_at", "This time is over already.")
    if ends_at - starts_at > LONGEST_SECONDS:
        raise invalid("ends_at", "At most a year can be blocked at once.")


async def _require_in_use(db: Reader, resource_id: int) -> None:
    if await resources.by_id(db, resource_id) is None or await resources.archived_at(db, resource_id) is not None:
        raise not_found("resource")


async def _claim(tx: Writer, block: ResourceBlock, now: int) -> None:
    await occupancy.insert(
        tx,
        id=new_id(now),
        owner_id=block.resource_id,
        kind="block",
        uid=block.uid,
        event_type_id=None,
        starts_at=block.starts_at,
        ends_at=block.ends_at,
        buffer_before=0,
        buffer_after=0,
        session=None,
        seats=1,
    )


async def _record(tx: Writer, block: ResourceBlock, action: str, now: int, actor: Actor) -> None:
    await audit.insert(
        tx,
        now=now,
        actor=actor,
        tag=f"{actor.kind}:resource:{action}",
        subject=f"resource:{block.resource_id}",
        from_at=block.starts_at,
        to_at=block.ends_at,
    )
