"""Dynamic links: hosts named together in an address, `/ada+ben`, are met together without a common event type (X27)."""

from collections.abc import Sequence

from cally.errors import not_found
from cally.model.hosts import EventType, Host, Schedule
from cally.model.ids import new_id
from cally.model.rules import EventTypeRules, Horizon
from cally.store import Reader, Writer, event_types, hosts, schedules

JOINT = "+"
SLUG = "meeting"
TITLE = "Meeting"
LENGTHS = (30, 15, 45, 60)
STEP_MINUTES = 15
NOTICE_MINUTES = 4 * 60
HORIZON_DAYS = 60
FEWEST, MOST = 2, 10

Named = tuple[Host, Schedule]


def canonical(owner: str) -> str:
    """The one address of a link: its hosts in order, each once; empty when there are too few or too many of them."""
    slugs = sorted({slug for slug in owner.split(JOINT) if slug})
    return JOINT.join(slugs) if FEWEST <= len(slugs) <= MOST else ""


async def hosts_named(db: Reader, owner: str) -> list[Named]:
    """The hosts of a link, in order, by the first schedule of each.

    Raises `not_found` for the whole of it when anybody is not there, or does not want to be named: guests are not told
    who (rules 39, 67).
    """
    found = [await _named(db, slug) for slug in canonical(owner).split(JOINT)]
    known = [one for one in found if one is not None]
    if len(known) < max(len(found), FEWEST):
        raise not_found("event type")
    return known


async def hosts_of_booking(db: Reader, host_ids: Sequence[int]) -> list[Named]:
    """The hosts of a booking that was made through a link; whoever opts out later still keeps it."""
    found = [(await hosts.by_id(db, host_id), await _first_schedule(db, host_id)) for host_id in host_ids]
    return [(host, schedule) for host, schedule in found if host is not None and schedule is not None]


async def are_named(db: Reader, known: Sequence[Host]) -> bool:
    """Whether the slugs of a link still lead to the same hosts, all of whom want to be named."""
    for host in known:
        now = await hosts.by_slug(db, host.slug)
        if now is None or now.id != host.id or not now.dynamic_links:
            return False
    return True


async def event_type_of(db: Reader, first: Named) -> EventType:
    """What is offered together; its row, which bookings point at, belongs to the first host, and 0 means none yet."""
    row = await event_types.row_of_links(db, first[0].id)
    return event_type_in(row or 0, first)


def event_type_in(row: int, first: Named) -> EventType:
    """What is offered together, in this row: half an hour unless the guest says otherwise, on quarters of the hour."""
    return _event_type(row, first[0].id, first[1].id)


async def anchored(tx: Writer, event_type: EventType, *, now: int) -> EventType:
    """The same with a row in the store, made when it is needed first; no list and no address ever shows it."""
    if event_type.id:
        return event_type
    row = await event_types.row_of_links(tx, event_type.host_id)
    if row is None:
        made = _event_type(new_id(now), event_type.host_id, event_type.schedule_id)
        await event_types.insert_for_links(tx, made, now=now)
        row = made.id
    return _event_type(row, event_type.host_id, event_type.schedule_id)


def _event_type(id: int, host_id: int, schedule_id: int) -> EventType:
    return EventType(
        id=id,
        host_id=host_id,
        schedule_id=schedule_id,
        slug=SLUG,
        title=TITLE,
        description="",
        rules=EventTypeRules(
            duration_minutes=LENGTHS[0],
            step_minutes=STEP_MINUTES,
            notice_minutes=NOTICE_MINUTES,
            horizon=Horizon(kind="rolling", days=HORIZON_DAYS),
            assignment="collective",
        ),
        durations_minutes=LENGTHS,
        places=(),
        questions=(),
        approval=False,
        listed=False,
        position=0,
    )


async def _named(db: Reader, slug: str) -> Named | None:
    host = await hosts.by_slug(db, slug) if slug else None
    schedule = await _first_schedule(db, host.id) if host is not None and host.dynamic_links else None
    return (host, schedule) if host is not None and schedule is not None else None


async def _first_schedule(db: Reader, host_id: int) -> Schedule | None:
    return next(iter(await schedules.list_of(db, host_id)), None)
