"""Rooms and things that are booked along with hosts: the list of them, and the form that makes and changes one."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import list_uses
from cally.errors import CallyError, not_found
from cally.hosts import (
    ResourceDraft,
    archive_resource,
    create_resource,
    default_rules,
    host_by_id,
    keeps,
    list_resources,
    resource_for,
    titles_needing,
    update_resource,
)
from cally.model.rules import ScheduleRules
from cally.model.teams import Resource, ResourceKind
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host import week as weeks
from cally.web.pages.host.availability import week_choices
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error
from cally.web.pages.host.week import Week
from cally.web.zone_names import zone_names

PATH = "/app/resources"
KINDS: tuple[ResourceKind, ...] = ("room", "thing")
NEXT_SECONDS = 366 * 86_400


class ResourceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A resource in the list: who keeps it, and whether it is free now."""

    item: Resource
    keeper: str
    is_own: bool
    now: str
    is_taken: bool


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Everything that this host may use."""
    found = await list_resources(desk.db, desk.host.id)
    return await desk.page(
        "pages/host/resources.html", here="resources", items=[await _shown(desk, item) for item in found]
    )


@get(PATH + "/new")
async def new(desk: NamedDependency[Desk]) -> Page:
    """The form of a room that everybody may use, at any time."""
    form = Form.of(kind="room", shared=True, hours="always", tz=desk.host.tz)
    return await _page(desk, form, weeks.week_of(_working_week(desk)), None)


@post(PATH, status_code=303)
async def create(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Make a room or a thing."""
    return await _write(desk, await forms.read(request), None)


@get(PATH + "/{id:int}/settings")
async def edit(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """The form, filled in; only for its keeper and admins."""
    item = await kept(desk, id)
    form = Form.of(
        name=item.name,
        kind=item.kind,
        note=item.note,
        shared=item.shared,
        hours="weekly" if item.hours else "always",
        tz=item.hours.tz if item.hours else desk.host.tz,
    )
    return await _page(desk, form, weeks.week_of(item.hours or _working_week(desk)), item)


@post(PATH + "/{id:int}/settings", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Save the form; bookings keep the name they were made with (rule 56)."""
    return await _write(desk, await forms.read(request), await kept(desk, id))


@post(PATH + "/{id:int}/archive", status_code=303)
async def archive(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Take it out of use; what is booked with it stays."""
    item = await kept(desk, id)
    try:
        await archive_resource(desk.store, id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to(f"{PATH}/{id}/settings", of_error(error).sentence, kind="error")
    return desk.back_to(PATH, f"“{item.name}” is out of use; what is booked with it stays.")


ROUTES = [listing, new, create, edit, change, archive]


async def usable(desk: Desk, id: int) -> Resource:
    """A resource that this host may use; raises `not_found` for every other one."""
    found = await resource_for(desk.db, id, desk.host.id)
    if found is None:
        raise not_found("resource")
    return found


async def kept(desk: Desk, id: int) -> Resource:
    """A resource that whoever is signed in may change; raises `not_found` for every other one."""
    found = await usable(desk, id)
    if not keeps(desk.account, found):
        raise not_found("resource")
    return found


async def _shown(desk: Desk, item: Resource) -> ResourceShown:
    keeper = await host_by_id(desk.db, item.host_id)
    uses = await list_uses(
        desk.db, item.id, host_id=desk.host.id, from_at=desk.now, to_at=desk.now + NEXT_SECONDS, now=desk.now
    )
    taken = uses[0] if uses and uses[0].starts_at <= desk.now else None
    said = "free now" if taken is None else f"taken until {desk.words.moment(taken.ends_at)}"
    return ResourceShown(
        item=item,
        keeper=keeper.name if keeper else "",
        is_own=item.host_id == desk.host.id,
        now=said,
        is_taken=taken is not None,
    )


async def _write(desk: Desk, form: Form, item: Resource | None) -> Page:
    week = weeks.week_from(form)
    if form.has("act"):
        form.faults.clear()
        return await _page(desk, form, weeks.edited(week, form.text("act")), item)
    draft = _draft(form, week, item)
    if form.faults:
        return await _page(desk, form, week, item, status=422)
    try:
        if item is None:
            saved = await create_resource(desk.store, desk.host.id, draft, now=desk.now, actor=desk.actor)
        else:
            saved = await update_resource(desk.store, item.id, draft, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, week, item, status=422)
    return desk.back_to(f"{PATH}/{saved.id}", f"“{saved.name}” is saved.")


def _draft(form: Form, week: Week, item: Resource | None) -> ResourceDraft:
    """What is to be stored; rules of the hours that the form does not show stay. Faults are noted in the form."""
    hours = None
    if form.choice("hours", ("always", "weekly")) == "weekly":
        known = item.hours if item is not None and item.hours is not None else ScheduleRules(tz="UTC")
        hours = msgspec.structs.replace(known, tz=form.zone(), weekly=weeks.weekly(week))
    else:
        for row in week:  # hidden by the choice, so that their faults would be seen by nobody
            form.faults.pop(row.day, None)
    return ResourceDraft(
        name=form.line("name", longest=100),
        kind=form.choice("kind", KINDS),
        note=form.paragraph("note", longest=1_000),
        hours=hours,
        shared=form.flag("shared"),
    )


def _working_week(desk: Desk) -> ScheduleRules:
    return default_rules(desk.host.tz)


async def _page(desk: Desk, form: Form, week: Week, item: Resource | None, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/host/resource_form.html",
        here="resources",
        status=status,
        form=form,
        week=week,
        item=item,
        needed_by=await titles_needing(desk.db, item.id) if item else [],
        zones=zone_names(),
        action=f"{PATH}/{item.id}/settings" if item else PATH,
        **week_choices(desk.words),
    )
