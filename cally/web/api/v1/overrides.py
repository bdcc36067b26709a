"""A host's overrides over all of their schedules: many dates in one request, or one by one."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
from cally.errors import CallyError, invalid, not_found
from cally.hosts.overrides import Changes
from cally.model.capsule import schedule_from_json, schedule_to_json
from cally.model.hosts import Schedule
from cally.model.rules import DAYS, Window
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.schedule_shapes import Hours, Weekday

noun = Noun("Overrides")
READ = "schedules:read"
WRITE = "schedules:write"
ISO_DATE = "2026-12-24"
Dates = Annotated[tuple[date, ...], msgspec.Meta(min_length=1, max_length=1_000)]


class OverridesAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which to list; all of the host's without any."""

    schedule_id: str | None = None
    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None


class OverridesWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours for one date (`on`), for several (`dates`), or for all from one to another (`from`, `to`, `days`).

    No hours close them. Without a `schedule_id` the host's first schedule is meant; without `days` every weekday is.
    """

    hours: tuple[Hours, ...]
    schedule_id: str | UnsetType = UNSET
    on: date | UnsetType = UNSET
    dates: Dates | UnsetType = UNSET
    from_: date | UnsetType = msgspec.field(name="from", default=UNSET)
    to: date | UnsetType = UNSET
    days: tuple[Weekday, ...] | UnsetType = UNSET


class OverrideChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other hours for the same date."""

    hours: tuple[Hours, ...]


class OverrideShown(msgspec.Struct, frozen=True, kw_only=True):
    """The hours of one date in one schedule, instead of whatever the week says; none closes it."""

    id: str
    schedule_id: str
    on: date
    hours: tuple[Hours, ...]


class OverridesListed(msgspec.Struct, frozen=True, kw_only=True):
    """Those that were put, by date."""

    overrides: tuple[OverrideShown, ...]


class OverridesPage(Page, frozen=True, kw_only=True):
    """By schedule, then by date."""

    overrides: tuple[OverrideShown, ...]


@noun.does(
    "GET",
    "/overrides",
    scope=READ,
    query=OverridesAsked,
    answers={200: OverridesPage},
    refuses=("not_found",),
)
async def list_all_overrides(call: Call) -> Answer:
    """List the dates that have hours of their own."""
    asked = call.query
    found = await _schedules(call)
    if asked.schedule_id is not None:
        found = [_by_id(found, asked.schedule_id)]
    first, last = asked.from_ or date.min, asked.to or date.max
    shown = (one for schedule in found for one in _shown(schedule) if first <= one.on <= last)
    kept, more = page(shown, asked, lambda one: (int(one.schedule_id), one.on.isoformat()))
    return answer(OverridesPage(overrides=tuple(kept), next_cursor=more))


@noun.does(
    "POST",
    "/overrides",
    scope=WRITE,
    body=OverridesWanted,
    answers={201: OverridesListed},
    refuses=("not_found", "conflict"),
)
async def put_overrides(call: Call) -> Answer:
    """Give dates hours of their own, all at once, in place of any they had."""
    found, wanted = await _schedules(call), call.body.schedule_id
    if not found:
        raise CallyError("conflict", "There is no schedule yet; make one first.")
    schedule = found[0] if wanted is UNSET else _by_id(found, wanted)
    dates = _dates(call.body)
    after = await _write(call, schedule, dict.fromkeys(dates, _windows(call.sent)))
    return answer(OverridesListed(overrides=tuple(one for one in _shown(after) if one.on in dates)), 201)


@noun.does("GET", "/overrides/{id}", scope=READ, answers={200: OverrideShown}, refuses=("not_found",))
async def show_override(call: Call) -> Answer:
    """Show the hours of one date."""
    schedule, on = await _own(call)
    return answer(next(one for one in _shown(schedule) if one.on == on))


@noun.does(
    "PATCH",
    "/overrides/{id}",
    scope=WRITE,
    body=OverrideChanges,
    answers={200: OverrideShown},
    refuses=("not_found",),
)
async def change_override(call: Call) -> Answer:
    """Change the hours of one date."""
    schedule, on = await _own(call)
    after = await _write(call, schedule, {on: _windows(call.sent)})
    return answer(next(one for one in _shown(after) if one.on == on))


@noun.does("DELETE", "/overrides/{id}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def remove_override(call: Call) -> Answer:
    """Let one date follow the week again."""
    schedule, on = await _own(call)
    await _write(call, schedule, {on: None})
    return answer(None, 204)


async def _schedules(call: Call) -> list[Schedule]:
    return await hosts.list_schedules(call.doors.store.reader, call.token_holder.account.id)


def _by_id(found: Iterable[Schedule], id: str) -> Schedule:
    for schedule in found:
        if str(schedule.id) == id:
            return schedule
    raise not_found("schedule")


async def _own(call: Call) -> tuple[Schedule, date]:
    """The schedule and date that an id such as `42.2026-12-24` names; raises `not_found`."""
    for schedule in await _schedules(call):
        for shown in _shown(schedule):
            if shown.id == call.path["id"]:
                return schedule, shown.on
    raise not_found("override")


async def _write(call: Call, schedule: Schedule, changes: Changes) -> Schedule:
    actor = call.token_holder.actor()
    await hosts.override_dates(call.doors.store, schedule.id, changes, now=call.now, actor=actor)
    after = await hosts.schedule_by_id(call.doors.store.reader, schedule.id)
    if after is None:
        raise not_found("schedule")
    return after


def _dates(wanted: OverridesWanted) -> tuple[date, ...]:
    """The dates that are named in one of the three ways."""
    ways = [wanted.on is not UNSET, wanted.dates is not UNSET, wanted.from_ is not UNSET or wanted.to is not UNSET]
    if sum(ways) != 1:
        raise invalid("dates", "Name the dates in one way: `on`, `dates`, or `from` and `to`.")
    if wanted.on is not UNSET:
        return (wanted.on,)
    if wanted.dates is not UNSET:
        return tuple(dict.fromkeys(wanted.dates))
    if wanted.from_ is UNSET or wanted.to is UNSET:
        raise invalid("from" if wanted.from_ is UNSET else "to", "This field is missing.")
    found = hosts.dates_between(wanted.from_, wanted.to, DAYS if wanted.days is UNSET else wanted.days)
    if not found:
        raise invalid("days", "No such weekday lies between these dates.")
    return found


def _windows(sent: dict[str, Any]) -> tuple[Window, ...]:
    """The hours as rules; a fault has its path in what was sent."""
    try:
        return schedule_from_json({"overrides": [{"on": ISO_DATE, "hours": sent["hours"]}]}).overrides[0].hours
    except CallyError as error:
        raise invalid(str(error.facts["field"]).removeprefix("overrides[0]."), error.sentence) from error


def _shown(schedule: Schedule) -> list[OverrideShown]:
    rows = schedule_to_json(schedule.rules).get("overrides", [])
    found = [
        {"id": f"{schedule.id}.{row['on']}", "schedule_id": str(schedule.id), "on": row["on"], "hours": row["hours"]}
        for row in rows
    ]
    return sorted(msgspec.convert(found, list[OverrideShown]), key=lambda one: one.on)
