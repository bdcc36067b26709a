"""A guest's page of their place in line: to wait on, to take what is offered, or to leave. Looking changes nothing."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.bookings import (
    Offer,
    accept,
    entry_for_token,
    leave,
    manage_token,
    offer_by_id,
    position,
)
from cally.errors import CallyError, not_found
from cally.model.bookings import Taken
from cally.model.waitlist import ACTIVE, WaitlistEntry
from cally.store import bookings
from cally.web import forms, rendering
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.pages.public import clocks
from cally.web.pages.public.actors import guest
from cally.web.pages.public.chosen import Links, iso
from cally.web.pages.public.consent import consent_asked
from cally.web.pages.public.details import booking_request, note
from cally.web.pages.public.ticket import PRIVATE
from cally.web.pages.public.whom import whom

GONE = "This place could not be booked just now. It is kept for you until the time below."


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its offer, as its token opens it."""

    token: str
    entry: WaitlistEntry
    offer: Offer

    @property
    def path(self) -> str:
        """The page's address."""
        return f"/w/{self.token}"


@get("/w/{token:str}", include_in_schema=False)
async def waiting(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]
) -> Response[Any]:
    """The place in line, or the form that takes what is offered; mail scanners take nothing (rule 52)."""
    found = await _opened(doors, token)
    booking = await bookings.by_id(doors.store.reader, found.entry.booking_id) if found.entry.booking_id else None
    if booking is not None:
        return Redirect(f"/b/{manage_token(doors.vault, booking.uid)}", status_code=303)
    return await _page(request, doors, found, Form())


@post("/w/{token:str}", status_code=200, include_in_schema=False)
async def take(request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """Take what is offered: 303 to the ticket, 422 with each fault beside its field, 409 when nothing is offered."""
    found, form = await _opened(doors, token), await forms.read(request)
    actor, now = guest(request, doors), doors.clock()
    asked = booking_request(_as_known(form, found.entry), found.offer, found.entry.starts_at, found.entry.guest.locale)
    doors.guests.change(actor.address, now, times=1 + len(asked.companions))
    try:
        answer = await accept(doors.store, doors.availability, found.entry.uid, asked, now=now, actor=actor)
    except CallyError as error:
        if error.code in {"conflict", "guest_limit"}:
            return await _page(request, doors, await _opened(doors, token), form, status=409, notice=error.sentence)
        note(form, error)
        return await _page(request, doors, found, form, status=422)
    if isinstance(answer, Taken):
        return await _page(request, doors, found, form, status=409, notice=GONE)
    doors.wake()
    return Redirect(f"/b/{manage_token(doors.vault, answer.booking.uid)}?new=1", status_code=303)


@post("/w/{token:str}/leave", status_code=200, include_in_schema=False)
async def leave_line(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]
) -> Response[Any]:
    """Wait no more, or let an offer go to the next in line; twice is no fault."""
    found = await _opened(doors, token)
    actor = guest(request, doors)
    doors.guests.change(actor.address, doors.clock())
    await leave(doors.store, found.entry.uid, now=doors.clock(), actor=actor)
    doors.wake()
    return Redirect(found.path, status_code=303)


async def _opened(doors: Doors, token: str) -> Waiting:
    entry = await entry_for_token(doors.store.reader, doors.vault, token, doors.clock())
    if entry is None:
        raise not_found("place in a waitlist")
    return Waiting(token=token, entry=entry, offer=await offer_by_id(doors.store.reader, entry.event_type_id))


async def _page(
    request: Request[Any, Any, Any],
    doors: Doors,
    found: Waiting,
    form: Form,
    *,
    status: int = 200,
    notice: str = "",
) -> Response[Any]:
    reading, entry, met, now = rendering.reader(request), found.entry, whom(found.offer), doors.clock()
    state = "missed" if entry.state == "offered" and (entry.expires_at or 0) <= now else entry.state
    until = clocks.short(reading, [entry.expires_at or 0], entry.guest.tz)[0]
    return rendering.render(
        request,
        "pages/public/waiting.html",
        status,
        headers=PRIVATE,
        entry=entry,
        state=state,
        is_active=state in ACTIVE,
        position=await position(doors.store.reader, entry),
        whom=met,
        first=met.first,
        title=found.offer.event_type.title,
        when=clocks.when(reading, entry.starts_at, entry.ends_at, tz=entry.guest.tz, home=met.home),
        until=f"{until[1]}, {until[2]}",
        places=found.offer.event_type.places,
        questions=found.offer.event_type.questions,
        approval=found.offer.event_type.approval,
        path=found.path,
        again=Links(found.offer.path, {"tz": entry.guest.tz}).to(at=iso(entry.starts_at)),
        address=f"{doors.public_url()}{found.path}",
        mail=doors.mail() is not None,
        is_new=request.query_params.get("new") == "1",
        form=form,
        notice=notice,
        consent=await consent_asked(doors.store.reader, found.offer, entry),
    )


def _as_known(form: Form, entry: WaitlistEntry) -> Form:
    """The form with who waited: a place is offered to one guest, not to whoever has the link to fill in."""
    known = {"name": entry.guest.name, "email": entry.guest.email, "tz": entry.guest.tz}
    return Form([*known.items(), *(pair for pair in form.pairs if pair[0] not in known)])
