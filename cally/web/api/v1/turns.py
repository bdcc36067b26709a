"""Whose turn it is: what each host of a team's event type was given, who comes next, and a booking given by hand."""

from datetime import datetime
from typing import Annotated

import msgspec

from cally import bookings, hosts
from cally.bookings import Choice
from cally.errors import not_found
from cally.model.bookings import Booking, Taken
from cally.model.hosts import EventType
from cally.model.rules import Refusal
from cally.model.teams import CREDIT_UNIT, DecidedBy
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.refused import slot_taken
from cally.web.api.v1.shown import BookingShown, shown_booking

noun = Noun("Turns")


class TurnsAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many bookings to look ahead."""

    next: Annotated[int, msgspec.Meta(ge=0, le=100)] = 20


class HostTurns(msgspec.Struct, frozen=True, kw_only=True):
    """What a host was given and still has; `credit` is what they are treated as having had besides, in bookings."""

    host: str
    name: str
    required: bool
    group: str
    weight: int
    assigned: int
    credit: float
    last_assigned_at: datetime | None


class NextTurn(msgspec.Struct, frozen=True, kw_only=True):
    """Who would be given a booking if everybody were free, and what decides."""

    host: str
    decided_by: DecidedBy


class GroupTurns(msgspec.Struct, frozen=True, kw_only=True):
    """The next bookings of a group, in order; one host of each group is in every booking."""

    group: str
    next: tuple[NextTurn, ...]


class TurnsShown(msgspec.Struct, frozen=True, kw_only=True):
    """Where everybody stands, and who comes next; nobody takes turns where all meet together."""

    hosts: tuple[HostTurns, ...]
    groups: tuple[GroupTurns, ...]


class OwnPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The schedule of one's own that counts for this."""

    schedule_id: str


class Reassignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The host who takes over (their slug); `instead_of` says whose place it is where several take part."""

    host: str
    instead_of: str | None = None


class ChoiceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A host of the team: `free`, `outside_hours`, `unknown` (a calendar does not answer) or `busy`, who cannot."""

    host: str
    name: str
    state: Annotated[str, msgspec.Meta(description="free, outside_hours, unknown or busy")]
    in_turns: bool


class ChoicesShown(msgspec.Struct, frozen=True, kw_only=True):
    """Who could take over, those who take turns first."""

    hosts: tuple[ChoiceShown, ...]


@noun.does(
    "GET",
    "/event-types/{id}/turns",
    scope="event-types:read",
    query=TurnsAsked,
    answers={200: TurnsShown},
    refuses=("not_found",),
)
async def show_turns(call: Call) -> Answer:
    """Show what each host of a team's event type was given, and who would be given the next bookings."""
    event_type = await _of_team(call)
    db = call.doors.store.reader
    shares = await hosts.shares_of(db, event_type.id)
    known = {share.host_id: await hosts.host_by_id(db, share.host_id) for share in shares}
    slugs = {host_id: host.slug if host else "" for host_id, host in known.items()}
    names = {host_id: host.name if host else "" for host_id, host in known.items()}
    groups = await hosts.next_turns(db, event_type, call.query.next, now=call.now)
    return answer(
        TurnsShown(
            hosts=tuple(
                HostTurns(
                    host=slugs[share.host_id],
                    name=names[share.host_id],
                    required=share.required,
                    group=share.group,
                    weight=share.weight,
                    assigned=share.assigned,
                    credit=share.credit / CREDIT_UNIT,
                    last_assigned_at=instant(share.last_assigned_at) if share.last_assigned_at is not None else None,
                )
                for share in shares
            ),
            groups=tuple(
                GroupTurns(
                    group=group,
                    next=tuple(NextTurn(host=slugs[one.host_id], decided_by=one.decided_by) for one in decisions),
                )
                for group, decisions in groups
            ),
        )
    )


@noun.does(
    "PATCH",
    "/event-types/{id}/own-part",
    scope="event-types:write",
    body=OwnPart,
    answers={204: None},
    refuses=("not_found",),
)
async def change_own_part(call: Call) -> Answer:
    """Limit one's own part in what a team offers to the hours of another schedule of one's own."""
    schedule_id = call.body.schedule_id
    number = int(schedule_id) if schedule_id.isascii() and schedule_id.isdigit() and len(schedule_id) < 19 else 0
    holder = call.token_holder
    await hosts.choose_schedule(
        call.doors.store, call.id(), holder.account.id, number, now=call.now, actor=holder.actor()
    )
    return answer(None, 204)


@noun.does(
    "DELETE",
    "/event-types/{id}/own-part",
    scope="event-types:write",
    answers={204: None},
    refuses=("not_found", "conflict"),
)
async def opt_out(call: Call) -> Answer:
    """Take part no more in what a team offers; the bookings one has stay one's own."""
    holder = call.token_holder
    await hosts.opt_out(call.doors.store, call.id(), holder.account.id, now=call.now, actor=holder.actor())
    return answer(None, 204)


@noun.does(
    "GET",
    "/bookings/{uid}/reassignment",
    scope="bookings:read",
    answers={200: ChoicesShown},
    refuses=("not_found",),
)
async def list_choices(call: Call) -> Answer:
    """List who of the team could take a booking over, each with whether they are free."""
    found = await bookings.choices(call.doors.store.reader, await _booking(call), now=call.now)
    return answer(ChoicesShown(hosts=tuple(_choice(one) for one in found)))


@noun.does(
    "POST",
    "/bookings/{uid}/reassignment",
    scope="bookings:write",
    body=Reassignment,
    answers={200: BookingShown},
    refuses=("not_found", "conflict", "slot_taken"),
)
async def reassign_booking(call: Call) -> Answer:
    """Give a booking to another host of the team, in one step.

    The `uid` stays, `sequence` rises; both hosts and the guest are told. 409 `slot_taken` when that host is not free.
    """
    booking = await _booking(call)
    changed = await bookings.reassign(
        call.doors.store,
        booking.uid,
        call.body.host,
        instead_of=call.body.instead_of,
        now=call.now,
        actor=call.token_holder.actor(),
    )
    if isinstance(changed, Refusal):
        raise slot_taken(Taken(refusal=changed, alternatives=()), booking.terms.duration_minutes, for_host=True)
    call.doors.wake()
    return answer(await shown_booking(call.doors, changed))


async def _of_team(call: Call) -> EventType:
    """The event type of a team that the caller is in."""
    db = call.doors.store.reader
    found = await hosts.event_type_by_id(db, call.id())
    if found is None or found.team_id is None:
        raise not_found("event type")
    if await hosts.team_for(db, found.team_id, call.token_holder.account) is None:
        raise not_found("event type")
    return found


async def _booking(call: Call) -> Booking:
    db = call.doors.store.reader
    found = await bookings.booking_by_uid(db, call.path["uid"])
    if found is None or not await bookings.concerns(db, call.token_holder.account, found):
        raise not_found("booking")
    return found


def _choice(one: Choice) -> ChoiceShown:
    return ChoiceShown(host=one.host.slug, name=one.host.name, state=one.state, in_turns=one.in_turns)
