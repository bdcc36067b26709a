"""A host answers a request from its message, without signing in. Opening a link changes nothing: scanners open all."""

from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally import bookings
from cally.bookings import MOST_PROPOSED, offer_of, request_for_token
from cally.bookings.moving import slots_to_move_to
from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.bookings import Taken
from cally.model.erased import ERASED_EMAIL
from cally.notify.day import day_around
from cally.notify.places import where_line
from cally.web import forms, rendering
from cally.web.dates import Words, local
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.pages.public import clocks
from cally.web.pages.public.actors import guest
from cally.web.pages.public.chosen import instant, iso
from cally.web.pages.public.ticket import PRIVATE

SHOWN_DAYS = 14
DAY_SECONDS = 86_400
AnyRequest = Request[Any, Any, Any]


@get("/answer/{token:str}", include_in_schema=False)
async def question(request: AnyRequest, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """The request with the day around it, and whether to accept it; later, what became of it."""
    return await _page(request, doors, token)


@get("/answer/{token:str}/declination", include_in_schema=False)
async def declining(request: AnyRequest, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """Whether to decline, and in what words."""
    return await _page(request, doors, token, step="decline")


@get("/answer/{token:str}/proposal", include_in_schema=False)
async def proposing(request: AnyRequest, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """The host's free times, of which up to three may be proposed."""
    return await _page(request, doors, token, step="propose")


@post("/answer/{token:str}/approval", status_code=200, include_in_schema=False)
async def approve(request: AnyRequest, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """Say yes; saying it twice has one effect."""
    found, actor = await _opened(request, doors, token)
    try:
        answer = await bookings.approve(
            doors.store, doors.availability, found.booking.uid, now=doors.clock(), actor=actor
        )
    except CallyError as error:
        return await _refused(request, doors, token, error)
    if isinstance(answer, Taken):
        sentence = "This time cannot be had any more: something else claims it. You can propose another one."
        return await _page(request, doors, token, status=409, notice=sentence)
    return _done(doors, token)


@post("/answer/{token:str}/declination", status_code=200, include_in_schema=False)
async def decline(request: AnyRequest, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """Say no, with a few words if one likes."""
    found, actor = await _opened(request, doors, token)
    form = await forms.read(request)
    try:
        await bookings.decline(
            doors.store, found.booking.uid, reason=form.text("reason"), now=doors.clock(), actor=actor
        )
    except CallyError as error:
        return await _refused(request, doors, token, error, step="decline", form=form)
    return _done(doors, token)


@post("/answer/{token:str}/proposal", status_code=200, include_in_schema=False)
async def propose(request: AnyRequest, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """Offer the guest other times."""
    found, actor = await _opened(request, doors, token)
    form = await forms.read(request)
    starts = [start for start in map(instant, form.all("starts")) if start is not None]
    try:
        await bookings.propose(
            doors.store, found.booking.uid, starts, reason=form.text("reason"), now=doors.clock(), actor=actor
        )
    except CallyError as error:
        return await _refused(request, doors, token, error, step="propose", form=form)
    return _done(doors, token)


ROUTES = [question, declining, proposing, approve, decline, propose]


async def _found(doors: Doors, token: str) -> bookings.Request:
    found = await request_for_token(doors.store.reader, doors.vault, token, doors.clock())
    if found is None or found.booking.guest.email == ERASED_EMAIL:
        raise not_found("request")
    return found


async def _opened(request: AnyRequest, doors: Doors, token: str) -> tuple[bookings.Request, Actor]:
    """The request that may be answered, and who answers: the host whom its message went to.

    Raises `conflict` for another request than the message told of.
    """
    address = guest(request, doors).address
    doors.guests.change(address, doors.clock())
    found = await _found(doors, token)
    if found.state == "changed":
        raise CallyError("conflict", "The guest has changed this request since; the newest message answers it.")
    return found, Actor(kind="host", account_id=found.host.id, address=address)


def _done(doors: Doors, token: str) -> Response[Any]:
    doors.wake()
    return Redirect(f"/answer/{token}", status_code=303)


async def _refused(
    request: AnyRequest, doors: Doors, token: str, error: CallyError, *, step: str = "", form: Form | None = None
) -> Response[Any]:
    if error.code not in {"conflict", "invalid"}:
        raise error
    status = 409 if error.code == "conflict" else 422
    kept = step if error.code == "invalid" else ""
    return await _page(request, doors, token, step=kept, status=status, notice=error.sentence, form=form)


async def _page(
    request: AnyRequest,
    doors: Doors,
    token: str,
    *,
    step: str = "",
    status: int = 200,
    notice: str = "",
    form: Form | None = None,
) -> Response[Any]:
    found, words, now = await _found(doors, token), rendering.reader(request), doors.clock()
    booking, host = found.booking, found.host
    may_propose = booking.series_id is None and not found.proposed
    if found.state != "waiting" or (step == "propose" and not may_propose):
        step = ""
    start = _first_day(request.query_params.get("from", ""), host.tz, now)
    return rendering.render(
        request,
        "pages/public/answer.html",
        status,
        headers=PRIVATE,
        booking=booking,
        host=host,
        state=found.state,
        step=step,
        path=f"/answer/{token}",
        when=clocks.when(words, booking.starts_at, booking.ends_at, tz=host.tz, home=None),
        place=where_line(booking.terms, host_name=host.name, guest_name=booking.guest.name),
        day=await _day(doors, found, words) if found.state == "waiting" else None,
        may_propose=may_propose,
        proposed=clocks.short(words, found.proposed, host.tz),
        days=await _free_days(doors, found, words, start) if step == "propose" else [],
        most=MOST_PROPOSED,
        later=local(start + SHOWN_DAYS * DAY_SECONDS, host.tz).date().isoformat(),
        earlier=local(start - SHOWN_DAYS * DAY_SECONDS, host.tz).date().isoformat() if start > now else "",
        form=form or Form(),
        notice=notice,
    )


async def _day(doors: Doors, found: bookings.Request, words: Words) -> list[tuple[str, str, str, str]]:
    """Each stretch of the host's day: its kind, when, what, and how many minutes it lasts."""
    day = await day_around(doors.store.reader, found.booking, host_id=found.host.id, tz=found.host.tz)
    return [
        (
            one.kind,
            words.span(one.starts_at, one.ends_at, day.tz),
            ": ".join(part for part in (one.title, one.guest) if part),
            _length(one.ends_at - one.starts_at),
        )
        for one in day.stretches
    ]


def _length(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join(text for number, text in ((hours, f"{hours} h"), (minutes, f"{minutes} min")) if number)


async def _free_days(
    doors: Doors, found: bookings.Request, words: Words, start: int
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The free times of two weeks by day, as forms write them and as they are read."""
    db, tz = doors.store.reader, found.host.tz
    slots = await slots_to_move_to(
        db,
        await offer_of(db, found.booking),
        found.booking,
        now=doors.clock(),
        from_at=start,
        to_at=start + SHOWN_DAYS * DAY_SECONDS,
    )
    by_day = groupby((slot.starts_at for slot in slots), key=lambda at: local(at, tz).date())
    return [(words.day(on), [(iso(at), words.time(at, tz)) for at in starts]) for on, starts in by_day]


def _first_day(text: str, tz: str, now: int) -> int:
    """Local midnight of the day asked for, never before now."""
    try:
        asked = datetime.combine(date.fromisoformat(text), datetime.min.time(), ZoneInfo(tz))
        return min(max(int(asked.timestamp()), now), now + 3 * 366 * DAY_SECONDS)
    except (ValueError, OverflowError):
        return now
