"""When messages come: a host's reminders by default, and the hours in which nothing disturbs them or their guests."""

from litestar import get, post
from litestar.di import NamedDependency

from cally.errors import CallyError
from cally.hosts import message_settings_of, set_message_settings
from cally.model.reminders import MessageSettings
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.reminder_form import (
    FIELD_OF,
    offsets_of,
    quiet_fields,
    quiet_from,
    reminders_from,
    with_offsets,
    with_quiet,
)

HERE = "/app/messages/times"


@get(HERE)
async def show(desk: NamedDependency[Desk]) -> Page:
    """What is set, or what holds while nothing is."""
    settings = await message_settings_of(desk.db, desk.host.id)
    form = Form.of(**quiet_fields(settings.quiet, "quiet"), **quiet_fields(settings.guest_quiet, "guest_quiet"))
    return await _page(desk, with_quiet(with_offsets(form, settings.reminders), settings.quiet))


@post(HERE, status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Save it; what waits already follows."""
    form = await forms.read(request)
    wanted = MessageSettings(
        reminders=reminders_from(form), quiet=quiet_from(form, "quiet"), guest_quiet=quiet_from(form, "guest_quiet")
    )
    if not form.faults:
        try:
            await set_message_settings(desk.store, desk.host.id, wanted, now=desk.now, actor=desk.actor)
        except CallyError as error:
            form.note(error, FIELD_OF, rows=("quiet_media", "guest_reminders", "host_reminders"))
    if form.faults:
        return await _page(desk, form, status=422)
    return desk.back_to(HERE, "It is saved, and holds from now on.")


ROUTES = [show, change]


async def _page(desk: Desk, form: Form, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/host/message_times.html",
        here="outbox",
        status=status,
        form=form,
        offsets=offsets_of(form),
        tz=desk.host.tz,
    )
