"""Calendars from outside that say when a host is busy: any ICS address, read every few minutes."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.calendars import add_calendar, get_calendar, list_calendars, read_now, remove_calendar
from cally.errors import CallyError
from cally.model.calendars import Calendar
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error
from cally.web.pages.host.wording import counted, until
from cally.web.zone_names import zone_names


@get("/app/calendars")
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Every calendar with its last reading, its next one, and what was wrong."""
    return await _page(desk, Form())


@post("/app/calendars", status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Read one more calendar from now on."""
    form = await forms.read(request)
    try:
        made = await add_calendar(
            desk.store,
            desk.vault,
            host_id=desk.host.id,
            name=form.text("name"),
            address=form.text("address"),
            tz=form.text("tz") or None,
            tentative_blocks=form.flag("tentative"),
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, status=422)
    return await _read(desk, made.id, f"“{made.name}” is added")


@post("/app/calendars/{id:int}/reading", status_code=303)
async def read(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Read it now instead of waiting for its turn."""
    own = await get_calendar(desk.db, id, host_id=desk.host.id)
    return await _read(desk, id, f"“{own.name}” was asked")


@post("/app/calendars/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Forget a calendar and its busy time."""
    own = await get_calendar(desk.db, id, host_id=desk.host.id)
    await remove_calendar(desk.store, id, host_id=desk.host.id, now=desk.now, actor=desk.actor)
    return desk.back_to("/app/calendars", f"“{own.name}” is removed; its events no longer block your time.")


ROUTES = [listing, add, read, remove]


async def _read(desk: Desk, id: int, said: str) -> Page:
    try:
        calendar = await read_now(desk.store, desk.vault, id, desk.now, allowed=desk.doors.allowed_networks)
    except CallyError as error:
        return desk.back_to("/app/calendars", f"{said}; {of_error(error).sentence}", kind="error")
    if calendar.last_error:
        return desk.back_to("/app/calendars", f"{said}, but could not be read: {calendar.last_error}", kind="error")
    return desk.back_to("/app/calendars", f"{said}: {counted(calendar.events, 'event')} read.")


async def _page(desk: Desk, form: Form, *, status: int = 200) -> Page:
    found = await list_calendars(desk.db, desk.host.id)
    return await desk.page(
        "pages/host/calendars.html",
        here="calendars",
        status=status,
        form=form,
        items=[_shown(item, desk) for item in found],
        zones=zone_names(),
        tz=desk.host.tz,
        own_desk=not desk.acts_for_another,
    )


def _shown(item: Calendar, desk: Desk) -> dict[str, object]:
    """One calendar in words."""
    return {
        "item": item,
        "events": counted(item.events, "event"),
        "last": until(item.last_read_at, desk.now) if item.last_read_at else "",
        "next": until(item.next_read_at, desk.now),
        "failing": until(item.failing_since, desk.now) if item.failing_since else "",
    }
