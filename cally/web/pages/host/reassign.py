"""Giving a booking to another host of the team: each with whether they are free, and one button."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import Choice, choices, concerns, reassign
from cally.errors import CallyError
from cally.hosts import host_by_id
from cally.model.bookings import Booking
from cally.model.rules import Refusal
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.shown import shown

PATH = "/app/bookings/{uid:str}/reassignment"
STATES = {
    "free": ("free", "ok"),
    "outside_hours": ("free, outside their hours", "warn"),
    "unknown": ("a calendar does not answer", "warn"),
    "busy": ("busy then", "danger"),
}


class ChoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A host who could take over, in words."""

    slug: str
    name: str
    state: str
    tone: str
    is_busy: bool
    in_turns: bool


@get(PATH)
async def ask(desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Who of the team could take it."""
    return await _page(desk, await desk.booking(uid), Form())


@post(PATH, status_code=303)
async def hand_over(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Give it to another host; both and the guest are told."""
    form, booking = await forms.read(request), await desk.booking(uid)
    try:
        answer = await reassign(
            desk.store,
            uid,
            form.text("host"),
            instead_of=form.text("instead_of") or None,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        if error.code not in {"conflict", "invalid"}:
            raise
        form.fault("", error.sentence)
        return await _page(desk, booking, form, status=409 if error.code == "conflict" else 422)
    if isinstance(answer, Refusal):
        form.fault("", "This host is busy then; please choose another one.")
        return await _page(desk, booking, form, status=409)
    desk.doors.wake()
    heir = await host_by_id(desk.db, next((one for one in answer.hosts if one not in booking.hosts), answer.host_id))
    named = heir.name if heir is not None else ""
    sentence = f"{named} meets {booking.guest.name} now. Everybody will be told."
    is_still_seen = await concerns(desk.db, desk.account, answer)
    return desk.back_to(f"/app/bookings/{uid}" if is_still_seen else "/app/bookings", sentence)


ROUTES = [ask, hand_over]


async def _page(desk: Desk, booking: Booking, form: Form, *, status: int = 200) -> Page:
    taking_part = [await host_by_id(desk.db, host_id) for host_id in booking.hosts]
    return await desk.page(
        "pages/host/booking_reassign.html",
        here="bookings",
        status=status,
        item=shown(booking, desk.words),
        form=form,
        taking_part=[(host.slug, host.name) for host in taking_part if host is not None],
        rows=[_row(one) for one in await choices(desk.db, booking, now=desk.now)],
    )


def _row(one: Choice) -> ChoiceRow:
    state, tone = STATES[one.state]
    return ChoiceRow(
        slug=one.host.slug,
        name=one.host.name,
        state=state,
        tone=tone,
        is_busy=one.state == "busy",
        in_turns=one.in_turns,
    )
