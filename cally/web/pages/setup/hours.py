"""The first run, second screen: when people can book, a normal working week filled in."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.calendars import keep_holidays
from cally.errors import CallyError
from cally.hosts import create_schedule, default_rules, list_schedules, update_schedule
from cally.hosts.schedules import DEFAULT_NAME
from cally.model.hosts import Schedule
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host import week as weeks
from cally.web.pages.host.availability import week_choices
from cally.web.pages.host.countries import country_named, country_of
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.preview import preview, weekday_names
from cally.web.pages.host.week import Week


@get("/setup/hours")
async def show(desk: NamedDependency[Desk]) -> Page:
    """The week as it is, or as most people have it."""
    found = await list_schedules(desk.db, desk.host.id)
    return await _page(desk, weeks.week_of(found[0].rules if found else default_rules(desk.host.tz)))


@post("/setup/hours", status_code=303)
async def keep(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Keep the week, or do what a button in it says."""
    form = await forms.read(request)
    week = weeks.week_from(form)
    if form.has("act"):
        return await _page(desk, weeks.edited(week, form.text("act")))
    if form.faults:
        return await _page(desk, week, form, status=422)
    schedule = await _save(desk, week)
    country = country_of(desk.host.tz)
    if form.flag("holidays") and country:
        try:
            await keep_holidays(desk.store, schedule.id, country=country, now=desk.now, actor=desk.actor)
        except CallyError as error:
            form.note(error)
            return await _page(desk, week, form, status=422)
    return Redirect("/setup/link", status_code=303)


ROUTES = [show, keep]


async def _save(desk: Desk, week: Week) -> Schedule:
    weekly, found = weeks.weekly(week), await list_schedules(desk.db, desk.host.id)
    if found:
        rules = msgspec.structs.replace(found[0].rules, weekly=weekly)
        return await update_schedule(
            desk.store, found[0].id, name=found[0].name, rules=rules, now=desk.now, actor=desk.actor
        )
    rules = msgspec.structs.replace(default_rules(desk.host.tz), weekly=weekly)
    return await create_schedule(
        desk.store, desk.host.id, name=DEFAULT_NAME, rules=rules, now=desk.now, actor=desk.actor
    )


async def _page(desk: Desk, week: Week, form: Form | None = None, *, status: int = 200) -> Page:
    rules = msgspec.structs.replace(default_rules(desk.host.tz), weekly=weeks.weekly(week))
    return await desk.page(
        "pages/setup/hours.html",
        here="",
        status=status,
        step=2,
        form=form or Form(),
        week=week,
        country=country_named(desk.host.tz, desk.words.said.locale),
        weeks=preview(rules, desk.words, week_starts_on=desk.host.week_starts_on),
        weekdays=weekday_names(desk.host.week_starts_on, desk.words),
        **week_choices(desk.words),
    )
