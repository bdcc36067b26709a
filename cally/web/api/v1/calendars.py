"""Calendars that a host has Cally read; their addresses are secrets and only hinted at."""

from datetime import datetime

import msgspec

from cally import calendars
from cally.model.calendars import Calendar
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, page

noun = Noun("Calendars")
READ = "schedules:read"
WRITE = "schedules:write"


class CalendarWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`address` is any iCalendar address; `tz` is the zone of times without one, the host's when left out."""

    address: str
    name: str = ""
    tz: str | None = None
    tentative_blocks: bool = True


class CalendarShown(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar, when it was read last, when it is read next, and what went wrong, if anything."""

    id: str
    name: str
    shown_address: str
    tz: str | None
    tentative_blocks: bool
    created_at: datetime
    last_read_at: datetime | None
    next_read_at: datetime
    failing_since: datetime | None
    last_error: str
    warnings: tuple[str, ...]
    events: int


class CalendarsShown(Page, frozen=True, kw_only=True):
    """A host's calendars, oldest first."""

    calendars: tuple[CalendarShown, ...]


@noun.does("GET", "/calendars", scope=READ, query=Paged, answers={200: CalendarsShown})
async def list_calendars(call: Call) -> Answer:
    """List the calendars whose events count as busy time."""
    found = await calendars.list_calendars(call.doors.store.reader, call.token_holder.account.id)
    kept, more = page(found, call.query, lambda calendar: (calendar.id,))
    return answer(CalendarsShown(calendars=tuple(map(_shown, kept)), next_cursor=more))


@noun.does("POST", "/calendars", scope=WRITE, body=CalendarWanted, answers={201: CalendarShown})
async def add_calendar(call: Call) -> Answer:
    """Have a calendar read from now on; its first read is due at once."""
    wanted: CalendarWanted = call.body
    holder = call.token_holder
    made = await calendars.add_calendar(
        call.doors.store,
        call.doors.vault,
        host_id=holder.account.id,
        name=wanted.name,
        address=wanted.address,
        tz=wanted.tz,
        tentative_blocks=wanted.tentative_blocks,
        now=call.now,
        actor=holder.actor(),
    )
    call.doors.wake()
    return answer(_shown(made), 201, {"location": f"/api/v1/calendars/{made.id}"})


@noun.does("GET", "/calendars/{id}", scope=READ, answers={200: CalendarShown}, refuses=("not_found",))
async def show_calendar(call: Call) -> Answer:
    """Show one calendar."""
    host_id = call.token_holder.account.id
    return answer(_shown(await calendars.get_calendar(call.doors.store.reader, call.id(), host_id=host_id)))


@noun.does("POST", "/calendars/{id}/reading", scope=WRITE, answers={200: CalendarShown}, refuses=("not_found",))
async def read_calendar(call: Call) -> Answer:
    """Read a calendar at once, out of turn; `last_error` says what went wrong, if anything."""
    doors = call.doors
    known = await calendars.get_calendar(doors.store.reader, call.id(), host_id=call.token_holder.account.id)
    read = await calendars.read_now(doors.store, doors.vault, known.id, call.now, allowed=doors.allowed_networks)
    return answer(_shown(read))


@noun.does("DELETE", "/calendars/{id}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def remove_calendar(call: Call) -> Answer:
    """Stop reading a calendar; what it said is busy is free again."""
    holder = call.token_holder
    await calendars.remove_calendar(
        call.doors.store, call.id(), host_id=holder.account.id, now=call.now, actor=holder.actor()
    )
    return answer(None, 204)


def _shown(calendar: Calendar) -> CalendarShown:
    return CalendarShown(
        id=str(calendar.id),
        name=calendar.name,
        shown_address=calendar.shown_address,
        tz=calendar.tz,
        tentative_blocks=calendar.tentative_blocks,
        created_at=instant(calendar.created_at),
        last_read_at=_instant(calendar.last_read_at),
        next_read_at=instant(calendar.next_read_at),
        failing_since=_instant(calendar.failing_since),
        last_error=calendar.last_error,
        warnings=calendar.warnings,
        events=calendar.events,
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant(seconds)
