"""What the demo shows beside plain bookings: a room that is booked along, lessons every week, a class that is full."""

from cally import bookings, hosts
from cally.bookings import Availability
from cally.cli.demo.offers import ROLLING_MONTH
from cally.cli.demo.people import GUESTS
from cally.hosts import EventTypeDraft, ResourceDraft
from cally.model.accounts import Actor
from cally.model.bookings import BookingRequest, Guest
from cally.model.hosts import Place
from cally.model.rules import EventTypeRules
from cally.model.series import SeriesBooked, SeriesRequest
from cally.model.teams import NeededResource
from cally.store import Store

DAY = 86_400
CLI = Actor(kind="cli")
GUEST = Actor(kind="guest")
ROOM = "Quay room"
LESSONS, IN_LINE = 8, 2


async def make_room(store: Store, *, now: int) -> None:
    """Maya keeps a room, and meets people in it; whoever else needs it finds it taken then."""
    maya = next(host for host in await hosts.list_hosts(store.reader) if host.slug == "maya")
    note = "Eight chairs and a screen. The key is at the café below."
    room = await hosts.create_resource(store, maya.id, ResourceDraft(name=ROOM, note=note), now=now, actor=CLI)
    draft = EventTypeDraft(
        title="Meeting at the quay",
        slug="quay",
        description="An hour in Malmö, with coffee and a view of the cranes.",
        rules=EventTypeRules(duration_minutes=60, step_minutes=60, notice_minutes=24 * 60, horizon=ROLLING_MONTH),
        places=(Place(kind="in_person", detail="Dockgatan 1, Malmö"),),
        resources=(NeededResource(resource_id=room.id, group="Room", position=0),),
    )
    await hosts.create_event_type(store, maya.id, draft, now, CLI)


async def weekly_lessons(store: Store, availability: Availability, *, now: int) -> int:
    """One guest has a lesson every week; how many bookings that makes."""
    offered = await bookings.offer(store.reader, "luis", "lesson")
    slots = await availability.slots(offered, now=now, from_at=now + 2 * DAY, to_at=now + 9 * DAY)
    asked = _request("luis", "lesson", slots[len(slots) // 2].starts_at, _guests()[0])
    wanted = SeriesRequest(rhythm="weekly", count=LESSONS)
    made = await bookings.book_series(store, availability, asked, wanted, now=now, actor=GUEST)
    return len(made.bookings) if isinstance(made, SeriesBooked) else 0


async def full_class(store: Store, availability: Availability, *, now: int) -> int:
    """Every seat of a workshop is taken, and two wait for one; how many bookings that makes."""
    offered = await bookings.offer(store.reader, "sakura", "workshop")
    starts_at = (await availability.slots(offered, now=now, from_at=now + 3 * DAY, to_at=now + 12 * DAY))[0].starts_at
    seats = offered.event_type.rules.seats
    coming, waiting = _guests()[:seats], _guests()[seats : seats + IN_LINE]
    for guest in coming:
        await bookings.book(store, availability, _request("sakura", "workshop", starts_at, guest), now=now, actor=GUEST)
    for guest in waiting:
        await bookings.join(
            store, host="sakura", event_type="workshop", starts_at=starts_at, guest=guest, now=now, actor=GUEST
        )
    return len(coming)


def _guests() -> list[Guest]:
    return [Guest(name=name, email=f"{local}@example.org", tz=tz, locale=locale) for name, local, tz, locale in GUESTS]


def _request(host: str, event_type: str, starts_at: int, guest: Guest) -> BookingRequest:
    return BookingRequest(host=host, event_type=event_type, starts_at=starts_at, guest=guest)
