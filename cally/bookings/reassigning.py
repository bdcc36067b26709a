"""Giving a booking to another host by hand: one atomic swap of claims, uid kept, sequence + 1, everybody told."""

from typing import Literal

import msgspec

from cally import engine
from cally.bookings import turns
from cally.bookings.changes import claim_anew
from cally.bookings.holds import BOOKED
from cally.bookings.offering import clear, freed
from cally.bookings.offers import Offer, Participant, narrowed, offer_of
from cally.bookings.questions import calendars_stale, free_time_only, question
from cally.bookings.telling import announce, announce_left
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.bookings import LIVE, Booking
from cally.model.hosts import Host
from cally.model.rules import Refusal
from cally.model.teams import Decision
from cally.model.zones import tzdata_version, wall_time
from cally.store import Overlap, Reader, Store, Writer, audit, bookings, hosts, occupancy, teams

State = Literal["free", "outside_hours", "unknown", "busy"]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A host who could take over. Only a `busy` one cannot: of the others, hours or a calendar's silence are said.

    `in_turns`: they take turns in this event type; whoever does not is of the team all the same.
    """

    host: Host
    state: State
    in_turns: bool


async def choices(db: Reader, booking: Booking, *, now: int) -> list[Choice]:
    """Who of the team could take a booking over, those who take turns first; empty for what is no team's."""
    offer = await offer_of(db, booking)
    return [
        Choice(host=one.host, state=await _state(db, offer, one, booking, now), in_turns=one.share is not None)
        for one in await _others(db, offer, booking)
    ]


async def reassign(
    store: Store, uid: str, host: str, *, instead_of: str | None = None, now: int, actor: Actor
) -> Booking | Refusal:
    """Give a live booking, or the whole session that a seat is of, to another host of the team (their slug).

    `instead_of` names who gives it away where several take part. It counts as a turn of the new host and no more as one
    of the old (rule 61). Raises `not_found`, `invalid` (`host`, `instead_of`), `conflict` for what has ended or begun.
    Who may, the door must judge.
    """
    try:
        async with store.write() as tx:
            return await _reassign(tx, uid, host, instead_of, now, actor)
    except Overlap:
        return BOOKED


async def _reassign(
    tx: Writer, uid: str, host: str, instead_of: str | None, now: int, actor: Actor
) -> Booking | Refusal:
    booking = await _live(tx, uid, now)
    await clear(tx, now)
    offer = await offer_of(tx, booking)
    former = await _former(tx, booking, instead_of)
    if host == former.slug:
        return booking
    heir = next((one for one in await _others(tx, offer, booking) if one.host.slug == host), None)
    if heir is None:
        raise invalid("host", "Please choose another host of the team, one who does not take part already.")
    if await _state(tx, offer, heir, booking, now) == "busy":
        return Refusal(code="busy", host=heir.host.slug)
    together = await _together(tx, booking, former)
    for one in together:
        await occupancy.delete(tx, one.uid)
    changed = [await _hand_over(tx, offer, one, former, heir, now, actor) for one in together]
    handed = next(one for one in changed if one.id == booking.id)
    if booking.is_seat:
        left = msgspec.structs.replace(booking, sequence=handed.sequence, updated_at=now)
        await announce_left(tx, offer, left, now=now, actor=actor)
    await freed(tx, (former.id,), (booking.starts_at, booking.ends_at), now=now)
    return handed


async def _live(tx: Reader, uid: str, now: int) -> Booking:
    booking = await bookings.by_uid(tx, uid)
    if booking is None:
        raise not_found("booking")
    if booking.status not in LIVE:
        raise CallyError("conflict", f"This booking is {booking.status}; it cannot be reassigned.")
    if booking.starts_at <= now:
        raise CallyError("conflict", "This booking has begun; it can no longer be reassigned.")
    return booking


async def _former(tx: Reader, booking: Booking, instead_of: str | None) -> Host:
    """Who gives it away: the one named, else the only one, else the only one whose turn it was."""
    found = [await hosts.by_id(tx, host_id) for host_id in booking.hosts]
    taking_part = [host for host in found if host is not None]
    if instead_of is not None:
        taking_part = [host for host in taking_part if host.slug == instead_of]
        if not taking_part:
            raise invalid("instead_of", "This host does not take part in the booking.")
    if len(taking_part) > 1:
        in_turns = {decision.host_id for decision in booking.decisions}
        taking_part = [host for host in taking_part if host.id in in_turns]
    if len(taking_part) != 1:
        raise invalid("instead_of", "Several hosts take part; please say which of them gives it away.")
    return taking_part[0]


