"""The judgement at the confirm: the engine's refusal inside the transaction that is about to claim the time."""

from cally import engine
from cally.bookings.offers import Offer
from cally.bookings.questions import calendars_stale, free_time_only, question
from cally.model.rules import Refusal
from cally.store import Reader

CALENDAR_STALE = Refusal(code="busy", rule="calendar_stale")


async def refusal(
    db: Reader,
    offer: Offer,
    starts_at: int,
    *,
    duration_minutes: int,
    now: int,
    without: frozenset[str] = frozenset(),
    for_host: bool = False,
) -> Refusal | None:
    """Why this start cannot be had, or None.

    Guests are judged by every rule; a host's own act (`for_host`) only by what already claims the time. Claims named
    in `without` (the guest's own hold, the booking that moves) do not stand in the way (rules 43, 50).
    """
    ends_at = starts_at + duration_minutes * 60
    if await calendars_stale(db, offer.host.id, now) and not for_host:
        return CALENDAR_STALE
    asked = await question(
        db, offer, duration_minutes=duration_minutes, now=now, window=(starts_at, ends_at), without=without
    )
    return engine.refusal(free_time_only(asked, starts_at, ends_at) if for_host else asked, starts_at)
