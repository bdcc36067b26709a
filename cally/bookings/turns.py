"""Whose turn it is: the counts that a team's choice of host goes by, kept with the booking itself (rule 61)."""

from datetime import date

import msgspec

from cally import engine
from cally.bookings.offers import Offer, Participant
from cally.model.bookings import LIVE, Booking
from cally.model.teams import UNCOUNTED, Assignable, Decision
from cally.store import Reader, Writer, bookings, teams


async def as_counted(db: Reader, offer: Offer) -> Offer:
    """The offer with what its hosts were given until now, and without those who take turns in it no more."""
    if offer.event_type.rules.assignment != "round_robin":
        return offer
    known = {share.host_id: share for share in await teams.assignable(db, offer.event_type.id)}
    taking_part = tuple(
        one if one.share is None else msgspec.structs.replace(one, share=known[one.host.id])
        for one in offer.participants
        if one.share is None or one.host.id in known
    )
    return msgspec.structs.replace(offer, participants=taking_part)


async def count(tx: Writer, offer: Offer, booking: Booking, now: int) -> None:
    """Count a booking for the hosts it was given to, and credit those who are away that day, or barred."""
    for decision in booking.decisions:
        if decision.decided_by not in UNCOUNTED:
            await _count(tx, offer, booking, decision, now)


async def take_back(tx: Writer, offer: Offer, booking: Booking, *, whole_session: bool = False) -> None:
    """Count a booking no more for the hosts it was given to, nor for those who were away.

    A session stays the turn of its host while others are in it, unless the `whole_session` goes.
    """
    for decision in booking.decisions:
        if decision.decided_by in UNCOUNTED:
            continue
        heir = None if whole_session else await _joined(tx, booking, decision)
        if heir is None:
            shares, away = await _shares(tx, offer, booking, decision)
            await _write(tx, booking, shares, engine.taken_back(shares, decision.host_id, absent=away))
        else:
            passed = tuple(decision if one.host_id == decision.host_id else one for one in heir.decisions)
            await bookings.update_hosts(tx, msgspec.structs.replace(heir, decisions=passed))


async def _joined(tx: Reader, booking: Booking, decision: Decision) -> Booking | None:
    """The next seat in the session of a booking, whose host was given a turn for both."""
    if not booking.is_seat:
        return None
    found = await bookings.list_of_slot(
        tx, host_id=booking.host_id, event_type_id=booking.event_type_id, starts_at=booking.starts_at
    )
    others = (one for one in found if one.id != booking.id and one.status in LIVE)
    return next((one for one in others if (decision.host_id, "joined") in _decided(one)), None)


def _decided(booking: Booking) -> set[tuple[int, str]]:
    return {(decision.host_id, decision.decided_by) for decision in booking.decisions}


async def _count(tx: Writer, offer: Offer, booking: Booking, decision: Decision, now: int) -> None:
    shares, away = await _shares(tx, offer, booking, decision)
    await _write(tx, booking, shares, engine.given(shares, decision.host_id, absent=away, now=now))


async def _shares(
    tx: Reader, offer: Offer, booking: Booking, decision: Decision
) -> tuple[list[Assignable], frozenset[int]]:
    """Those who take turns with a chosen host, as they are counted now, and who of them is away that day, or barred."""
    known = {share.host_id: share for share in await teams.assignable(tx, booking.event_type_id)}
    group = [one for one in offer.participants if not one.required and one.group == decision.group]
    away = frozenset(one.host.id for one in group if one.is_barred or _is_away(one, booking))
    shares = [known[one.host.id] for one in group if one.host.id in known]
    if decision.host_id in {share.host_id for share in shares}:
        return shares, away
    # given by hand to one who takes no turns
    return [known[decision.host_id]] if decision.host_id in known else [], away


async def _write(tx: Writer, booking: Booking, before: list[Assignable], after: list[Assignable]) -> None:
    for was, share in zip(before, after, strict=True):
        if was != share:
            await teams.update_count(tx, booking.event_type_id, share)


def _is_away(one: Participant, booking: Booking) -> bool:
    on = date.fromisoformat(booking.starts_local[:10])
    return any(first <= on <= last for first, last in one.schedule.hours.time_off)


def kept_as(decisions: tuple[Decision, ...], earlier: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The decisions of a move: where the host stays, why they were chosen stays too."""
    reasons = {decision.host_id: decision for decision in earlier}
    return tuple(
        reasons.get(decision.host_id, decision) if decision.decided_by == "kept" else decision for decision in decisions
    )


async def miscounted(db: Reader) -> list[tuple[int, int, int, int]]:
    """`(event type, host, counted, found)` wherever a count is not what the bookings say; reads them all."""
    found = []
    given: dict[int, dict[int, int]] = {}
    for event_type_id, host_id, counted in await teams.list_assigned(db):
        if event_type_id not in given:
            given[event_type_id] = engine.times_given(await teams.list_decisions(db, event_type_id))
        if given[event_type_id].get(host_id, 0) != counted:
            found.append((event_type_id, host_id, counted, given[event_type_id].get(host_id, 0)))
    return found
