"""A guest moves their booking: the same picker, then one confirmation; the old time goes only with the new one had."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.bookings import move_series, reschedule
from cally.bookings.changes import was_proposed
from cally.bookings.moving import slots_to_move_to
from cally.errors import CallyError
from cally.model.bookings import LIVE, Booking, Slot, Taken
from cally.model.series import Scope, SeriesTaken
from cally.model.zones import is_zone
from cally.store import Reader
from cally.web import forms, rendering
from cally.web.dates import Words
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.pages.public import clocks
from cally.web.pages.public.actors import guest
from cally.web.pages.public.chosen import Asked, Chosen, Links, asked, chosen, iso, kept
from cally.web.pages.public.details import slot_of
from cally.web.pages.public.picker import Picker, Scene, picker
from cally.web.pages.public.series_dates import scope_of, series_on_ticket
from cally.web.pages.public.stay import Nights, by_night, by_night_facts, stay_picker
from cally.web.pages.public.texts import texts
from cally.web.pages.public.ticket import PRIVATE, Managed, managed, ticket_page
from cally.web.pages.public.whom import first_names, home_of, met

TAKEN = "Someone was faster: this time has just been taken. Your booking stands as it was."
DAY_SECONDS = 86_400


@get("/b/{token:str}/reschedule", include_in_schema=False)
async def new_times(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]
) -> Response[Any]:
    """Times to move to; with a slot in the address, the question whether to."""
    found = await managed(doors, token)
    if not _is_movable(found.booking, doors.clock()):
        return Redirect(found.path, status_code=303)
    return await _page(request, doors, found, asked(request))


@post("/b/{token:str}/reschedule", status_code=200, include_in_schema=False)
async def move(request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """Move the booking: 303 to the ticket, 409 with the nearest other times when the new one is gone."""
    doors.guests.change(guest(request, doors).address, doors.clock())
    found, form = await managed(doors, token), await forms.read(request)
    doors.guests.change(guest(request, doors).address, doors.clock(), times=len(found.booking.companions))
    starts_at = slot_of(form)
    if starts_at is None:
        return Redirect(f"{found.path}/reschedule", status_code=303)
    try:
        answer = await _moved(request, doors, found, starts_at, scope_of(form.text("scope")))
    except CallyError as error:
        if error.code != "conflict":
            raise
        return await ticket_page(request, doors, found, status=409, notice=error.sentence)
    if isinstance(answer, Booking):
        doors.wake()
        return Redirect(f"{found.path}?moved=1", status_code=303)
    words = Asked(tz=form.text("tz")[:64], slot=iso(starts_at))
    if isinstance(answer, SeriesTaken):
        told = _in_the_way(rendering.reader(request), answer, form.text("tz") or found.booking.guest.tz)
        return await _page(request, doors, found, words, status=409, notice=told)
    return await _page(request, doors, found, words, status=409, alternatives=answer.alternatives, notice=TAKEN)


async def _moved(
    request: Request[Any, Any, Any], doors: Doors, found: Managed, starts_at: int, scope: Scope
) -> Booking | Taken | SeriesTaken:
    uid, now, actor = found.booking.uid, doors.clock(), guest(request, doors)
    if scope == "one":
        return await reschedule(doors.store, doors.availability, uid, starts_at, now=now, actor=actor)
    return await move_series(doors.store, doors.availability, uid, starts_at, scope=scope, now=now, actor=actor)


def _in_the_way(reading: Words, taken: SeriesTaken, tz: str) -> str:
    """Which of the new times cannot be had."""
    zone = tz if is_zone(tz) else "UTC"
    dates = [
        f"{day}, {clock}" for _start, day, clock in clocks.short(reading, [c.starts_at for c in taken.clashes], zone)
    ]
    return f"Not every date can move: {'; '.join(dates)} cannot be had. Everything stands as it was."


async def _page(
    request: Request[Any, Any, Any],
    doors: Doors,
    found: Managed,
    words: Asked,
    *,
    status: int = 200,
    alternatives: tuple[int, ...] = (),
    notice: str = "",
) -> Response[Any]:
    reading, booking, home = rendering.reader(request), found.booking, home_of(found.hosts)
    stay = found.offer.event_type.options.stay if booking.terms.nights is not None else None
    minutes = booking.terms.duration_minutes
    picked = chosen(
        msgspec.structs.replace(words, tz_kept=words.tz_kept or booking.guest.tz),
        home_tz=found.host.tz,
        durations=(minutes,),
    )
    if stay is not None:
        picked = by_night(picked, found.offer, stay, msgspec.structs.replace(words, nights=str(booking.terms.nights)))
        minutes = picked.minutes
    links = Links(f"{found.path}/reschedule", kept(words, minutes, minutes))
    shown = await _picker(doors, found, picked, reading, links)
    slot = picked.slot
    step = "details" if slot is not None else "none" if shown is None else "time"
    return rendering.render(
        request,
        "pages/public/booking.html",
        status,
        headers=PRIVATE,
        whom=met(found.offer, found.hosts),
        home_tz=found.host.tz,
        first=first_names(found.hosts),
        title=booking.terms.title,
        about=booking.terms.description,
        places=(booking.terms.place,) if booking.terms.place else (),
        questions=(),
        approval=booking.terms.approval and not await was_proposed(doors.store.reader, booking, slot or 0),
        minutes=minutes,
        nights=booking.terms.nights,
        by_night=by_night_facts(stay, reading) if stay else None,
        lengths=[],
        picker=shown,
        closed=await doors.availability.closed(found.offer, doors.clock()),
        path=links.path,
        back=links.to(),
        stays=links.stays,
        more_zones=links.to(zones="all"),
        canonical="",
        mail=doors.mail() is not None,
        moving=booking,
        series=await series_on_ticket(doors, booking, reading),
        scope="one",
        was=clocks.short(reading, [booking.starts_at], picked.tz)[0],
        ticket=found.path,
        step=step,
        slot=iso(slot) if slot is not None else "",
        when=None if slot is None else clocks.when(reading, slot, slot + minutes * 60, tz=picked.tz, home=home),
        alternatives=clocks.short(reading, alternatives, picked.tz),
        is_taken=bool(notice),
        form=Form(),
        notice=notice,
    )


async def _picker(doors: Doors, found: Managed, picked: Chosen, reading: Words, links: Links) -> Picker | None:
    now, db = doors.clock(), doors.store.reader
    home = home_of(found.hosts)
    scene = Scene(
        home=home,
        home_tz=found.host.tz,
        rules=msgspec.structs.replace(found.offer.event_type.rules, seats=1),
        chosen=picked,
        words=reading,
        links=links,
        now=now,
        extra={"t": texts(home)},
    )
    load = _Loader(db, found, now)
    stay, nights = found.offer.event_type.options.stay, found.booking.terms.nights
    if stay is None or nights is None:
        return await picker(scene, load)

    async def load_nights(from_at: int, to_at: int) -> Nights:
        return {slot.starts_at: (nights,) for slot in await load(from_at, to_at)}

    return await stay_picker(stay, scene, load_nights)


class _Loader:
    """The slots that this booking may move to."""

    def __init__(self, db: Reader, found: Managed, now: int) -> None:
        self._db, self._found, self._now = db, found, now

    async def __call__(self, from_at: int, to_at: int) -> tuple[Slot, ...]:
        return await slots_to_move_to(
            self._db, self._found.offer, self._found.booking, now=self._now, from_at=from_at, to_at=to_at
        )


def _is_movable(booking: Booking, now: int) -> bool:
    return booking.status in LIVE and booking.starts_at > now
