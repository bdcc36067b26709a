"""What a host does to a booking: approve, decline, cancel, move, mark a no-show; each is a form that says what came."""

from collections.abc import Awaitable
from datetime import UTC, date, datetime
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import approve, cancel, decline, mark_no_show, move_series, offer_of, reschedule
from cally.errors import CallyError
from cally.model.bookings import LIVE, Booking, Slot, Taken
from cally.model.series import Scope, SeriesTaken
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo
from cally.web.pages.host.refusals import refusal_sentence
from cally.web.pages.host.series import scope_of, series_at_desk
from cally.web.pages.host.shown import shown
from cally.web.pages.host.wording import Words

SHOWN_DAYS = 14
DAY_SECONDS = 86_400
LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp()) - 1  # no calendar is kept for what lies behind it

Answer = TypeVar("Answer")


@post("/app/bookings/{uid:str}/approval", status_code=303)
async def approval(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Say yes to a request."""
    form, booking = await forms.read(request), await desk.booking(uid)
    answer = await _tried(approve(desk.store, desk.doors.availability, uid, now=desk.now, actor=desk.actor))
    desk.doors.wake()
    if isinstance(answer, CallyError):
        return desk.back_to(_back(form, uid), answer.sentence, kind="error")
    if isinstance(answer, Taken):
        return desk.back_to(_back(form, uid), refusal_sentence(answer.refusal, desk.words), kind="error")
    of_series = " for every date that waited" if booking.series_id is not None else ""
    return desk.back_to(_back(form, uid), f"{booking.guest.name} is confirmed{of_series} and will be told.")


@post("/app/bookings/{uid:str}/declination", status_code=303)
async def declination(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Say no to a request, with a few words if one likes."""
    form, booking = await forms.read(request), await desk.booking(uid)
    answer = await _tried(decline(desk.store, uid, reason=form.text("reason"), now=desk.now, actor=desk.actor))
    desk.doors.wake()
    if isinstance(answer, CallyError):
        return desk.back_to(_back(form, uid), answer.sentence, kind="error")
    return desk.back_to(_back(form, uid), f"{booking.guest.name} will be told that this time does not suit you.")


@get("/app/bookings/{uid:str}/cancellation")
async def cancellation_form(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Ask for the reason before a booking is cancelled: it cannot be undone, for the guest is told at once."""
    booking = await desk.booking(uid)
    return await _cancellation_page(desk, booking, Form(), scope=scope_of(request.query_params.get("scope", "")))


@post("/app/bookings/{uid:str}/cancellation", status_code=303)
async def cancellation(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Cancel a booking and tell the guest why."""
    form, booking = await forms.read(request), await desk.booking(uid)
    scope = scope_of(form.text("scope"))
    try:
        await cancel(desk.store, uid, reason=form.text("reason"), scope=scope, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _cancellation_page(desk, booking, form, status=422, scope=scope)
    desk.doors.wake()
    return desk.back_to(f"/app/bookings/{uid}", f"Cancelled. {booking.guest.name} will be told.")


@get("/app/bookings/{uid:str}/reschedule")
async def reschedule_form(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """The free times of the next weeks, and a field for any other time."""
    booking = await desk.booking(uid)
    return await _reschedule_page(desk, booking, Form(), from_on=request.query_params.get("from", ""))


@post("/app/bookings/{uid:str}/reschedule", status_code=303)
async def reschedule_post(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Move a booking to a free time, or to any time of one's own choice that nothing else claims."""
    form, booking = await forms.read(request), await desk.booking(uid)
    starts_at = _chosen(form, desk.host.tz)
    if form.faults:
        return await _reschedule_page(desk, booking, form, status=422)
    answer = await _tried(_moving(desk, uid, starts_at, scope_of(form.text("scope"))))
    desk.doors.wake()
    words = desk.words
    if isinstance(answer, CallyError):
        form.fault("", answer.sentence)
    elif isinstance(answer, Taken):
        form.fault("", refusal_sentence(answer.refusal, words))
    elif isinstance(answer, SeriesTaken):
        form.fault("", _in_the_way(answer, words))
    else:
        sentence = f"Moved to {words.moment(answer.starts_at)}. {booking.guest.name} will be told."
        return desk.back_to(f"/app/bookings/{uid}", sentence)
    alternatives = answer.alternatives if isinstance(answer, Taken) else ()
    return await _reschedule_page(desk, booking, form, status=409, alternatives=alternatives)


@post("/app/bookings/{uid:str}/no-show", status_code=303)
async def no_show(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Note that the guest stayed away, or take that back."""
    form, booking = await forms.read(request), await desk.booking(uid)
    stayed_away = not form.flag("undo")
    marking = mark_no_show(desk.store, uid, now=desk.now, actor=desk.actor, no_show=stayed_away)
    answer = await _tried(marking)
    path = f"/app/bookings/{uid}"
    if isinstance(answer, CallyError):
        return desk.back_to(path, answer.sentence, kind="error")
    if not stayed_away:
        return desk.back_to(path, f"{booking.guest.name} was there after all.")
    undo = Undo(action=f"{path}/no-show", fields=(("undo", forms.CHECKED),))
    return desk.back_to(path, f"Noted that {booking.guest.name} did not come.", undo=undo)


ROUTES = [approval, declination, cancellation_form, cancellation, reschedule_form, reschedule_post, no_show]


async def _moving(desk: Desk, uid: str, starts_at: int, scope: Scope) -> Booking | Taken | SeriesTaken:
    store, free = desk.store, desk.doors.availability
    if scope == "one":
        return await reschedule(store, free, uid, starts_at, now=desk.now, actor=desk.actor)
    return await move_series(store, free, uid, starts_at, scope=scope, now=desk.now, actor=desk.actor)


def _in_the_way(taken: SeriesTaken, words: Words) -> str:
    """Which dates cannot move, and why."""
    dates = [f"{words.moment(one.starts_at)} ({refusal_sentence(one.refusal, words)})" for one in taken.clashes]
    return f"Nothing was moved, for not every date can: {'; '.join(dates)}"


async def _cancellation_page(
    desk: Desk, booking: Booking, form: Form, *, status: int = 200, scope: Scope = "one"
) -> Page:
    return await desk.page(
        "pages/host/booking_cancel.html",
        here="bookings",
        status=status,
        item=shown(booking, desk.words),
        series=await series_at_desk(desk, booking),
        scope=scope,
        form=form,
    )


async def _reschedule_page(
    desk: Desk,
    booking: Booking,
    form: Form,
    *,
    status: int = 200,
    alternatives: tuple[int, ...] = (),
    from_on: str = "",
) -> Page:
    words = desk.words
    start = _first_day(from_on, words)
    slots = await _slots(desk, booking, start) if booking.status in LIVE else ()
    return await desk.page(
        "pages/host/booking_reschedule.html",
        here="bookings",
        status=status,
        item=shown(booking, words),
        series=await series_at_desk(desk, booking),
        scope=scope_of(form.text("scope")),
        form=form,
        alternatives=[(starts_at, words.moment(starts_at)) for starts_at in alternatives],
        days=_by_day(slots, booking, words),
        later=words.on(start + SHOWN_DAYS * DAY_SECONDS).isoformat(),
        earlier=words.on(start - SHOWN_DAYS * DAY_SECONDS).isoformat() if start > desk.now else "",
        today=words.on(desk.now).isoformat(),
        tz=desk.host.tz,
    )


async def _slots(desk: Desk, booking: Booking, start: int) -> tuple[Slot, ...]:
    offer = await offer_of(desk.db, booking)
    minutes = booking.terms.duration_minutes
    return await desk.doors.availability.slots(
        offer,
        now=desk.now,
        from_at=start,
        to_at=start + SHOWN_DAYS * DAY_SECONDS,
        duration_minutes=minutes if minutes in offer.event_type.durations_minutes else None,
    )


def _by_day(slots: tuple[Slot, ...], booking: Booking, words: Words) -> list[tuple[str, list[tuple[int, str]]]]:
    free = [slot.starts_at for slot in slots if slot.starts_at != booking.starts_at]
    days = groupby(free, key=words.on)
    return [(words.long_day(on), [(start, words.clock(start)) for start in starts]) for on, starts in days]


def _first_day(text: str, words: Words) -> int:
    """Local midnight of the day asked for, never before now."""
    try:
        asked = datetime.combine(date.fromisoformat(text), datetime.min.time(), ZoneInfo(words.tz))
        return min(max(int(asked.timestamp()), words.now), LATEST)
    except (ValueError, OverflowError):
        return words.now


def _chosen(form: Form, tz: str) -> int:
    """A free time that was picked, else the date and time that were typed, by the host's clock."""
    if form.has("starts_at"):
        return form.number("starts_at", least=0, most=LATEST)
    try:
        local = datetime.fromisoformat(f"{form.text('on').strip()}T{form.text('at').strip()}")
        instant = local.replace(tzinfo=ZoneInfo(tz)) if local.tzinfo is None else local
        starts_at = int(instant.timestamp())
    except (ValueError, OverflowError):
        form.fault("on", "Please give a date and a time, like 2026-12-24 and 14:30.")
        return 0
    if not 0 <= starts_at <= LATEST:
        form.fault("on", "This must lie in the years 1970 to 2199.")
        return 0
    if datetime.fromtimestamp(starts_at, UTC).astimezone(ZoneInfo(tz)).replace(tzinfo=None) != local:
        form.fault("on", "That time does not exist on this day: the clocks go forward over it.")
    return starts_at


def _back(form: Form, uid: FromPath[str]) -> str:
    """Where the button stood: the desk's first page or the booking's own."""
    return "/app" if form.text("back") == "home" else f"/app/bookings/{uid}"


async def _tried(act: Awaitable[Answer]) -> Answer | CallyError:
    """What the act answers; a booking that is in no state for it is an answer too (rule 54)."""
    try:
        return await act
    except CallyError as error:
        if error.code != "conflict":
            raise
        return error
