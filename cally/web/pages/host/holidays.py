"""The public holidays of a schedule: of which country, on which of them the host works, and dates added by hand."""

from itertools import groupby
from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.calendars import (
    drop_holidays,
    holiday_countries,
    holiday_subdivisions,
    keep_holidays,
    work_on_holidays,
)
from cally.errors import CallyError
from cally.hosts import update_schedule
from cally.model.hosts import Schedule
from cally.model.time_off import PublicHoliday, PublicHolidays
from cally.web import forms
from cally.web.forms import CHECKED, Form
from cally.web.pages.host.availability import own_schedule
from cally.web.pages.host.countries import country_names, country_of
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo, of_error
from cally.web.pages.host.wording import Words


@get("/app/availability/{id:int}/holidays")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """The holidays of this year and the two after it, each to be switched."""
    return await _page(desk, await own_schedule(desk, id))


@post("/app/availability/{id:int}/holidays/country", status_code=303)
async def choose(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Keep the holidays of a country, or of a part of it; of none, when none is chosen."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    country, subdivision = form.text("country"), form.text("subdivision")
    kept = schedule.public_holidays
    if not country:
        await drop_holidays(desk.store, id, now=desk.now, actor=desk.actor)
        return desk.back_to(_path(id), "Public holidays are days like any other.", undo=_again(id, kept))
    if kept is None or kept.country != country:
        subdivision = subdivision if subdivision in dict(await holiday_subdivisions(country)) else ""
    try:
        await keep_holidays(
            desk.store,
            id,
            country=country,
            subdivision=subdivision,
            worked=tuple(form.all("worked")) or None,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, schedule, form, status=422)
    return desk.back_to(_path(id), "Nobody can book you on these days.", undo=_again(id, kept))


@post("/app/availability/{id:int}/holidays/work", status_code=303)
async def work(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Work on a holiday of this name, in every year, or keep it again."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    name, works = form.text("name"), form.flag("works")
    kept = schedule.public_holidays
    worked = set(kept.worked if kept else ())
    parts = set(name.split("; "))
    try:
        names = sorted(worked | parts if works else worked - parts)
        await work_on_holidays(desk.store, id, names, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to(_path(id), of_error(error).sentence, kind="error")
    fields = (("name", name),) if works else (("name", name), ("works", CHECKED))
    undo = Undo(action=f"{_path(id)}/work", fields=fields)
    return desk.back_to(f"{_path(id)}#list", f"{name}: {_now(works=works)}", undo=undo)


@post("/app/availability/{id:int}/holidays", status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """A holiday that no country knows of: closed, unless hours are given for that very date."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    on = form.date("holiday")
    if on is None:
        return await _page(desk, schedule, form, status=422)
    rules = msgspec.structs.replace(schedule.rules, holidays=tuple(sorted({*schedule.rules.holidays, on})))
    try:
        await update_schedule(desk.store, id, name=schedule.name, rules=rules, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _page(desk, schedule, form, status=422)
    return desk.back_to(f"{_path(id)}#own", f"{desk.words.long_day(on)} is a holiday.")


@post("/app/availability/{id:int}/holidays/removal", status_code=303)
async def remove(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Work on that date like on any other day."""
    form, schedule = await forms.read(request), await own_schedule(desk, id)
    on = form.date("holiday")
    left = tuple(holiday for holiday in schedule.rules.holidays if holiday != on)
    rules = msgspec.structs.replace(schedule.rules, holidays=left)
    await update_schedule(desk.store, id, name=schedule.name, rules=rules, now=desk.now, actor=desk.actor)
    undo = Undo(action=_path(id), fields=(("holiday", form.text("holiday")),))
    return desk.back_to(f"{_path(id)}#own", "That date is a working day like any other.", undo=undo)


ROUTES = [show, choose, work, add, remove]


async def _page(desk: Desk, schedule: Schedule, form: Form | None = None, *, status: int = 200) -> Page:
    kept, words = schedule.public_holidays, msgspec.structs.replace(desk.words, tz=schedule.rules.tz)
    guess = country_of(schedule.rules.tz)
    names = country_names(await holiday_countries(), words.said.locale)
    country = kept.country if kept else ""
    return await desk.page(
        "pages/host/holidays.html",
        here="availability",
        status=status,
        schedule=schedule,
        form=form or Form(),
        kept=kept,
        countries=names,
        country=country,
        country_name=dict(names).get(country, country),
        guess=(guess, dict(names)[guess]) if kept is None and guess in dict(names) else None,
        subdivisions=await holiday_subdivisions(country),
        years=_years(kept, words),
        own=[
            (on.isoformat(), words.long_day(on), on.year)
            for on in sorted(schedule.rules.holidays)
            if on >= words.on(desk.now)
        ],
        today=words.on(desk.now).isoformat(),
    )


def _years(kept: PublicHolidays | None, words: Words) -> list[tuple[int, list[dict[str, Any]]]]:
    """Year by year, what is still to come."""
    today = words.on(words.now)
    coming = [day for day in kept.days if day.on >= today] if kept else []
    return [(year, [_row(day, words) for day in days]) for year, days in groupby(coming, key=lambda day: day.on.year)]


def _row(day: PublicHoliday, words: Words) -> dict[str, Any]:
    return {"day": words.said.short_day(day.on), "label": day.label, "name": day.name, "worked": day.worked}


def _again(id: int, kept: PublicHolidays | None) -> Undo:
    names = tuple(("worked", name) for name in kept.worked) if kept else ()
    place = (("country", kept.country), ("subdivision", kept.subdivision)) if kept else (("country", ""),)
    return Undo(action=f"{_path(id)}/country", fields=(*place, *names))


def _now(*, works: bool) -> str:
    return "you work on that day, every year." if works else "you are off on that day, every year."


def _path(id: int) -> str:
    return f"/app/availability/{id}/holidays"
