"""Days off of one schedule alone, as programs set them: taken away here, with Undo."""

from datetime import date

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError
from cally.hosts import update_schedule
from cally.model.hosts import Schedule
from cally.model.rules import ScheduleRules
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.availability import own_schedule, schedule_page
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo

LONGEST_DAYS = 3_660


@post("/app/availability/{id:int}/time-off", status_code=303)
async def add_time_off(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Days off in this schedule, first and last included."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    start = form.date("first")
    end = form.date("last") if form.text("last").strip() else start
    if start is None or end is None or not _in_order(form, start, end):
        return await schedule_page(desk, schedule, dates=form, status=422)
    away = tuple(dict.fromkeys((*schedule.rules.time_off, (start, end))))
    rules = msgspec.structs.replace(schedule.rules, time_off=away)
    return await _saved(desk, schedule, rules, "Nobody can book these hours on those days.", form)


@post("/app/availability/{id:int}/time-off/removal", status_code=303)
async def remove_time_off(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Be there after all."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    start, end = form.date("first"), form.date("last")
    left = tuple(entry for entry in schedule.rules.time_off if entry != (start, end))
    rules = msgspec.structs.replace(schedule.rules, time_off=left)
    fields = (("first", form.text("first")), ("last", form.text("last")))
    undo = Undo(action=f"/app/availability/{id}/time-off", fields=fields)
    return await _saved(desk, schedule, rules, "The time off is removed.", form, undo=undo)


ROUTES = [add_time_off, remove_time_off]


async def _saved(
    desk: Desk, schedule: Schedule, rules: ScheduleRules, sentence: str, form: Form, *, undo: Undo | None = None
) -> Page:
    try:
        await update_schedule(desk.store, schedule.id, name=schedule.name, rules=rules, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await schedule_page(desk, schedule, dates=form, status=422)
    return desk.back_to(f"/app/availability/{schedule.id}#away", sentence, undo=undo)


def _in_order(form: Form, start: date, end: date) -> bool:
    if end < start:
        form.fault("last", "The last day lies before the first one.")
    elif (end - start).days > LONGEST_DAYS:
        form.fault("last", "Time off can last ten years at most.")
    return not form.faults
