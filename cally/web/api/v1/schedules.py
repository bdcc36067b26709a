"""A host's schedules, and their overrides and time off one by one."""

from typing import Any

import msgspec

from cally import hosts
from cally.errors import invalid, not_found
from cally.model.capsule import schedule_from_json, schedule_to_json
from cally.model.hosts import Schedule
from cally.model.rules import ScheduleRules
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.pages import Paged, page
from cally.web.api.v1.schedule_shapes import (
    OverrideGiven,
    OverridesShown,
    ScheduleChanges,
    ScheduleShown,
    SchedulesShown,
    ScheduleWanted,
    TimeOffGiven,
    TimeOffShown,
)

noun = Noun("Schedules")
READ = "schedules:read"
WRITE = "schedules:write"


@noun.does("GET", "/schedules", scope=READ, query=Paged, answers={200: SchedulesShown})
async def list_schedules(call: Call) -> Answer:
    """List the host's schedules."""
    found = await hosts.list_schedules(call.doors.store.reader, call.token_holder.account.id)
    kept, more = page(found, call.query, lambda schedule: (schedule.id,))
    return answer(SchedulesShown(schedules=tuple(map(_shown, kept)), next_cursor=more))


@noun.does("POST", "/schedules", scope=WRITE, body=ScheduleWanted, answers={201: ScheduleShown})
async def create_schedule(call: Call) -> Answer:
    """Save a new set of hours."""
    holder = call.token_holder
    made = await hosts.create_schedule(
        call.doors.store,
        holder.account.id,
        name=call.body.name,
        rules=_rules(call.sent),
        follows_host=call.body.follows_host is True,
        now=call.now,
        actor=holder.actor(),
    )
    return answer(_shown(made), 201, {"location": f"/api/v1/schedules/{made.id}"})


@noun.does("GET", "/schedules/{id}", scope=READ, answers={200: ScheduleShown}, refuses=("not_found",))
async def show_schedule(call: Call) -> Answer:
    """Show one schedule."""
    return answer(_shown(await _own(call)))


@noun.does(
    "PATCH",
    "/schedules/{id}",
    scope=WRITE,
    body=ScheduleChanges,
    answers={200: ScheduleShown},
    refuses=("not_found",),
)
async def change_schedule(call: Call) -> Answer:
    """Change what is given; bookings stay where they are."""
    known = await _own(call)
    rules = _rules(schedule_to_json(known.rules) | call.sent)
    follows = call.sent.get("follows_host", known.follows_host)
    return answer(_shown(await _write(call, known, rules, name=call.sent.get("name", known.name), follows=follows)))


@noun.does("DELETE", "/schedules/{id}", scope=WRITE, answers={204: None}, refuses=("not_found", "conflict"))
async def delete_schedule(call: Call) -> Answer:
    """Remove a schedule that no event type uses."""
    known = await _own(call)
    await hosts.delete_schedule(call.doors.store, known.id, now=call.now, actor=call.token_holder.actor())
    return answer(None, 204)


@noun.does(
    "GET",
    "/schedules/{id}/overrides",
    scope=READ,
    query=Paged,
    answers={200: OverridesShown},
    refuses=("not_found",),
)
async def list_overrides(call: Call) -> Answer:
    """List the dates that have hours of their own."""
    kept, more = page(_shown(await _own(call)).overrides, call.query, lambda one: (one.on.isoformat(),))
    return answer(OverridesShown(overrides=tuple(kept), next_cursor=more))


@noun.does(
    "POST",
    "/schedules/{id}/overrides",
    scope=WRITE,
    body=OverrideGiven,
    answers={201: OverrideGiven},
    refuses=("not_found",),
)
async def put_override(call: Call) -> Answer:
    """Give one date hours of its own, in place of any it had; no hours close it."""
    known = await _own(call)
    kept = [row for row in _rows(known, "overrides") if row["on"] != call.body.on.isoformat()]
    await _write_rows(call, known, "overrides", [*kept, call.sent])
    return answer(call.body, 201)


@noun.does("DELETE", "/schedules/{id}/overrides/{on}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def delete_override(call: Call) -> Answer:
    """Let one date follow the week again."""
    known = await _own(call)
    rows = _rows(known, "overrides")
    kept = [row for row in rows if row["on"] != call.path["on"]]
    if len(kept) == len(rows):
        raise not_found("override")
    await _write_rows(call, known, "overrides", kept)
    return answer(None, 204)


@noun.does(
    "GET", "/schedules/{id}/time-off", scope=READ, query=Paged, answers={200: TimeOffShown}, refuses=("not_found",)
)
async def list_time_off(call: Call) -> Answer:
    """List the days away."""
    known = _shown(await _own(call)).time_off
    kept, more = page(known, call.query, lambda dates: (dates[0].isoformat(), dates[1].isoformat()))
    shown = tuple(TimeOffGiven(from_=first, to=last) for first, last in kept)
    return answer(TimeOffShown(time_off=shown, next_cursor=more))


@noun.does(
    "POST",
    "/schedules/{id}/time-off",
    scope=WRITE,
    body=TimeOffGiven,
    answers={201: TimeOffGiven},
    refuses=("not_found",),
)
async def add_time_off(call: Call) -> Answer:
    """Close the days from the first to the last."""
    known = await _own(call)
    if call.body.to < call.body.from_:
        raise invalid("to", "The last date lies before the first one.")
    row = [call.sent["from"], call.sent["to"]]
    rows = _rows(known, "time_off")
    await _write_rows(call, known, "time_off", rows if row in rows else sorted([*rows, row]))
    return answer(call.body, 201)


@noun.does("DELETE", "/schedules/{id}/time-off/{from}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def delete_time_off(call: Call) -> Answer:
    """Open the days away that begin on this date again."""
    known = await _own(call)
    rows = _rows(known, "time_off")
    kept = [row for row in rows if row[0] != call.path["from"]]
    if len(kept) == len(rows):
        raise not_found("time off")
    await _write_rows(call, known, "time_off", kept)
    return answer(None, 204)


async def _own(call: Call) -> Schedule:
    found = await hosts.schedule_by_id(call.doors.store.reader, call.id())
    if found is None or found.host_id != call.token_holder.account.id:
        raise not_found("schedule")
    return found


async def _write(
    call: Call, known: Schedule, rules: ScheduleRules, *, name: str, follows: bool | None = None
) -> Schedule:
    return await hosts.update_schedule(
        call.doors.store,
        known.id,
        name=name,
        rules=rules,
        follows_host=follows,
        now=call.now,
        actor=call.token_holder.actor(),
    )


async def _write_rows(call: Call, known: Schedule, field: str, rows: list[Any]) -> None:
    rules = _rules(schedule_to_json(known.rules) | {field: rows})
    await _write(call, known, rules, name=known.name)


def _rows(known: Schedule, field: str) -> list[Any]:
    return list(schedule_to_json(known.rules).get(field, []))


def _rules(sent: dict[str, Any]) -> ScheduleRules:
    return schedule_from_json({name: value for name, value in sent.items() if name not in {"name", "follows_host"}})


def _shown(schedule: Schedule) -> ScheduleShown:
    rules = schedule_to_json(schedule.rules)
    own = {"id": str(schedule.id), "name": schedule.name, "follows_host": schedule.follows_host}
    return msgspec.convert(own | rules, ScheduleShown)
