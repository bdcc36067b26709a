"""Confirming: the form becomes a booking, or comes back with what can be had instead, everything kept."""

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.bookings import TEAM, Offer, book, book_series, manage_token, offer, release
from cally.errors import CallyError
from cally.model.bookings import Booked, BookingRequest, Taken
from cally.model.private_pages import Keys
from cally.model.series import SeriesBooked, SeriesRequest, SeriesTaken
from cally.web import forms, rendering
from cally.web.admission import is_trapped, mailed, require_welcome, require_work, trapped
from cally.web.doors import Doors
from cally.web.errors import retry_headers
from cally.web.forms import Form
from cally.web.keys import known_keys
from cally.web.pages.public.actors import guest
from cally.web.pages.public.booking import details_page, series_shown
from cally.web.pages.public.chosen import Asked, iso
from cally.web.pages.public.details import booking_request, new_key, note, slot_of
from cally.web.pages.public.repeating import asked_series

ALREADY = "You have already booked with this form. Confirm again if you want a second booking."
CLASH = "Not every date can be had, so nothing is booked yet. Your details are kept."
LOOK = "Not every date can be had. Please look at what is left out, then confirm."
TAKEN = "Someone was faster: this time has just been taken. Your details are kept; one tap on another time books it."


@post("/{host:str}/{slug:str}", status_code=200, include_in_schema=False)
async def confirm(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], host: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Book what the form asks for: 303 to the ticket, 422 with each fault beside its field, 409 with other times."""
    return await confirmed(request, doors, host, slug)


@post("/team/{team:str}/{slug:str}", status_code=200, include_in_schema=False)
async def confirm_with_team(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], team: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """The same with a team."""
    return await confirmed(request, doors, f"{TEAM}{team}", slug)


async def confirmed(
    request: Request[Any, Any, Any], doors: Doors, owner: str, slug: str, shown: Keys | None = None
) -> Response[Any]:
    """Book at an owner's address what the form asks for, with the keys that were shown."""
    form, shown = await forms.read(request), shown or known_keys(request, doors)
    found = await offer(doors.store.reader, owner, slug, shown)
    starts_at = slot_of(form)
    if starts_at is None:
        return Redirect(found.path, status_code=303)
    words = _asked(form, starts_at)
    if is_trapped(form):
        return await trapped(request, doors, found.path, "/b/")
    if form.text("act") == "dates":
        doors.guests.look(guest(request, doors).address, doors.clock())
        return await details_page(request, doors, found, words, form=form)
    series = asked_series(form, found)
    wanted = booking_request(form, found, starts_at, rendering.reader(request).tag)
    if form.faults:
        return await details_page(request, doors, found, words, form=form, status=422)
    mailboxes = (wanted.guest.email, *(companion.email for companion in wanted.companions))
    try:
        require_work(request, doors, form, found.path)
        await require_welcome(request, doors, mailboxes, found.path)
        times = 1 + len(wanted.companions) + (series.count if series else 0)
        doors.guests.change(guest(request, doors).address, doors.clock(), times=times)
        answer = await _book(request, doors, wanted, form, series, shown)
    except CallyError as error:
        return await _again(request, doors, found, words, form, error)
    if isinstance(answer, Taken):
        return await details_page(
            request, doors, found, words, form=form, status=409, alternatives=answer.alternatives, notice=TAKEN
        )
    if isinstance(answer, SeriesTaken):
        dates = await series_shown(doors, found, form, rendering.reader(request), words, answer.clashes)
        told = LOOK if dates is not None and dates.can_be_booked else CLASH
        return await details_page(request, doors, found, words, form=form, status=409, notice=told, series=dates)
    doors.wake()
    if answer.created:
        mailed(doors, mailboxes)
    first = answer.booking if isinstance(answer, Booked) else answer.bookings[0]
    return Redirect(f"/b/{manage_token(doors.vault, first.uid)}?new=1", status_code=303)


Answer = Booked | Taken | SeriesBooked | SeriesTaken


async def _book(
    request: Request[Any, Any, Any],
    doors: Doors,
    wanted: BookingRequest,
    form: Form,
    series: SeriesRequest | None,
    shown: Keys,
) -> Answer:
    if form.has("instead") and form.text("hold"):
        await release(doors.store, form.text("hold"))
        doors.guests.given_up(form.text("hold"))
    try:
        made = await _try(request, doors, wanted, form, series, shown)
    except CallyError as error:
        if error.facts.get("field") != "hold":
            raise
    else:
        if isinstance(made, Booked | SeriesBooked) and made.created:
            doors.guests.given_up(wanted.hold)
        return made
    return await _try(request, doors, msgspec.structs.replace(wanted, hold=None), form, series, shown)


async def _try(
    request: Request[Any, Any, Any],
    doors: Doors,
    wanted: BookingRequest,
    form: Form,
    series: SeriesRequest | None,
    shown: Keys,
) -> Answer:
    who: dict[str, Any] = {"now": doors.clock(), "actor": guest(request, doors)}
    key = form.text("key") or None
    if series is None:
        return await book(doors.store, doors.availability, wanted, idempotency_key=key, shown=shown, **who)
    return await book_series(doors.store, doors.availability, wanted, series, idempotency_key=key, shown=shown, **who)


async def _again(
    request: Request[Any, Any, Any], doors: Doors, found: Offer, words: Asked, form: Form, error: CallyError
) -> Response[Any]:
    """The form once more, saying what was wrong with it."""
    if error.code == "idempotency_key_reused":
        fresh = Form([(name, value) for name, value in form.pairs if name != "key"] + [("key", new_key())])
        return await details_page(request, doors, found, words, form=fresh, status=409, notice=ALREADY)
    if error.code == "guest_limit":
        doors.wake()
        return await details_page(request, doors, found, words, form=form, status=409, notice=error.sentence)
    if error.code == "rate_limited":
        wait = retry_headers(error)
        told = f"{error.sentence} Your details are kept."
        return await details_page(request, doors, found, words, form=form, status=429, notice=told, headers=wait)
    if error.code == "forbidden":
        return await details_page(request, doors, found, words, form=form, status=403, notice=error.sentence)
    note(form, error)
    return await details_page(request, doors, found, words, form=form, status=422)


def _asked(form: Form, starts_at: int) -> Asked:
    """What the address of this form would have said."""
    return Asked(
        tz=form.text("tz")[:64],
        slot=iso(starts_at),
        duration=form.text("duration")[:8],
        nights=form.text("nights")[:8],
    )