async def _others(db: Reader, offer: Offer, booking: Booking) -> list[Participant]:
    """Those who take turns in the event type, then the other members of the team; who is barred is not asked."""
    known = {one.host.id: one for one in offer.participants if one.share is not None}
    members = await teams.members(db, offer.team.id) if offer.team is not None else []
    for member in members:
        host = await hosts.by_id(db, member.host_id)
        if host is not None and host.id not in known:
            barred = not await hosts.is_bookable(db, host.id)
            known[host.id] = Participant(host=host, schedule=offer.schedule, is_barred=barred)
    return [one for one in known.values() if not one.is_barred and one.host.id not in booking.hosts]


async def _state(db: Reader, offer: Offer, one: Participant, booking: Booking, now: int) -> State:
    """Whether a host has that time: their claims and calendars decide, their hours are but said."""
    alone = await narrowed(db, offer, msgspec.structs.replace(booking, host_id=one.host.id, co_hosts=(), resources=()))
    alone = msgspec.structs.replace(alone, participants=(msgspec.structs.replace(one, required=True, group=""),))
    window = (booking.starts_at, booking.ends_at)
    minutes = (booking.ends_at - booking.starts_at) // 60
    asked = await question(db, alone, duration_minutes=minutes, now=now, window=window)
    claimed = free_time_only(asked, *window)
    if engine.refusals_of_each(claimed, booking.starts_at)[one.host.slug] is not None:
        return "busy"
    if await calendars_stale(db, one.host.id, now):
        return "unknown"
    openings = engine.openings(asked)[one.host.slug]
    return "free" if any(first <= window[0] and window[1] <= last for first, last in openings) else "outside_hours"


async def _together(tx: Reader, booking: Booking, former: Host) -> list[Booking]:
    """The booking, or all seats of its session: guests who met the same host at once meet the new one together."""
    if not booking.is_seat:
        return [booking]
    found = await bookings.list_of_slot(
        tx, host_id=booking.host_id, event_type_id=booking.event_type_id, starts_at=booking.starts_at
    )
    return [one for one in found if one.status in LIVE and one.is_seat and former.id in one.hosts]


async def _hand_over(
    tx: Writer, offer: Offer, booking: Booking, former: Host, heir: Participant, now: int, actor: Actor
) -> Booking:
    moved = _handed(booking, former, heir, now)
    await claim_anew(tx, offer, moved, now)
    await bookings.update_time(tx, moved, now=now)
    await bookings.update_hosts(tx, moved)
    await turns.take_back(tx, offer, booking, whole_session=True)
    await turns.count(tx, offer, moved, now)
    tag = f"{actor.kind}:booking:reassign"
    facts = {"from_host": former.name, "to_host": heir.host.name}
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=moved.uid, **facts)
    await announce(tx, offer, moved, "reassigned", now=now, actor=actor, earlier=booking)
    return moved


def _handed(booking: Booking, former: Host, heir: Participant, now: int) -> Booking:
    """The booking with the new host in the old one's place, in their zone if they answer for it."""
    taking_part = tuple(heir.host.id if host_id == former.id else host_id for host_id in booking.hosts)
    answers = taking_part[0] == heir.host.id
    tz = heir.schedule.rules.tz if answers else booking.tz
    return msgspec.structs.replace(
        booking,
        host_id=taking_part[0],
        co_hosts=taking_part[1:],
        decisions=_decided(booking.decisions, former.id, heir),
        sequence=booking.sequence + 1,
        tz=tz,
        starts_local=wall_time(booking.starts_at, tz) if answers else booking.starts_local,
        tzdata_version=tzdata_version() if answers else booking.tzdata_version,
        updated_at=now,
    )


def _decided(decisions: tuple[Decision, ...], former: int, heir: Participant) -> tuple[Decision, ...]:
    """Whose turn it was becomes the new host's, by hand; who joined a session takes no turn there either."""
    group = heir.group if heir.share is not None else ""
    made = Decision(host_id=heir.host.id, decided_by="by_hand", group=group)
    if all(decision.host_id != former for decision in decisions):
        return (*decisions, made)
    return tuple(
        decision
        if decision.host_id != former
        else msgspec.structs.replace(made, decided_by="joined" if decision.decided_by == "joined" else "by_hand")
        for decision in decisions
    )
