"""Slots that are taken by bookings of their own event type alone: the ones that a guest may wait for.

Only starts at which such a booking or hold begins are looked at, and of those only what would be free without the event
type's own claims is told: private busy time, other event types and closed hours stay as hidden as ever (rule 39).
"""

from typing import TypeVar

import msgspec

from cally import engine
from cally.bookings.offers import Offer
from cally.bookings.questions import MINUTE_SECONDS, question
from cally.model.rules import Claim, HoldClaim, HostRules, Question, ResourceRules
from cally.store import Reader

Owner = TypeVar("Owner", HostRules, ResourceRules)


async def full_starts(db: Reader, found: Offer, *, minutes: int, now: int, window: tuple[int, int]) -> list[int]:
    """The starts within the window that somebody may wait for, in order; none unless the event type has a waitlist."""
    if not found.event_type.options.waitlist or found.event_type.options.stay is not None:
        return []
    asked = await question(db, found, duration_minutes=minutes, now=now, window=window)
    taken = _own_starts(asked)
    if not taken:
        return []
    taken.difference_update(engine.slots(asked))
    return [start for start in engine.slots(_without_own(asked)) if start in taken] if taken else []


async def is_full(db: Reader, found: Offer, starts_at: int, *, minutes: int, now: int) -> bool | None:
    """Whether a start is taken by its own event type alone; None when it is free."""
    window = starts_at, starts_at + (minutes + 1) * MINUTE_SECONDS
    asked = await question(db, found, duration_minutes=minutes, now=now, window=window)
    if starts_at in engine.slots(asked):
        return None
    return starts_at in _own_starts(asked) and starts_at in engine.slots(_without_own(asked))


def _own_starts(asked: Question) -> set[int]:
    """Where bookings and live holds of the event type begin that are as long as what is asked for."""
    length = asked.event_type.duration_minutes * MINUTE_SECONDS
    claims: list[Claim | HoldClaim] = []
    for host in asked.hosts:
        claims += [*host.bookings, *host.holds]
    return {
        claim.starts_at
        for claim in claims
        if claim.same_event_type and claim.ends_at - claim.starts_at == length and _is_live(claim, asked.now)
    }


def _without_own(asked: Question) -> Question:
    return msgspec.structs.replace(
        asked,
        hosts=tuple(_emptied(host) for host in asked.hosts),
        resources=tuple(_emptied(resource) for resource in asked.resources),
    )


def _emptied(owner: Owner) -> Owner:
    return msgspec.structs.replace(
        owner,
        bookings=tuple(claim for claim in owner.bookings if not claim.same_event_type),
        holds=tuple(claim for claim in owner.holds if not claim.same_event_type),
    )


def _is_live(claim: Claim | HoldClaim, now: int) -> bool:
    return isinstance(claim, Claim) or claim.expires_at > now
