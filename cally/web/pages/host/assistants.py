"""A host's assistants: chosen by their address, taken back at any time; and when admins worked at this desk."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import add_assistant, list_assistants, list_visits, remove_assistant, see_visits
from cally.errors import CallyError
from cally.model.accounts import DeskVisit
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page

PATH = "/app/assistants"


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Who works for this host, a form for one more, and the visits of admins."""
    desk.require_own()
    return await _page(desk, Form())


@post(PATH, status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Let an assistant work for this host; only the host themselves may."""
    desk.require_own()
    form = await forms.read(request)
    desk.require_recent(PATH)
    try:
        made = await add_assistant(desk.store, desk.host.id, form.text("email"), now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, status=422)
    return desk.back_to(PATH, f"{made.name} works for you from now on.")


@post(PATH + "/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let somebody work for this host no more, at once."""
    desk.require_own()
    await remove_assistant(desk.store, desk.host.id, id, now=desk.now, actor=desk.actor)
    return desk.back_to(PATH, "They work for you no more; what they have open is closed.")


@post(PATH + "/visits", status_code=303)
async def seen(desk: NamedDependency[Desk]) -> Page:
    """The host has read that admins worked here."""
    desk.require_own()
    await see_visits(desk.store, desk.host.id, now=desk.now)
    return desk.back_to("/app")


ROUTES = [listing, add, remove, seen]


def visit_shown(desk: Desk, visit: DeskVisit) -> dict[str, str]:
    """A visit in words."""
    return {"name": visit.name, "when": desk.words.moment(visit.started_at), "reason": visit.reason}


async def _page(desk: Desk, form: Form, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/host/assistants.html",
        here="assistants",
        status=status,
        form=form,
        items=await list_assistants(desk.db, desk.host.id),
        visits=[visit_shown(desk, one) for one in await list_visits(desk.db, desk.host.id)],
    )
