"""A host's event types: what they offer, each with its address, made and changed with one form."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError, not_found
from cally.hosts import (
    archive_event_type,
    create_event_type,
    event_type_by_id,
    list_event_types,
    list_resources,
    list_schedules,
    needs_of,
    order_event_types,
    update_event_type,
)
from cally.model.hosts import EventType
from cally.model.rules import DAYS
from cally.model.teams import Resource
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host import event_type_form as fields
from cally.web.pages.host import rows, series_form, stay_form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.event_type_form import EventTypeRows
from cally.web.pages.host.wording import NAMES, length

PLACE_WORDS = {
    "link": "Online, with a link",
    "phone": "By phone, the guest calls",
    "guest_phone": "By phone, you call the guest",
    "in_person": "In person",
}
QUESTION_WORDS = {
    "text": "Short text",
    "long_text": "Long text",
    "select": "Choice from a list",
    "radio": "Choice of one",
    "checkboxes": "Choice of several",
    "checkbox": "Yes or no",
    "number": "Number",
    "phone": "Phone number",
    "url": "Web address",
}
FIELD_OF = {
    "duration_minutes": "durations",
    "durations_minutes": "durations",
    "step_minutes": "step",
    "buffer_before_minutes": "buffer_before",
    "buffer_after_minutes": "buffer_after",
    "notice_minutes": "notice",
    "horizon.days": "horizon_days",
    "schedule_id": "schedule",
    "resources": "needs",
    **stay_form.FIELD_OF,
    **series_form.FIELD_OF,
}
ROWS = ("places[", "questions[", "needs")


@get("/app/event-types")
async def listing(desk: NamedDependency[Desk]) -> Page:
    """All event types, each with its link."""
    found = await list_event_types(desk.db, desk.host.id)
    return await desk.page(
        "pages/host/event_types.html",
        here="event-types",
        items=[(item, [length(minutes) for minutes in item.durations_minutes], desk.link(item)) for item in found],
    )


@get("/app/event-types/new")
async def new(desk: NamedDependency[Desk]) -> Page:
    """An empty form with what most people want."""
    schedules = await list_schedules(desk.db, desk.host.id)
    form = fields.new_form(schedules[0].id if schedules else None)
    return await _page(desk, form, EventTypeRows(), None)


@post("/app/event-types", status_code=303)
async def create(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Make an event type."""
    form = await forms.read(request)
    lists = fields.rows_from(form)
    if form.has("act"):
        return await _page(desk, form, fields.edited(lists, form.text("act"), await _usable(desk)), None)
    draft = fields.draft_from(form, lists, None)
    if form.faults:
        return await _page(desk, form, lists, None, status=422)
    try:
        made = await create_event_type(desk.store, desk.host.id, draft, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error, FIELD_OF, rows=ROWS)
        return await _page(desk, form, lists, None, status=422)
    return desk.back_to("/app/event-types", f"“{made.title}” can be booked now.")


@get("/app/event-types/{id:int}")
async def edit(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """The form, filled in."""
    item = await _own(desk, id)
    return await _page(desk, fields.form_of(item), fields.rows_of(item, await needs_of(desk.db, id)), item)


@post("/app/event-types/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Save the form; bookings that exist keep their terms (rule 56)."""
    form, item = await forms.read(request), await _own(desk, id)
    lists = fields.rows_from(form)
    if form.has("act"):
        return await _page(desk, form, fields.edited(lists, form.text("act"), await _usable(desk)), item)
    draft = fields.draft_from(form, lists, item)
    if form.faults:
        return await _page(desk, form, lists, item, status=422)
    try:
        saved = await update_event_type(desk.store, id, draft, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error, FIELD_OF, rows=ROWS)
        return await _page(desk, form, lists, item, status=422)
    return desk.back_to(f"/app/event-types/{id}", f"“{saved.title}” is saved.")


@post("/app/event-types/{id:int}/archive", status_code=303)
async def archive(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Take an event type off offer; its bookings stay as they are."""
    item = await _own(desk, id)
    await archive_event_type(desk.store, id, now=desk.now, actor=desk.actor)
    return desk.back_to("/app/event-types", f"“{item.title}” is archived: nobody can book it, its bookings stay.")


@post("/app/event-types/order", status_code=303)
async def order(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Move one event type up or down in the list and on the profile."""
    verb, _, number = (await forms.read(request)).text("act").partition(":")
    found = tuple(item.id for item in await list_event_types(desk.db, desk.host.id))
    moved = rows.edited(found, verb, number, int, most=len(found)) if verb in {"up", "down"} else found
    await order_event_types(desk.store, desk.host.id, moved, now=desk.now, actor=desk.actor)
    return desk.back_to("/app/event-types")


ROUTES = [order, listing, new, create, edit, change, archive]


async def _page(desk: Desk, form: Form, lists: EventTypeRows, item: EventType | None, *, status: int = 200) -> Page:
    schedules = await list_schedules(desk.db, desk.host.id)
    return await desk.page(
        "pages/host/event_type.html",
        here="event-types",
        status=status,
        form=form,
        lists=lists,
        caps_set=any(form.text(f"cap_{per}{what}") for per in fields.PERIODS for what in ("", "_minutes")),
        item=item,
        schedules=[(schedule.id, schedule.name) for schedule in schedules],
        day_options=[(day, NAMES[day]) for day in DAYS],
        place_words=PLACE_WORDS,
        question_words=QUESTION_WORDS,
        with_choices=fields.WITH_CHOICES,
        usable=[(resource.id, resource.name) for resource in await _usable(desk)],
        action=f"/app/event-types/{item.id}" if item else "/app/event-types",
    )


async def _usable(desk: Desk) -> list[Resource]:
    return await list_resources(desk.db, desk.host.id)


async def _own(desk: Desk, id: FromPath[int]) -> EventType:
    found = await event_type_by_id(desk.db, id)
    if found is None or found.host_id != desk.host.id:
        raise not_found("event type")
    return found
