"""A host's bookings: the list with search, and one booking with its history and what was sent about it."""

import re
from typing import Literal, get_args
from urllib.parse import urlencode

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import choices, history, list_bookings, session_of
from cally.bookings.reading import LARGEST_PAGE
from cally.hosts import list_hosts
from cally.model.bookings import Booking, Status
from cally.model.texts import line
from cally.notify import messages_of
from cally.notify.links import answer_url
from cally.notify.webhooks import list_of_booking
from cally.store import consents
from cally.web.dates import local
from cally.web.pages.host.delivered import shown_delivery
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.fairness import whys
from cally.web.pages.host.gathered import gathered, group
from cally.web.pages.host.lines import line_of
from cally.web.pages.host.outbox import shown_message
from cally.web.pages.host.series import series_at_desk, series_labels
from cally.web.pages.host.shown import STATUS_WORDS, Shown, shown
from cally.web.pages.host.story import story

Span = Literal["upcoming", "past", "all"]
SPANS: tuple[Span, ...] = get_args(Span)
PAGE_SIZE = 50
CURSOR = re.compile(r"([0-9]{1,15})\.([0-9]{1,19})")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of the list is asked for; anything unknown in the address means everything."""

    span: Span
    status: Status | None
    q: str
    after: str

    def link(self, **changes: str) -> str:
        """The address of the list with other filters."""
        values = {"span": self.span, "status": self.status or "", "q": self.q, **changes}
        kept = {name: value for name, value in values.items() if value and (name, value) != ("span", "upcoming")}
        return "/app/bookings" + (f"?{urlencode(kept)}" if kept else "")


@get("/app/bookings")
async def listing(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """The list: what lies ahead, what is over, or both; found by name, address or title."""
    wanted = _wanted(request)
    found = await _found(desk, wanted)
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    rows = await _rows(desk, wanted, found[:PAGE_SIZE])
    return await desk.page(
        "pages/host/bookings.html",
        here="bookings",
        wanted=wanted,
        statuses=STATUS_WORDS.items(),
        today=local(desk.now, desk.host.tz).date().isoformat(),
        rows=rows,
        series=await series_labels(desk, (item.booking for item in rows)),
        more=wanted.link(after=f"{last.starts_at}.{last.id}") if last else "",
    )


@get("/app/bookings/{uid:str}")
async def detail(desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """One booking: the facts, what may be done, what happened, what was sent."""
    booking = await desk.booking(uid)
    words, names = desk.words, {host.id: host.name for host in await list_hosts(desk.db)}
    others = {host_id: name for host_id, name in names.items() if host_id != desk.host.id}
    entries = await history(desk.db, uid)
    messages = await messages_of(desk.db, booking.id)
    gathering = await session_of(desk.db, booking)
    return await desk.page(
        "pages/host/booking.html",
        here="bookings",
        item=shown(booking, words),
        propose_href=_propose_href(desk, booking),
        hosts=[names.get(host_id, "?") for host_id in booking.hosts],
        whys=whys(booking, names),
        of_team=bool(await choices(desk.db, booking, now=desk.now)),
        series=await series_at_desk(desk, booking),
        group=await group(desk, gathering) if gathering is not None else None,
        line=await line_of(desk, event_type_id=booking.event_type_id, starts_at=booking.starts_at),
        back=f"/app/bookings/{booking.uid}",
        story=[story(entry, words, others) for entry in entries],
        consent=await consents.of_booking(desk.db, booking.id),
        messages=[shown_message(message, words) for message in messages],
        deliveries=[
            shown_delivery(one, words) for one in await list_of_booking(desk.db, booking.id, host_id=desk.host.id)
        ],
    )


ROUTES = [listing, detail]


def _propose_href(desk: Desk, booking: Booking) -> str:
    """Where the host of a request offers other times; empty for one that has no such page."""
    if booking.status != "pending" or booking.series_id is not None or desk.host.id not in booking.hosts:
        return ""
    return f"{answer_url(desk.vault, '', booking, desk.host.id)}/proposal"


def _wanted(request: Asked) -> Wanted:
    asked = request.query_params
    span, status = asked.get("span", "upcoming"), asked.get("status", "")
    return Wanted(
        span=next((known for known in SPANS if known == span), "upcoming"),
        status=next((known for known in STATUS_WORDS if known == status), None),
        q=line(asked.get("q", "").replace("\n", " ")[:100], "q", required=False),
        after=asked.get("after", ""),
    )


async def _rows(desk: Desk, wanted: Wanted, found: list[Booking]) -> list[Shown]:
    """One row for a session; where somebody is looked for, a row for each guest."""
    if wanted.q or wanted.status not in {None, "confirmed"}:
        return [shown(booking, desk.words) for booking in found]
    cursor = _cursor(wanted.after)
    return await gathered(desk, found, behind=cursor[0] if cursor is not None else None)


async def _found(desk: Desk, wanted: Wanted) -> list[Booking]:
    """One more than a page holds, to know whether there is another."""
    if wanted.span == "past":
        return await _past(desk, wanted)
    return await list_bookings(
        desk.db,
        host_id=desk.host.id,
        from_at=desk.now if wanted.span == "upcoming" else None,
        status=wanted.status,
        q=wanted.q or None,
        after=_cursor(wanted.after),
        limit=PAGE_SIZE + 1,
    )


async def _past(desk: Desk, wanted: Wanted) -> list[Booking]:
    """Latest first, from the last one seen backwards; several may share its start."""
    cursor = _cursor(wanted.after)
    found = await list_bookings(
        desk.db,
        host_id=desk.host.id,
        to_at=desk.now if cursor is None else cursor[0] + 1,
        status=wanted.status,
        q=wanted.q or None,
        latest_first=True,
        limit=LARGEST_PAGE,
    )
    unseen = [item for item in found if cursor is None or (item.starts_at, item.id) < cursor]
    return unseen[: PAGE_SIZE + 1]


def _cursor(text: str) -> tuple[int, int] | None:
    """The start and id of the last booking seen; None for the beginning of the list."""
    found = CURSOR.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None
