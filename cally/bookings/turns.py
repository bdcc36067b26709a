"""Whose turn it is: the counts that a team's choice of host goes by, kept with the booking itself (rule 61)."""

from datetime import date

from cally import engine
from cally.bookings.offers import Offer, Participant
from cally.model.bookings import Booking
from cally.model.teams import UNCOUNTED, Decision
from cally.store import Reader, Writer, teams


async def count(tx: Writer, offer: Offer, booking: Booking, now: int) -> None:
    """Count a booking for the hosts it was given to, and credit those who are away that day, or barred."""
    for decision in booking.decisions:
        if decision.decided_by not in UNCOUNTED:
            await _count(tx, offer, booking, decision, now)


async def take_back(tx: Writer, booking: Booking) -> None:
    """Count a booking no more for the hosts it was given to."""
    for decision in booking.decisions:
        if decision.decided_by not in UNCOUNTED:
            await teams.take_back(tx, booking.event_type_id, decision.host_id)


async def _count(tx: Writer, offer: Offer, booking: Booking, decision: Decision, now: int) -> None:
    # what was counted since the offer was read is in the store alone
    known = {share.host_id: share for share in await teams.assignable(tx, booking.event_type_id)}
    group = [one for one in offer.participants if not one.required and one.group == decision.group]
    away = frozenset(one.host.id for one in group if one.is_barred or _is_away(one, booking))
    shares = [known[one.host.id] for one in group if one.host.id in known]
    if decision.host_id not in {share.host_id for share in shares}:  # given by hand to one who takes no turns
        shares = [known[decision.host_id]] if decision.host_id in known else []
    for before, after in zip(shares, engine.given(shares, decision.host_id, absent=away, now=now), strict=True):
        if before != after:
            await teams.update_count(tx, booking.event_type_id, after)


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
