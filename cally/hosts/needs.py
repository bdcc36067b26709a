"""What an event type needs besides its host: of each group one resource, the first free one in order (rule 66)."""

from collections.abc import Sequence

from cally.errors import invalid
from cally.model.hosts import EventType
from cally.model.teams import NeededResource
from cally.model.texts import line
from cally.store import Reader, Writer, resources

MOST = 50
GROUP_LENGTH = 60


def numbered(named: Sequence[tuple[int, str]]) -> tuple[NeededResource, ...]:
    """Resources with the groups they serve, each in the order in which it is preferred."""
    return tuple(
        NeededResource(resource_id=resource_id, group=group, position=position)
        for position, (resource_id, group) in enumerate(named)
    )


def checked_needs(needs: tuple[NeededResource, ...]) -> tuple[NeededResource, ...]:
    """The needs, cleaned; raises `invalid` (`resources[0].group`, …). A resource serves one group."""
    if len(needs) > MOST:
        raise invalid("resources", f"At most {MOST} resources can be named.")
    seen: set[int] = set()
    for number, need in enumerate(needs):
        if need.resource_id in seen:
            raise invalid(f"resources[{number}].id", "This one is named above already.")
        seen.add(need.resource_id)
    return numbered(
        [
            (need.resource_id, line(need.group, f"resources[{number}].group", longest=GROUP_LENGTH))
            for number, need in enumerate(needs)
        ]
    )


async def needs_of(db: Reader, event_type_id: int) -> tuple[NeededResource, ...]:
    """What an event type needs, in the order in which free ones of a group are taken."""
    return tuple(need for _, need in await resources.needed(db, event_type_id))


async def write_needs(tx: Writer, event_type: EventType, needs: tuple[NeededResource, ...]) -> None:
    """Let an event type need exactly this; raises `invalid` for a resource that its host may not use."""
    usable = {resource.id for resource in await resources.list_for(tx, event_type.host_id)}
    for number, need in enumerate(needs):
        if need.resource_id not in usable:
            raise invalid(f"resources[{number}].id", "There is no such resource; please choose one of those on offer.")
    await resources.delete_needed(tx, event_type.id)
    for need in needs:
        await resources.insert_needed(tx, event_type.id, need)
