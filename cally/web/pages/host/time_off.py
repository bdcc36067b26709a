"""Out of office: the days a host is away from everything, who stands in, and which bookings lie there."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import list_bookings
from cally.errors import CallyError, not_found
from cally.hosts import (
    TimeOffDraft,
    create_time_off,
    delete_time_off,
    host_by_id,
    list_colleagues,
    list_standing_in,
    list_time_off,
    stand_in_no_more,
    time_off_by_id,
    update_time_off,
)
from cally.hosts.time_off import YEARS
from cally.model.time_off import TimeOff
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo
from cally.web.pages.host.shown import Shown, shown
from cally.web.pages.host.wording import counted

PATH = "/app/time-off"
MOST_SHOWN = 50
FIELDS = {"first_on": "first", "last_on": "last"}


class TimeOffShown(msgspec.Struct, frozen=True, kw_only=True):
    """Days away in words. `delegate` and `path` are empty when nobody stands in."""

    id: int
    when: str
    length: str
    note: str
    delegate: str
    path: str
    is_now: bool
    bookings: int


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """The days away that are not over, for whom the host stands in, and a form for more."""
    return await _page(desk, Form())


@post(PATH, status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Be away; bookings that lie there are shown first."""
    return await _write(desk, await forms.read(request), None)


@get(PATH + "/{id:int}")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """One of them, to be changed."""
    known = await _own(desk, id)
    delegate = await host_by_id(desk.db, known.delegate_id) if known.delegate_id is not None else None
    form = Form.of(
        first=known.first_on.isoformat(),
        last=known.last_on.isoformat(),
        note=known.note,
        delegate=delegate.slug if delegate else "",
    )
    return await _page(desk, form, known)


@post(PATH + "/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Be away on other days, or with another delegate."""
    return await _write(desk, await forms.read(request), await _own(desk, id))


@post(PATH + "/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Be there after all."""
    known = await _own(desk, id)
    delegate = await host_by_id(desk.db, known.delegate_id) if known.delegate_id is not None else None
    await delete_time_off(desk.store, id, now=desk.now, actor=desk.actor)
    fields = (
        ("first", known.first_on.isoformat()),
        ("last", known.last_on.isoformat()),
        ("note", known.note),
        ("delegate", delegate.slug if delegate else ""),
        ("anyway", _key(known.first_on, known.last_on)),
    )
    return desk.back_to(PATH, "You are there on these days.", undo=Undo(action=PATH, fields=fields))


@post(PATH + "/{id:int}/delegation/removal", status_code=303)
async def step_back(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Stand in for somebody no more; their days stay off."""
    await stand_in_no_more(desk.store, id, delegate_id=desk.host.id, now=desk.now, actor=desk.actor)
    return desk.back_to(PATH, "Guests are no longer sent to you on these days.")


ROUTES = [listing, add, show, change, remove, step_back]


async def _write(desk: Desk, form: Form, known: TimeOff | None) -> Page:
    draft = _draft(form)
    if draft is None:
        return await _page(desk, form, known, status=422)
    there = await _bookings(desk, draft.first_on, draft.last_on)
    if there and form.text("anyway") != _key(draft.first_on, draft.last_on):
        asks = _key(draft.first_on, draft.last_on)
        return await _page(desk, form, known, there=there, asks=asks)
    undo = None
    try:
        if known is None:
            made = await create_time_off(desk.store, desk.host.id, draft, now=desk.now, actor=desk.actor)
            undo = Undo(action=f"{PATH}/{made.id}/removal")
        else:
            await update_time_off(desk.store, known.id, draft, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error, FIELDS)
        return await _page(desk, form, known, there=there, status=422)
    when = desk.words.stretch(draft.first_on, draft.last_on)
    return desk.back_to(PATH, f"You are away {when}: nobody can book you then.", undo=undo)


def _draft(form: Form) -> TimeOffDraft | None:
    first = form.date("first")
    last = form.date("last") if form.text("last").strip() else first
    if first is None or last is None:
        return None
    return TimeOffDraft(first_on=first, last_on=last, note=form.text("note"), delegate=form.text("delegate"))


async def _page(
    desk: Desk,
    form: Form,
    known: TimeOff | None = None,
    *,
    there: list[Shown] | None = None,
    asks: str = "",
    status: int = 200,
) -> Page:
    today = desk.words.on(desk.now)
    if there is None and known is not None:
        there = await _bookings(desk, known.first_on, known.last_on)
    return await desk.page(
        "pages/host/time_off.html",
        here="time-off",
        status=status,
        form=form,
        known=known,
        today=today.isoformat(),
        items=[await _shown(desk, entry) for entry in await list_time_off(desk.db, desk.host.id, from_on=today)],
        standing_in=await _standing_in(desk, today),
        there=there or [],
        asks=asks,
        colleagues=[(host.slug, host.name) for host in await list_colleagues(desk.db, desk.host.id)],
    )


async def _shown(desk: Desk, entry: TimeOff) -> TimeOffShown:
    delegate = await host_by_id(desk.db, entry.delegate_id) if entry.delegate_id is not None else None
    days = (entry.last_on - entry.first_on).days + 1
    return TimeOffShown(
        id=entry.id,
        when=desk.words.stretch(entry.first_on, entry.last_on),
        length=counted(days, "day"),
        note=entry.note,
        delegate=delegate.name if delegate else "",
        path=f"/{delegate.slug}" if delegate else "",
        is_now=entry.first_on <= desk.words.on(desk.now),
        bookings=len(await _bookings(desk, entry.first_on, entry.last_on)),
    )


async def _standing_in(desk: Desk, today: date) -> list[dict[str, Any]]:
    found = []
    for entry in await list_standing_in(desk.db, desk.host.id, from_on=today):
        host = await host_by_id(desk.db, entry.host_id)
        when = desk.words.stretch(entry.first_on, entry.last_on)
        found.append({"id": entry.id, "name": host.name if host else "", "when": when, "note": entry.note})
    return found


async def _bookings(desk: Desk, first_on: date, last_on: date) -> list[Shown]:
    """The host's bookings that lie in these days and are not over, on the host's own clock."""
    if not YEARS[0] <= first_on.year <= last_on.year <= YEARS[1]:
        return []
    from_at, to_at = max(_midnight(first_on, desk), desk.now), _midnight(last_on + timedelta(days=1), desk)
    found = await list_bookings(desk.db, host_id=desk.host.id, from_at=from_at, to_at=to_at, limit=MOST_SHOWN)
    return [shown(booking, desk.words) for booking in found if booking.status in {"confirmed", "pending"}]


def _key(first_on: date, last_on: date) -> str:
    """Days whose bookings were shown."""
    return f"{first_on}/{last_on}"


def _midnight(on: date, desk: Desk) -> int:
    return int(datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(desk.host.tz)).astimezone(UTC).timestamp())


async def _own(desk: Desk, id: int) -> TimeOff:
    """Days away of this host; raises `not_found` for everybody else's."""
    found = await time_off_by_id(desk.db, id)
    if found is None or found.host_id != desk.host.id:
        raise not_found("time off")
    return found
