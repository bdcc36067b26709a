"""Single days of a schedule: one click blocks or opens one, a few ticks do so for many, and all of it with Undo."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError
from cally.hosts import dates_between, override_dates
from cally.hosts.overrides import Changes, Hours
from cally.model.hosts import Schedule
from cally.model.rules import DAY_MINUTES, DAYS, Window
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.availability import own_schedule, schedule_page
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.month import is_away, override_of
from cally.web.pages.host.notices import Undo
from cally.web.pages.host.preview import hours_by_day
from cally.web.pages.host.week import windows_from
from cally.web.pages.host.wording import counted

FURTHEST_DAYS = 1_200
ACTS = ("close", "open", "clear")
WEEK, CLOSED = "week", "closed"


@post("/app/availability/{id:int}/days", status_code=303)
async def click(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """A click on a day blocks it or opens it again; where it has no hours to go back to, they are asked for."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    on = form.date("day")
    if on is None or abs((on - desk.words.on(desk.now)).days) > FURTHEST_DAYS:
        return desk.back_to(_path(schedule, form))
    if is_away(schedule.hours, on):
        return desk.back_to("/app/time-off", f"You are away on {desk.words.long_day(on)}; no hours can open that day.")
    override = override_of(schedule, on)
    would_be_open = _follows_open(desk, schedule, on)
    is_open = bool(override.hours) if override is not None else would_be_open
    if not is_open and not would_be_open:
        return desk.back_to(_path(schedule, form, opening=on, anchor="open"))
    wanted: Hours | None = () if is_open and would_be_open else None
    return await _kept(desk, schedule, {on: wanted}, form)


@post("/app/availability/{id:int}/days/chosen", status_code=303)
async def choose(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Block many days, give them hours, or let them follow the week again: those ticked, or a stretch of weekdays."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    act = form.choice("act", ACTS)
    dates = _stretch(form) if form.has("first") else _ticked(form)
    hours = windows_from(form, "hours") if act == "open" else ()
    if act == "open" and not hours:
        form.fault("hours", "Please choose two times.")
    if form.faults:
        return await schedule_page(desk, schedule, dates=form, status=422)
    return await _kept(desk, schedule, dict.fromkeys(dates, None if act == "clear" else hours), form)


@post("/app/availability/{id:int}/days/restoration", status_code=303)
async def restore(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """What Undo does: days get back what they had."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    changes = _restored(form)
    await override_dates(desk.store, schedule.id, changes, now=desk.now, actor=desk.actor)
    return desk.back_to(_path(schedule, form), "It is as it was.")


ROUTES = [click, choose, restore]


async def _kept(desk: Desk, schedule: Schedule, changes: Changes, form: Form) -> Page:
    try:
        before = await override_dates(desk.store, schedule.id, changes, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await schedule_page(desk, schedule, dates=form, status=422)
    fields = (("month", form.text("month")), *(("was", text) for text in _written(before)))
    undo = Undo(action=f"/app/availability/{schedule.id}/days/restoration", fields=fields)
    return desk.back_to(_path(schedule, form), _said(desk, changes), undo=undo)


def _follows_open(desk: Desk, schedule: Schedule, on: date) -> bool:
    """Whether a date has hours when it follows the week."""
    overrides = tuple(override for override in schedule.rules.overrides if override.on != on)
    rules = msgspec.structs.replace(schedule.hours, overrides=overrides)
    words = msgspec.structs.replace(desk.words, tz=rules.tz)
    return bool(hours_by_day(rules, words, [on]))


def _said(desk: Desk, changes: Changes) -> str:
    hours = next(iter(changes.values()))
    what = "follow the week again" if hours is None else "are open at these hours" if hours else "are blocked"
    if len(changes) > 1:
        return f"{counted(len(changes), 'day')} {what}."
    one = {"follow the week again": "follows the week again", "are blocked": "is blocked"}.get(what, "is open then")
    return f"{desk.words.long_day(next(iter(changes)))} {one}."


def _ticked(form: Form) -> tuple[date, ...]:
    dates = []
    for text in form.all("on"):
        try:
            dates.append(date.fromisoformat(text))
        except ValueError:
            form.fault("on", "This is not a date.")
    if not dates:
        form.fault("on", "Please choose at least one day.")
    return tuple(dates)


def _stretch(form: Form) -> tuple[date, ...]:
    first = form.date("first")
    last = form.date("last") if form.text("last").strip() else first
    days = [day for day in DAYS if day in form.all("weekday")]
    if first is None or last is None:
        return ()
    try:
        dates = dates_between(first, last, days)
    except CallyError as error:
        form.fault("last", error.sentence)
        return ()
    if not dates:
        form.fault("weekday", "No such weekday lies between these days.")
    return dates


def _path(schedule: Schedule, form: Form, *, opening: date | None = None, anchor: str = "days") -> str:
    month = form.text("month")
    query = [f"month={month}"] if len(month) == len("2026-12") and month.replace("-", "").isdigit() else []
    query += [f"open={opening}"] if opening else []
    return f"/app/availability/{schedule.id}{'?' if query else ''}{'&'.join(query)}#{anchor}"


def _written(before: Changes) -> Iterable[str]:
    """What days had, as fields of a form: `2026-12-24/2026-12-26=closed`; neighbours that are alike stand together."""
    dates = sorted(before)
    start = 0
    for number, on in enumerate(dates):
        following = dates[number + 1] if number + 1 < len(dates) else None
        if following == on + timedelta(days=1) and before[following] == before[on]:
            continue
        yield f"{dates[start]}/{on}={_hours_text(before[on])}"
        start = number + 1


def _hours_text(hours: Hours | None) -> str:
    if hours is None:
        return WEEK
    return ",".join(f"{window.from_minute}-{window.to_minute}" for window in hours) or CLOSED


def _restored(form: Form) -> dict[date, Hours | None]:
    """The way back of `_written`; what it cannot have written changes nothing."""
    changes: dict[date, Hours | None] = {}
    for text in form.all("was"):
        stretch, _, hours = text.partition("=")
        first, _, last = stretch.partition("/")
        try:
            changes |= dict.fromkeys(dates_between(date.fromisoformat(first), date.fromisoformat(last)), _hours(hours))
        except (ValueError, CallyError):
            continue
    return changes


def _hours(text: str) -> Hours | None:
    if text == WEEK:
        return None
    pairs = (pair.partition("-") for pair in text.split(",")) if text != CLOSED else ()
    windows = tuple(Window(from_minute=int(start), to_minute=int(end)) for start, _, end in pairs)
    if any(not 0 <= window.from_minute < window.to_minute <= 2 * DAY_MINUTES for window in windows):
        raise ValueError(text)
    return windows
