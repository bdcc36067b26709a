"""A host's event types: what they offer, each with its address, made and changed with one form."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError, not_found
from cally.hosts import (
    EventTypeDraft,
    archive_event_type,
    create_event_type,
    event_type_by_id,
    list_event_types,
    list_resources,
    list_schedules,
    list_teams,
    manages,
    may_change,
    needs_of,
    order_event_types,
    team_by_id,
    team_for,
    update_event_type,
)
from cally.model.hosts import EventType
from cally.model.rules import DAYS
from cally.model.teams import Resource, Team
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host import event_type_form as fields
from cally.web.pages.host import reminder_form, rows, series_form, stay_form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.event_type_form import EventTypeRows
from cally.web.pages.host.event_type_told import told
from cally.web.pages.host.offered import offered
from cally.web.pages.host.shares_form import assignment_from, share_rows, shares_from, with_shares
from cally.web.pages.host.wording import NAMES

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
    **reminder_form.FIELD_OF,
}
ROWS = ("places[", "questions[", "needs")
LONGEST_ID = 20


@get("/app/event-types")
async def listing(desk: NamedDependency[Desk]) -> Page:
    """All event types, each with its link."""
    found = await list_event_types(desk.db, desk.host.id)
    return await desk.page(
        "pages/host/event_types.html",
        here="event-types",
        items=[(item, offered(item), desk.link(item)) for item in found],
        teams=await list_teams(desk.db, desk.account),
    )


@get("/app/event-types/new")
async def new(desk: NamedDependency[Desk]) -> Page:
    """An empty form with what most people want; with a `team` in the address it becomes that team's."""
    schedules = await list_schedules(desk.db, desk.host.id)
    form = fields.new_form(schedules[0].id if schedules else None)
    team = await _team(desk, desk.request.query_params.get("team", ""))
    if team is not None:
        form = await with_shares(desk.db, form, await share_rows(desk.db, team, None), None)
    return await _page(desk, form, EventTypeRows(), None, team)


@post("/app/event-types", status_code=303)
async def create(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Make an event type."""
    form = await forms.read(request)
    lists, team = fields.rows_from(form), await _team(desk, form.text("team"))
    if form.has("act"):
        return await _page(desk, form, fields.edited(lists, form.text("act"), await _usable(desk)), None, team)
    draft = await _draft(desk, form, lists, None, team)
    if form.faults:
        return await _page(desk, form, lists, None, team, status=422)
    try:
        made = await create_event_type(
            desk.store,
            desk.host.id,
            draft,
            now=desk.now,
            actor=desk.actor,
            team_id=team.id if team is not None else None,
        )
    except CallyError as error:
        form.note(error, FIELD_OF, rows=ROWS)
        return await _page(desk, form, lists, None, team, status=422)
    return desk.back_to(_list_of(team), f"“{made.title}” can be booked now.")


@get("/app/event-types/{id:int}")
async def edit(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """The form, filled in."""
    item = await _own(desk, id)
    form, team = fields.form_of(item), await _team_of(desk, item)
    if team is not None:
        form = await with_shares(desk.db, form, await share_rows(desk.db, team, item), item)
    return await _page(desk, form, fields.rows_of(item, await needs_of(desk.db, id)), item, team)


@post("/app/event-types/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Save the form; bookings that exist keep their terms (rule 56)."""
    form, item = await forms.read(request), await _own(desk, id)
    lists, team = fields.rows_from(form), await _team_of(desk, item)
    if form.has("act"):
        return await _page(desk, form, fields.edited(lists, form.text("act"), await _usable(desk)), item, team)
    draft = await _draft(desk, form, lists, item, team)
    if form.faults:
        return await _page(desk, form, lists, item, team, status=422)
    try:
        saved = await update_event_type(desk.store, id, draft, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error, FIELD_OF, rows=ROWS)
        return await _page(desk, form, lists, item, team, status=422)
    return desk.back_to(f"/app/event-types/{id}", f"“{saved.title}” is saved.")


@post("/app/event-types/{id:int}/archive", status_code=303)
async def archive(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Take an event type off offer; its bookings stay as they are."""
    item = await _own(desk, id)
    await archive_event_type(desk.store, id, now=desk.now, actor=desk.actor)
    return desk.back_to(
        _list_of(await _team_of(desk, item)), f"“{item.title}” is archived: nobody can book it, its bookings stay."
    )


@post("/app/event-types/order", status_code=303)
async def order(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Move one event type up or down in the list and on the profile."""
    verb, _, number = (await forms.read(request)).text("act").partition(":")
    found = tuple(item.id for item in await list_event_types(desk.db, desk.host.id))
    moved = rows.edited(found, verb, number, int, most=len(found)) if verb in {"up", "down"} else found
    await order_event_types(desk.store, desk.host.id, moved, now=desk.now, actor=desk.actor)
    return desk.back_to("/app/event-types")


ROUTES = [order, listing, new, create, edit, change, archive]


async def _draft(
    desk: Desk, form: Form, lists: EventTypeRows, item: EventType | None, team: Team | None
) -> EventTypeDraft:
    """What is to be stored; of a team also who takes part, while the schedule stays that of who answers for it."""
    draft = fields.draft_from(form, lists, item)
    if team is None:
        return draft
    rules = msgspec.structs.replace(draft.rules, assignment=assignment_from(form))
    options = msgspec.structs.replace(draft.options, keep_host=form.flag("keep_host"))
    shares = shares_from(form, await share_rows(desk.db, team, item))
    schedule_id = item.schedule_id if item is not None else None
    return msgspec.structs.replace(draft, rules=rules, options=options, hosts=shares, schedule_id=schedule_id)


async def _team(desk: Desk, text: str) -> Team | None:
    """The team that a new event type is to be of; raises `not_found` unless they manage it."""
    if not text:
        return None
    team_id = int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_ID else 0
    found = await team_for(desk.db, team_id, desk.account)
    if found is None or not await manages(desk.db, desk.account, team_id):
        raise not_found("team")
    return found


async def _team_of(desk: Desk, item: EventType) -> Team | None:
    return await team_by_id(desk.db, item.team_id) if item.team_id is not None else None


def _list_of(team: Team | None) -> str:
    return f"/app/teams/{team.id}" if team is not None else "/app/event-types"


async def _page(
    desk: Desk,
    form: Form,
    lists: EventTypeRows,
    item: EventType | None,
    team: Team | None = None,
    *,
    status: int = 200,
) -> Page:
    schedules = await list_schedules(desk.db, desk.host.id)
    return await desk.page(
        "pages/host/event_type.html",
        here="event-types" if team is None else "teams",
        status=status,
        team=team,
        shares=await share_rows(desk.db, team, item) if team is not None else (),
        page_path=desk.path(team),
        list_path=_list_of(team),
        form=form,
        lists=lists,
        told=told(form),
        offsets=reminder_form.offsets_of(form),
        cap_fields=[f"cap_{per}{what}" for per in fields.PERIODS for what in ("", "_minutes")],
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
    if found is None or not await may_change(desk.db, desk.account, found):
        raise not_found("event type")
    return found
