"""A guest's page of their booking: what, when, where; to keep, move or cancel. Looking changes nothing (rule 52)."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import Offer, booking_for_token, hosts_of, offer_of, others_by_name, whole_series
from cally.errors import not_found
from cally.model.bookings import LIVE, Booking
from cally.model.erased import ERASED_EMAIL
from cally.model.hosts import Host
from cally.model.messages import HostTold, Snapshot
from cally.notify.calendar_file import calendar_file
from cally.notify.links import manage_url
from cally.notify.places import place_url, reserved, where_line
from cally.notify.series_file import series_file
from cally.web import rendering
from cally.web.dates import Words, local
from cally.web.doors import Doors
from cally.web.pages.public import clocks
from cally.web.pages.public.chosen import Links
from cally.web.pages.public.series_dates import scope_of, series_on_ticket
from cally.web.pages.public.whom import first_names, home_of, names
from cally.web.rendering import AnyRequest

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "same-origin"}


class Managed(msgspec.Struct, frozen=True, kw_only=True):
    """A booking with its offer, as its token opens it; of the hosts the first one answers for it."""

    token: str
    booking: Booking
    offer: Offer
    hosts: tuple[Host, ...]

    @property
    def host(self) -> Host:
        """Who answers for it."""
        return self.hosts[0]

    @property
    def host_names(self) -> str:
        """All who take part, as a guest reads them."""
        return names(self.hosts)

    @property
    def path(self) -> str:
        """The page's address."""
        return f"/b/{self.token}"


@get("/b/{token:str}", include_in_schema=False)
async def ticket(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]
) -> Response[bytes]:
    """The booking as it stands; `?new=1` and `?moved=1` say what has just been done."""
    return await ticket_page(request, doors, await managed(doors, token))


@get("/b/{token:str}/invite.ics", include_in_schema=False)
async def invitation(doors: NamedDependency[Doors], token: FromPath[str]) -> Response[bytes]:
    """The booking as a calendar file; one of a series brings all of it."""
    found = await managed(doors, token)
    content = await _series_file(doors, found) or calendar_file(
        found.booking,
        hosts=[HostTold(name=host.name, email=host.email) for host in found.hosts],
        tz=found.booking.guest.tz,
        manage_url=_address(doors, found),
    )
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{found.offer.event_type.slug}.ics"'}
    return Response(content, media_type="text/calendar", headers=headers)


async def _series_file(doors: Doors, found: Managed) -> bytes | None:
    series = await whole_series(doors.store.reader, found.booking)
    if series is None or not series.live:
        return None
    host = found.host
    snapshot = Snapshot(
        booking=found.booking,
        host_name=host.name,
        host_email=host.email,
        host_tz=host.tz,
        host_locale=host.locale,
        host_slug=host.slug,
        event_type_slug=found.offer.event_type.slug,
        series=series,
    )
    return series_file(snapshot, series, method="PUBLISH", reader="guest", manage_url=_address(doors, found))


async def managed(doors: Doors, token: str) -> Managed:
    """The booking that a manage token opens; raises `not_found` when it is forged or over for long."""
    db = doors.store.reader
    booking = await booking_for_token(db, doors.vault, token, doors.clock())
    if booking is None or booking.guest.email == ERASED_EMAIL:
        raise not_found("booking")
    found = await offer_of(db, booking)
    return Managed(token=token, booking=booking, offer=found, hosts=tuple(await hosts_of(db, found, booking)))


async def ticket_page(
    request: AnyRequest, doors: Doors, found: Managed, *, status: int = 200, notice: str = "", template: str = "ticket"
) -> Response[bytes]:
    """The booking as a page; `notice` says why what was asked for could not be done."""
    words, booking, host = rendering.reader(request), found.booking, found.host
    now, place = doors.clock(), booking.terms.place
    return rendering.render(
        request,
        f"pages/public/{template}.html",
        status,
        headers=PRIVATE,
        booking=booking,
        state=state(booking, now),
        is_changeable=booking.status in LIVE and booking.starts_at > now,
        when=clocks.when(words, booking.starts_at, booking.ends_at, tz=booking.guest.tz, home=home_of(found.hosts)),
        dated=_dated(words, booking, now),
        host=host,
        host_names=found.host_names,
        others=await others_by_name(doors.store.reader, booking),
        first=first_names(found.hosts),
        place=where_line(booking.terms, host_name=found.host_names, guest_name=booking.guest.name),
        reserved=reserved(booking.terms),
        place_url=place_url(place),
        path=found.path,
        again=Links(found.offer.path, {"tz": booking.guest.tz}).to(),
        address=_address(doors, found),
        calendars=_calendars(doors, found),
        mail=doors.mail() is not None,
        series=await series_on_ticket(doors, booking, words),
        scope=scope_of(request.query_params.get("scope", "")),
        is_new=request.query_params.get("new") == "1",
        is_moved=request.query_params.get("moved") == "1",
        notice=notice,
    )


def state(booking: Booking, now: int) -> str:
    """Its status, or what the clock makes of it: `running`, `past`, `unanswered` for a request never answered."""
    if booking.status == "pending":
        return "pending" if booking.starts_at > now else "unanswered"
    if booking.status != "confirmed":
        return booking.status
    return "past" if booking.ends_at <= now else "running" if booking.starts_at <= now else "confirmed"


def _dated(words: Words, booking: Booking, now: int) -> str:
    """The day, with its year when that is not this year."""
    on, today = (local(instant, booking.guest.tz).date() for instant in (booking.starts_at, now))
    return words.day(on) if on.year == today.year else words.day_and_year(on)


def _address(doors: Doors, found: Managed) -> str:
    return manage_url(doors.vault, doors.public_url(), found.booking.uid)


def _calendars(doors: Doors, found: Managed) -> list[tuple[str, str]]:
    """Links that fill in an event in Google's and Microsoft's calendars."""
    booking = found.booking
    title = f"{booking.terms.title}: {found.host_names}"
    where = where_line(booking.terms, host_name=found.host_names, guest_name=booking.guest.name)
    about = "\n\n".join(part for part in (booking.terms.description, _address(doors, found)) if part)
    starts, ends = _stamp(booking.starts_at), _stamp(booking.ends_at)
    google = {"action": "TEMPLATE", "text": title, "dates": f"{_compact(starts)}/{_compact(ends)}", "details": about}
    outlook = {"rru": "addevent", "subject": title, "startdt": starts, "enddt": ends, "body": about, "location": where}
    live = urlencode({"path": "/calendar/action/compose", **outlook})
    return [
        ("Google", f"https://calendar.google.com/calendar/render?{urlencode({**google, 'location': where})}"),
        ("Outlook.com", f"https://outlook.live.com/calendar/0/deeplink/compose?{live}"),
        ("Microsoft 365", f"https://outlook.office.com/calendar/0/deeplink/compose?{live}"),
    ]


def _stamp(instant: int) -> str:
    return clocks.utc(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def _compact(stamp: str) -> str:
    return stamp.replace("-", "").replace(":", "")
