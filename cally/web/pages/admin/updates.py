"""Which Cally runs, whether a newer one is out, and maintenance mode."""

from litestar import get, post
from litestar.di import NamedDependency

from cally.build import build, one_file
from cally.errors import CallyError
from cally.ops import maintenance
from cally.ops.upgrades import watching
from cally.store import audit
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page

PATH = "/admin/updates"


@get(PATH)
async def show(admin: NamedDependency[Desk]) -> Page:
    """What runs, what is out, and the switch of maintenance mode."""
    return await _page(admin)


@post("/admin/maintenance", status_code=303)
async def switch(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Keep everybody from changing anything, or let them again."""
    admin.require_recent(PATH)
    form = await forms.read(request)
    wanted = form.text("wanted")
    directory = admin.store.path.parent
    try:
        if wanted == "on":
            reason, minutes = form.line("reason", required=False, longest=maintenance.REASON_LENGTH), _minutes(form)
            if form.faults:
                return await _page(admin, form, status=422)
            maintenance.begin(directory, reason=reason, by=admin.signed_in.name, minutes=minutes, now=admin.now)
        else:
            maintenance.end(directory)
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    async with admin.store.write() as tx:
        await audit.insert(tx, now=admin.now, actor=admin.admin, tag="admin:maintenance:change", subject="maintenance")
    admin.doors.wake()
    said = "Maintenance mode is on." if wanted == "on" else "Everybody can book and change again."
    return admin.back_to(f"{PATH}#maintenance", said)


@post("/admin/updates/watch", status_code=303)
async def watch(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Look for a newer version once a day from now on, the first time at once; or never."""
    wanted = (await forms.read(request)).text("wanted") == "on"
    if wanted and not admin.doors.updates.usable:
        return admin.back_to(PATH, "There is nowhere to look: the operator sets CALLY_UPDATES_URL.", kind="error")
    await watching.change_wanted(admin.store, wanted=wanted, now=admin.now, actor=admin.admin)
    await _look(admin)
    return admin.back_to(PATH, "Looked; from now on once a day." if wanted else "Nothing is asked any more.")


@post("/admin/updates/look", status_code=303)
async def look(admin: NamedDependency[Desk]) -> Page:
    """Look now."""
    await _look(admin)
    return admin.back_to(PATH)


ROUTES = [show, switch, watch, look]


async def _look(admin: Desk) -> None:
    await watching.look(admin.store, admin.doors.updates, now=admin.now, allowed=admin.doors.allowed_networks)


def _minutes(form: Form) -> int | None:
    return form.number_or_none("minutes", least=1, most=maintenance.LONGEST_MINUTES)


async def _page(admin: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    return await admin.page(
        "pages/admin/updates.html",
        here="system",
        tab="updates",
        status=status,
        form=form or Form(),
        running=build(),
        one_file=one_file(),
        wanted=await watching.is_wanted(admin.db),
        source=admin.doors.updates,
        seen=await watching.seen(admin.db),
        mode=maintenance.current(admin.store.path.parent),
        tz=admin.host.tz,
    )
