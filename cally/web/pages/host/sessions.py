"""One session at the desk: who comes, who waits, and what a host does: seat, invite, cancel one or all."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import cancel_session, invite, seat_guest, session_by_uid
from cally.bookings.seeing import concerns
from cally.errors import CallyError, not_found
from cally.model.bookings import BookingRequest, Guest, Taken
from cally.model.groups import Gathering
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.gathered import group
from cally.web.pages.host.lines import line_of
from cally.web.pages.host.refusals import refusal_sentence
from cally.web.pages.host.shown import shown
from cally.web.pages.host.wording import until

HOURS = (4, 24, 48, 168)
INVITED_MOST = 720


@get("/app/sessions/{uid:str}")
async def detail(desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """The session with its guests and its line."""
    return await _page(desk, await _session(desk, uid), Form.of(hours=24))


@post("/app/sessions/{uid:str}/seats", status_code=303)
async def add_guest(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Book a seat for a guest, or invite them with one kept for a while; each is told by mail."""
    form, gathering = await forms.read(request), await _session(desk, uid)
    name, email = form.line("name"), form.email("email")
    if form.faults:
        return await _page(desk, gathering, form, status=422)
    person = Guest(name=name, email=email, tz=desk.host.tz, locale=desk.host.locale)
    try:
        sentence = await (_invited if form.text("how") == "invite" else _seated)(desk, gathering, person, form)
    except CallyError as error:
        form.note(error, {"guest.name": "name", "guest.email": "email"})
        return await _page(desk, gathering, form, status=409 if error.code == "conflict" else 422)
    desk.doors.wake()
    return desk.back_to(f"/app/sessions/{uid}", sentence)


@get("/app/sessions/{uid:str}/cancellation")
async def cancellation_form(desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Ask for the reason before a session is cancelled: every guest is told at once."""
    return await _cancellation_page(desk, await _session(desk, uid), Form())


@post("/app/sessions/{uid:str}/cancellation", status_code=303)
async def cancellation(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Cancel the session for everybody."""
    form, gathering = await forms.read(request), await _session(desk, uid)
    try:
        await cancel_session(desk.store, uid, reason=form.text("reason"), now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _cancellation_page(desk, gathering, form, status=422)
    desk.doors.wake()
    return desk.back_to("/app/bookings", f"{gathering.title} is cancelled; everybody will be told.")


ROUTES = [detail, add_guest, cancellation_form, cancellation]


async def _session(desk: Desk, uid: str) -> Gathering:
    """A session of this host, or of a team that they manage; raises `not_found` for every other one."""
    gathering = await session_by_uid(desk.db, uid)
    if gathering is None:
        raise not_found("session")
    if gathering.session.host_id != desk.host.id:
        seen = [await concerns(desk.db, desk.account, booking) for booking in gathering.bookings[:1]]
        if not any(seen):
            raise not_found("session")
    return gathering


async def _seated(desk: Desk, gathering: Gathering, person: Guest, form: Form) -> str:
    request = BookingRequest(host="", event_type="", starts_at=0, guest=person, notes=form.text("notes"))
    uid = gathering.session.uid
    answer = await seat_guest(desk.store, desk.doors.availability, uid, request, now=desk.now, actor=desk.actor)
    if isinstance(answer, Taken):
        full = answer.refusal.code in {"booked", "held"}
        sentence = "All seats are taken." if full else refusal_sentence(answer.refusal, desk.words)
        raise CallyError("conflict", sentence)
    return f"{person.name} has a seat and will be told."


async def _invited(desk: Desk, gathering: Gathering, person: Guest, form: Form) -> str:
    hours = form.number("hours", least=1, most=INVITED_MOST, default=24)
    uid = gathering.session.uid
    (entry,) = await invite(desk.store, uid, (person,), hours=hours, now=desk.now, actor=desk.actor)
    return f"{person.name} is invited; a seat is kept until {desk.words.moment(entry.expires_at or 0)}."


async def _page(desk: Desk, gathering: Gathering, form: Form, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/host/session.html", here="bookings", status=status, **await _values(desk, gathering), form=form
    )


async def _values(desk: Desk, gathering: Gathering) -> dict[str, Any]:
    words, session = desk.words, gathering.session
    live = gathering.live
    return {
        "group": await group(desk, gathering),
        "when": words.when(session.starts_at, session.ends_at),
        "away": until(session.starts_at, words.now),
        "began": session.starts_at <= words.now,
        "guests": [shown(booking, words) for booking in live],
        "gone": [shown(booking, words) for booking in gathering.bookings if booking not in live],
        "emails": ", ".join(booking.guest.email for booking in live),
        "line": await line_of(desk, event_type_id=session.event_type_id, starts_at=session.starts_at),
        "back": f"/app/sessions/{session.uid}",
        "hours": [(hours, f"{hours} hours" if hours < 168 else "a week") for hours in HOURS],
    }


async def _cancellation_page(desk: Desk, gathering: Gathering, form: Form, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/host/session_cancel.html",
        here="bookings",
        status=status,
        **await _values(desk, gathering),
        form=form,
    )
