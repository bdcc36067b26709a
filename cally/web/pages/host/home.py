"""The desk itself: what is next, what waits for an answer, the coming days, and links to share."""

from datetime import date
from itertools import groupby

from litestar import get
from litestar.di import NamedDependency

from cally.accounts import list_visits
from cally.bookings import list_bookings, zones_affected
from cally.calendars import list_calendars
from cally.hosts import list_event_types, list_invitations
from cally.model.accounts import DeskVisit
from cally.model.bookings import Booking
from cally.model.hosts import EventType
from cally.notify import list_channels
from cally.web.dates import city
from cally.web.pages.host.assistants import visit_shown
from cally.web.pages.host.desk import Desk, Page
from cally.web.pages.host.gathered import gathered
from cally.web.pages.host.offered import taking
from cally.web.pages.host.series import series_labels
from cally.web.pages.host.shown import Shown, shown
from cally.web.pages.host.wording import Words, counted

DAYS = 7
DAY_SECONDS = 86_400
MOST = 200
FORTNIGHT_SECONDS = 14 * 86_400


@get("/app")
async def home(desk: NamedDependency[Desk]) -> Page:
    """The first page after signing in; on a phone it is the agenda."""
    coming = [booking for booking in await _coming(desk) if booking.status in {"confirmed", "pending"}]
    confirmed = [booking for booking in coming if booking.status == "confirmed"]
    asking = await desk.waiting()
    event_types = await list_event_types(desk.db, desk.host.id)
    clocks, zones = await zones_affected(desk.db, desk.host.id, now=desk.now)
    return await desk.page(
        "pages/host/home.html",
        here="home",
        waiting_count=len(asking),
        today=desk.words.long_day(desk.words.on(desk.now)),
        next_up=(await gathered(desk, confirmed[:1]))[0] if confirmed else None,
        asking=[shown(booking, desk.words) for booking in asking],
        series=await series_labels(desk, (*asking, *coming)),
        days=_by_day(await gathered(desk, coming), desk.words),
        links=[(item.title, taking(item), desk.link(item)) for item in event_types],
        clocks=counted(clocks, "booking") if clocks else "",
        clock_places=[city(tz) for tz in zones],
        invitations=await list_invitations(desk.db, desk.host.id),
        visits=[visit_shown(desk, one) for one in await _unread_visits(desk)],
        checklist=await _checklist(desk, event_types),
    )


ROUTES = [home]


async def _unread_visits(desk: Desk) -> list[DeskVisit]:
    """Only the host themselves is told, and only they can say that they have read it."""
    return [] if desk.acts_for_another else await list_visits(desk.db, desk.host.id, unseen=True)


async def _coming(desk: Desk) -> list[Booking]:
    return await list_bookings(
        desk.db, host_id=desk.host.id, from_at=desk.now, to_at=desk.now + DAYS * DAY_SECONDS, limit=MOST
    )


def _by_day(coming: list[Shown], words: Words) -> list[tuple[str, bool, list[Shown]]]:
    """Day by day; what has begun on an earlier day is under way, and so belongs to today."""
    today = words.on(words.now)

    def day(item: Shown) -> date:
        return max(words.on(item.booking.starts_at), today)

    days = groupby(coming, key=day)
    return [(words.relative_day(on), on == today, list(found)) for on, found in days]


async def _checklist(desk: Desk, event_types: list[EventType]) -> list[tuple[bool, str, str]]:
    """What is worth doing once; gone when all is done, or when bookings show that all goes well without."""
    calendars = await list_calendars(desk.db, desk.host.id)
    channels = await list_channels(desk.db, desk.host.id)
    steps = [(bool(event_types), "Offer something that can be booked", "/app/event-types/new")]
    if desk.account.role == "admin":
        steps.append(
            (desk.doors.mail() is not None, "Set up the mail server, so that guests are told", "/admin/settings")
        )
    steps.append((bool(calendars), "Add your calendar, so that nobody books over it", "/app/calendars"))
    steps.append((bool(channels), "Be told on a chat channel as well", "/app/channels"))
    is_new = desk.account.created_at > desk.now - FORTNIGHT_SECONDS
    return steps if is_new and not all(done for done, _, _ in steps) else []
