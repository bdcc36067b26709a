"""Single dates of a schedule: other hours, time off, holidays; added by a small form, taken away with Undo."""

from collections.abc import Iterable
from datetime import date

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError
from cally.hosts import update_schedule
from cally.model.hosts import Schedule
from cally.model.rules import DAY_MINUTES, Override, ScheduleRules, Window
from cally.web import forms
from cally.web.forms import CHECKED, Form
from cally.web.pages.host.availability import own_schedule, schedule_page
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo
from cally.web.pages.host.week import windows_from

LONGEST_DAYS = 3_660


@post("/app/availability/{id:int}/overrides", status_code=303)
async def add_override(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Other hours on one date, or none; they stand instead of whatever the week says (rule 24)."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    on = form.date("on")
    hours = () if form.flag("closed") else windows_from(form, "override")
    if not form.flag("closed") and not hours:
        form.fault("override", "Please give hours, or tick “closed all day”.")
    if on is None or form.faults:
        return await schedule_page(desk, schedule, dates=form, status=422)
    others = (entry for entry in schedule.rules.overrides if entry.on != on)
    rules = msgspec.structs.replace(schedule.rules, overrides=(*others, Override(on=on, hours=hours)))
    said = "closed" if not hours else "open at other hours"
    return await _saved(desk, schedule, rules, f"{_day(desk, on)} is {said}.", form)


@post("/app/availability/{id:int}/overrides/removal", status_code=303)
async def remove_override(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let the week rule that date again."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    on = form.date("on")
    gone = [entry for entry in schedule.rules.overrides if entry.on == on]
    left = tuple(entry for entry in schedule.rules.overrides if entry.on != on)
    rules = msgspec.structs.replace(schedule.rules, overrides=left)
    undo = Undo(action=f"/app/availability/{id}/overrides", fields=tuple(_fields(gone[0]))) if gone else None
    return await _saved(desk, schedule, rules, "That date follows the week again.", form, undo=undo)


@post("/app/availability/{id:int}/time-off", status_code=303)
async def add_time_off(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Days away, first and last included."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    start = form.date("first")
    end = form.date("last") if form.text("last").strip() else start
    if start is None or end is None or not _in_order(form, start, end):
        return await schedule_page(desk, schedule, dates=form, status=422)
    away = tuple(dict.fromkeys((*schedule.rules.time_off, (start, end))))
    rules = msgspec.structs.replace(schedule.rules, time_off=away)
    return await _saved(desk, schedule, rules, "Nobody can book you while you are away.", form)


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


@post("/app/availability/{id:int}/holidays", status_code=303)
async def add_holiday(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """A public holiday: closed, unless hours are given for that very date."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    on = form.date("holiday")
    if on is None:
        return await schedule_page(desk, schedule, dates=form, status=422)
    rules = msgspec.structs.replace(schedule.rules, holidays=tuple(sorted({*schedule.rules.holidays, on})))
    return await _saved(desk, schedule, rules, f"{_day(desk, on)} is a holiday.", form)


@post("/app/availability/{id:int}/holidays/removal", status_code=303)
async def remove_holiday(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Work on that holiday like on any other day."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    on = form.date("holiday")
    left = tuple(holiday for holiday in schedule.rules.holidays if holiday != on)
    rules = msgspec.structs.replace(schedule.rules, holidays=left)
    fields = (("holiday", form.text("holiday")),)
    undo = Undo(action=f"/app/availability/{id}/holidays", fields=fields)
    return await _saved(desk, schedule, rules, "That date is a working day like any other.", form, undo=undo)


ROUTES = [add_override, remove_override, add_time_off, remove_time_off, add_holiday, remove_holiday]


async def _saved(
    desk: Desk, schedule: Schedule, rules: ScheduleRules, sentence: str, form: Form, *, undo: Undo | None = None
) -> Page:
    try:
        await update_schedule(desk.store, schedule.id, name=schedule.name, rules=rules, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await schedule_page(desk, schedule, dates=form, status=422)
    return desk.back_to(f"/app/availability/{schedule.id}#dates", sentence, undo=undo)


def _fields(entry: Override) -> Iterable[tuple[str, str]]:
    """The form that would make this override again."""
    yield "on", entry.on.isoformat()
    if not entry.hours:
        yield "closed", CHECKED
    for window in entry.hours:
        yield "override-from", str(window.from_minute)
        yield "override-to", str(_end(window))


def _end(window: Window) -> int:
    return window.to_minute if window.to_minute <= DAY_MINUTES else window.to_minute - DAY_MINUTES


def _in_order(form: Form, start: date, end: date) -> bool:
    if end < start:
        form.fault("last", "The last day lies before the first one.")
    elif (end - start).days > LONGEST_DAYS:
        form.fault("last", "Time off can last ten years at most.")
    return not form.faults


def _day(desk: Desk, on: date) -> str:
    return desk.words.long_day(on)
