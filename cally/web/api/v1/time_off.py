"""A host's time off: days away in all of their schedules, a note for guests, and who stands in."""

from datetime import date
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
from cally.errors import CallyError, invalid, not_found
from cally.hosts import TimeOffDraft
from cally.model.time_off import TimeOff
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.pages import Page, Paged, page

noun = Noun("Time off")
READ = "schedules:read"
WRITE = "schedules:write"
FIELDS = {"first_on": "from", "last_on": "to"}


class TimeOffAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which to list: those that touch these dates, both included; all without any."""

    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None


class TimeOffChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change. `delegate` is the slug of a host whose page guests can see; `null` names nobody."""

    from_: date | UnsetType = msgspec.field(name="from", default=UNSET)
    to: date | UnsetType = UNSET
    note: str | UnsetType = UNSET
    delegate: str | UnsetType | None = UNSET


class TimeOffWanted(TimeOffChanges, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New days away, first and last included."""

    from_: date = msgspec.field(name="from")
    to: date


class TimeOffEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Days away, first and last included; they close all schedules of the host, and no override opens them."""

    id: str
    from_: date = msgspec.field(name="from")
    to: date
    note: str
    delegate: str | None


class TimeOffListed(Page, frozen=True, kw_only=True):
    """Earliest first."""

    time_off: tuple[TimeOffEntry, ...]


@noun.does("GET", "/time-off", scope=READ, query=TimeOffAsked, answers={200: TimeOffListed})
async def list_days_away(call: Call) -> Answer:
    """List the host's days away; those that ended over a year ago are forgotten."""
    asked = call.query
    found = await hosts.list_time_off(
        call.doors.store.reader,
        call.token_holder.account.id,
        from_on=asked.from_ or date.min,
        to_on=asked.to or date.max,
    )
    kept, more = page(found, asked, lambda entry: (entry.first_on.isoformat(), entry.id))
    return answer(TimeOffListed(time_off=tuple([await _shown(call, entry) for entry in kept]), next_cursor=more))


@noun.does("POST", "/time-off", scope=WRITE, body=TimeOffWanted, answers={201: TimeOffEntry})
async def add_days_away(call: Call) -> Answer:
    """Be away; bookings that lie there stay."""
    holder = call.token_holder
    draft = _changed(TimeOffDraft(first_on=call.body.from_, last_on=call.body.to), call.body)
    try:
        made = await hosts.create_time_off(
            call.doors.store, holder.account.id, draft, now=call.now, actor=holder.actor()
        )
    except CallyError as error:
        raise _named(error) from error
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/time-off/{made.id}"})


@noun.does("GET", "/time-off/{id}", scope=READ, answers={200: TimeOffEntry}, refuses=("not_found",))
async def show_days_away(call: Call) -> Answer:
    """Show days away."""
    return answer(await _shown(call, await _own(call)))


@noun.does(
    "PATCH",
    "/time-off/{id}",
    scope=WRITE,
    body=TimeOffChanges,
    answers={200: TimeOffEntry},
    refuses=("not_found",),
)
async def change_days_away(call: Call) -> Answer:
    """Change what is given."""
    known = await _own(call)
    shown = await _shown(call, known)
    base = TimeOffDraft(first_on=known.first_on, last_on=known.last_on, note=known.note, delegate=shown.delegate or "")
    actor = call.token_holder.actor()
    try:
        after = await hosts.update_time_off(
            call.doors.store, known.id, _changed(base, call.body), now=call.now, actor=actor
        )
    except CallyError as error:
        raise _named(error) from error
    return answer(await _shown(call, after))


@noun.does("DELETE", "/time-off/{id}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def remove_days_away(call: Call) -> Answer:
    """Be there after all."""
    known = await _own(call)
    await hosts.delete_time_off(call.doors.store, known.id, now=call.now, actor=call.token_holder.actor())
    return answer(None, 204)


async def _own(call: Call) -> TimeOff:
    found = await hosts.time_off_by_id(call.doors.store.reader, call.id())
    if found is None or found.host_id != call.token_holder.account.id:
        raise not_found("time off")
    return found


def _changed(base: TimeOffDraft, given: TimeOffChanges) -> TimeOffDraft:
    sent = {"first_on": given.from_, "last_on": given.to, "note": given.note, "delegate": given.delegate}
    changes: dict[str, Any] = {name: value for name, value in sent.items() if value is not UNSET}
    if given.delegate is None:
        changes["delegate"] = ""
    return msgspec.structs.replace(base, **changes)


async def _shown(call: Call, entry: TimeOff) -> TimeOffEntry:
    delegate = (
        await hosts.host_by_id(call.doors.store.reader, entry.delegate_id) if entry.delegate_id is not None else None
    )
    return TimeOffEntry(
        id=str(entry.id),
        from_=entry.first_on,
        to=entry.last_on,
        note=entry.note,
        delegate=delegate.slug if delegate else None,
    )


def _named(error: CallyError) -> CallyError:
    """The room's fault under the name that the field has here."""
    field = str(error.facts.get("field", ""))
    return invalid(FIELDS[field], error.sentence) if field in FIELDS else error
