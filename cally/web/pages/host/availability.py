"""A host's schedules: the hours of a week in a form that grows by buttons, and a calendar of single days."""

from datetime import date
from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError, not_found
from cally.hosts import (
    create_schedule,
    default_rules,
    delete_schedule,
    list_schedules,
    list_time_off,
    schedule_by_id,
    update_schedule,
)
from cally.model.hosts import Schedule
from cally.model.rules import DAY_MINUTES, ScheduleRules
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host import week as weeks
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.month import month_shown
from cally.web.pages.host.moves import Move, moves
from cally.web.pages.host.notices import of_error
from cally.web.pages.host.week import Week
from cally.web.pages.host.wording import NAMES, Words
from cally.web.zone_names import zone_names

STEP_MINUTES = 15
NEXT_HOLIDAYS = 3


@get("/app/availability")
async def first(desk: NamedDependency[Desk]) -> Page:
    """The first schedule, or the offer to make one."""
    found = await list_schedules(desk.db, desk.host.id)
    if not found:
        return await desk.page("pages/host/availability_none.html", here="availability", form=Form())
    return await schedule_page(desk, found[0])


@post("/app/availability", status_code=303)
async def create(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """One more schedule, filled in with a normal working week."""
    form = await forms.read(request)
    try:
        made = await create_schedule(
            desk.store,
            desk.host.id,
            name=form.text("name"),
            rules=default_rules(desk.host.tz),
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        return desk.back_to("/app/availability", of_error(error).sentence, kind="error")
    return desk.back_to(f"/app/availability/{made.id}", f"“{made.name}” is ready. Change what is different.")


@get("/app/availability/{id:int}")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """One schedule."""
    return await schedule_page(desk, await own_schedule(desk, id))


@post("/app/availability/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Save the week, or do what a button in it says and show it again."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    week = weeks.week_from(form)
    if form.has("act"):
        form.faults.clear()
        return await schedule_page(desk, schedule, week=weeks.edited(week, form.text("act")), form=form)
    follows = form.flag("follows")
    name, tz = form.line("name", longest=100), desk.host.tz if follows else form.zone()
    if form.faults:
        return await schedule_page(desk, schedule, week=week, form=form, status=422)
    rules = msgspec.structs.replace(schedule.rules, tz=tz, weekly=weeks.weekly(week))
    moved = _moved(desk, schedule, rules, form)
    if moved:
        return await schedule_page(desk, schedule, week=week, form=form, moved=moved)
    try:
        await update_schedule(
            desk.store, id, name=name, rules=rules, follows_host=follows, now=desk.now, actor=desk.actor
        )
    except CallyError as error:
        form.note(error)
        return await schedule_page(desk, schedule, week=week, form=form, status=422)
    return desk.back_to(f"/app/availability/{id}", "Your hours are saved.")


@post("/app/availability/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Remove a schedule that no event type uses."""
    schedule = await own_schedule(desk, id)
    try:
        await delete_schedule(desk.store, id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to(f"/app/availability/{id}", of_error(error).sentence, kind="error")
    return desk.back_to("/app/availability", f"“{schedule.name}” is gone.")


ROUTES = [first, create, show, change, remove]


async def own_schedule(desk: Desk, id: FromPath[int]) -> Schedule:
    """A schedule of this host; raises `not_found` for every other one."""
    found = await schedule_by_id(desk.db, id)
    if found is None or found.host_id != desk.host.id:
        raise not_found("schedule")
    return found


def _moved(desk: Desk, schedule: Schedule, rules: ScheduleRules, form: Form) -> list[Move]:
    """What another zone changes, unless it was shown already or nothing is."""
    if rules.tz == schedule.rules.tz or form.text("anyway") == rules.tz:
        return []
    hours = msgspec.structs.replace(schedule.hours, tz=rules.tz, weekly=rules.weekly)
    return moves(schedule, hours, desk.words)


async def schedule_page(
    desk: Desk,
    schedule: Schedule,
    *,
    week: Week | None = None,
    form: Form | None = None,
    dates: Form | None = None,
    moved: list[Move] | None = None,
    status: int = 200,
) -> Page:
    """The editor of a schedule; `form` is its week as it was sent, `dates` the last form about single dates.

    `moved` is what another zone would change, to be seen before it is saved.
    """
    words, query = desk.words, desk.request.query_params
    shown = form or Form.of(name=schedule.name, tz=schedule.rules.tz, follows=schedule.follows_host)
    rows = week or weeks.week_of(schedule.rules)
    said = dates or Form()
    hours = msgspec.structs.replace(schedule.hours, weekly=weeks.weekly(rows))
    asked = said.text("month") or str(query.get("month", ""))
    return await desk.page(
        "pages/host/availability.html",
        here="availability",
        status=status,
        schedule=schedule,
        schedules=[(other.id, other.name) for other in await list_schedules(desk.db, desk.host.id)],
        form=shown,
        moved=moved or [],
        tz=desk.host.tz if shown.flag("follows") else shown.text("tz"),
        dates=said,
        week=rows,
        zones=zone_names(),
        month=month_shown(schedule, hours, words, asked, desk.host.week_starts_on),
        opening=_opening(str(query.get("open", "")), words),
        **week_choices(words),
        **await _closed(desk, schedule),
    )


def week_choices(words: Words) -> dict[str, Any]:
    """What the rows of a week are made of: day names, and the times of the selects, 24:00 among the ends (rule 23)."""
    steps = range(0, DAY_MINUTES + 1, STEP_MINUTES)
    times = [(minute, words.minute(minute)) for minute in steps]
    return {"day_names": NAMES, "starts": times[:-1], "ends": times[1:]}


def _opening(text: str, words: Words) -> tuple[str, str] | None:
    """The closed day that was clicked on: its date, and how it is called."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return None
    return on.isoformat(), words.long_day(on)


async def _closed(desk: Desk, schedule: Schedule) -> dict[str, Any]:
    """What closes days beside the week, as far as it is not over: in words, for the cards at the side."""
    rules = schedule.rules
    words = msgspec.structs.replace(desk.words, tz=rules.tz)
    today = words.on(desk.now)
    public = schedule.public_holidays
    coming = [day for day in public.days if day.on >= today and not day.worked] if public else []
    away = await list_time_off(desk.db, desk.host.id, from_on=today)
    return {
        "today": today.isoformat(),
        "day_off": [words.stretch(entry.first_on, entry.last_on) for entry in away],
        "time_off": [
            (start.isoformat(), end.isoformat(), words.stretch(start, end))
            for start, end in sorted(rules.time_off)
            if end >= today
        ],
        "next_holidays": [(words.day(day.on), day.label) for day in coming[:NEXT_HOLIDAYS]],
        "has_holidays": public is not None,
        "others": len(rules.patterns) + len(rules.travel),
    }
