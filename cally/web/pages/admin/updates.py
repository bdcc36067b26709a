"""Which Cally runs, whether a newer one is out, and maintenance mode."""

from litestar import get, post
from litestar.di import NamedDependency

from cally.build import build
from cally.errors import CallyError
from cally.ops import maintenance
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


ROUTES = [show, switch]


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
        mode=maintenance.current(admin.store.path.parent),
        tz=admin.host.tz,
    )
