"""A host's profile: who they are to guests."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency

from cally.errors import CallyError
from cally.hosts import list_schedules, update_host
from cally.model.rules import DAYS
from cally.model.zones import is_zone
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.moves import Move, moves
from cally.web.pages.host.wording import NAMES
from cally.web.zone_names import zone_names


@get("/app/profile")
async def show(desk: NamedDependency[Desk]) -> Page:
    """Everything about oneself on one page."""
    return await _page(desk)


@post("/app/profile", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Save the profile; links with an old slug stop working."""
    form = await forms.read(request)
    moved = await _moved(desk, form)
    if moved:
        return await _page(desk, form, moved=moved)
    try:
        await update_host(
            desk.store,
            desk.host.id,
            slug=form.text("slug"),
            name=form.text("name"),
            tz=form.text("tz"),
            locale=form.text("locale"),
            week_starts_on=form.text("week_starts_on"),
            about=form.text("about"),
            dynamic_links=form.flag("dynamic_links") if form.has("links") else None,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, status=422)
    return desk.back_to("/app/profile", "Your profile is saved.")


ROUTES = [show, change]


async def _moved(desk: Desk, form: Form) -> list[tuple[str, list[Move]]]:
    """What a move does to the schedules that follow the host, by name; nothing once it was shown (rule 13)."""
    tz = form.text("tz")
    if tz == desk.host.tz or not is_zone(tz) or form.text("anyway") == tz:
        return []
    words = msgspec.structs.replace(desk.words, tz=tz)
    following = [schedule for schedule in await list_schedules(desk.db, desk.host.id) if schedule.follows_host]
    found = [
        (schedule.name, moves(schedule, msgspec.structs.replace(schedule.hours, tz=tz), words))
        for schedule in following
    ]
    return [(name, days) for name, days in found if days]


async def _page(
    desk: Desk,
    form: Form | None = None,
    *,
    moved: list[tuple[str, list[Move]]] | None = None,
    status: int = 200,
) -> Page:
    host = desk.host
    filled = Form.of(
        name=host.name,
        slug=host.slug,
        tz=host.tz,
        locale=host.locale,
        week_starts_on=host.week_starts_on,
        about=host.about,
        dynamic_links=host.dynamic_links,
    )
    return await desk.page(
        "pages/host/profile.html",
        here="profile",
        status=status,
        form=form or filled,
        moved=moved or [],
        zones=zone_names(),
        days=[(day, NAMES[day]) for day in DAYS],
    )
