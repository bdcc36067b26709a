"""From the store to the engine: the question whose answer decides, for the page and again at the confirm."""

from collections.abc import Iterable

import msgspec

from cally.bookings.offers import Offer
from cally.model.rules import Cap, Claim, EventTypeRules, HoldClaim, HostRules, Question
from cally.store import Reader, calendars, occupancy
from cally.store.occupancy import ClaimRow

DAY_SECONDS = 86_400
MINUTE_SECONDS = 60
REACH_DAYS = {"day": 2, "week": 8, "month": 32, "year": 367}
STALE_AFTER_SECONDS = 3 * 3_600


async def calendars_stale(db: Reader, host_id: int, now: int) -> bool:
    """Whether a calendar of the host has not been read for so long that its busy time is unknown (rule 38)."""
    oldest = await calendars.oldest_read(db, host_id)
    return oldest is not None and oldest < now - STALE_AFTER_SECONDS


async def question(
    db: Reader,
    offer: Offer,
    *,
    duration_minutes: int,
    now: int,
    window: tuple[int, int],
    without: frozenset[str] = frozenset(),
) -> Question:
    """All that decides which starts in `window` may be booked; claims named in `without` (uids) do not count."""
    rules = offer.rules(duration_minutes)
    host_caps = offer.host.caps
    near = window[1] - window[0] == duration_minutes * MINUTE_SECONDS and not without
    found = await _claims(db, offer, rules, window, now, near=near)
    claims = [claim for claim in found if claim.uid not in without]
    busy = await calendars.list_busy(
        db, offer.host.id, _first(rules, window, now) - DAY_SECONDS, window[1] + DAY_SECONDS
    )
    host = HostRules(
        id=offer.host.slug,
        week_starts_on=offer.host.week_starts_on,
        schedule=offer.schedule.rules,
        busy=(*busy, *_blocks(claims)),
        bookings=tuple(_booked(claims, offer.event_type.id)),
        holds=tuple(_held(claims, offer.event_type.id)),
        caps=host_caps,
    )
    return Question(now=now, window=window, event_type=rules, hosts=(host,), guest_tz=offer.host.tz)


def free_time_only(asked: Question, starts_at: int, ends_at: int) -> Question:
    """The same question for a host's own act: only claims and busy time stand in the way, not the rules for guests."""
    rules = msgspec.structs.replace(
        asked.event_type, notice_minutes=0, notice_days=0, horizon=None, caps=(), offset_minutes=0
    )
    hosts = tuple(
        msgspec.structs.replace(host, schedule=None, open=((starts_at, ends_at),), caps=()) for host in asked.hosts
    )
    return msgspec.structs.replace(asked, event_type=rules, hosts=hosts)


async def _claims(
    db: Reader, offer: Offer, rules: EventTypeRules, window: tuple[int, int], now: int, *, near: bool
) -> list[ClaimRow]:
    """The claims that matter for the window; `near`, when it is one start's, needs the neighbours alone."""
    caps = (*rules.caps, *offer.host.caps)
    counts_open_days = rules.horizon is not None and rules.horizon.kind == "open_days"
    if near and not caps and not counts_open_days and rules.grid == "opening":
        return await occupancy.list_around(db, offer.host.id, *window)
    return await occupancy.list_between(db, offer.host.id, *_reach(rules, caps, window, now))


def _reach(rules: EventTypeRules, caps: Iterable[Cap], window: tuple[int, int], now: int) -> tuple[int, int]:
    """How far around the window claims matter: buffers reach a day, caps their period, open days back to now."""
    days = max([1, *(REACH_DAYS[cap.per] for cap in caps)])
    return _first(rules, window, now) - days * DAY_SECONDS, window[1] + days * DAY_SECONDS


def _first(rules: EventTypeRules, window: tuple[int, int], now: int) -> int:
    """Where to begin looking: open days are counted from now on, whatever the window (rule 42)."""
    counts_open_days = rules.horizon is not None and rules.horizon.kind == "open_days"
    return min(window[0], now) if counts_open_days else window[0]


def _booked(claims: list[ClaimRow], event_type_id: int) -> Iterable[Claim]:
    for claim in claims:
        if claim.kind == "booking":
            yield Claim(
                starts_at=claim.starts_at,
                ends_at=claim.ends_at,
                same_event_type=claim.event_type_id == event_type_id,
                buffer_before_minutes=claim.buffer_before // 60,
                buffer_after_minutes=claim.buffer_after // 60,
                seats_taken=claim.seats_taken,
            )


def _held(claims: list[ClaimRow], event_type_id: int) -> Iterable[HoldClaim]:
    for claim in claims:
        if claim.expires_at is not None:
            yield HoldClaim(
                starts_at=claim.starts_at,
                ends_at=claim.ends_at,
                expires_at=claim.expires_at,
                same_event_type=claim.event_type_id == event_type_id,
                buffer_before_minutes=claim.buffer_before // 60,
                buffer_after_minutes=claim.buffer_after // 60,
                seats_taken=claim.seats_taken,
            )


def _blocks(claims: list[ClaimRow]) -> Iterable[tuple[int, int]]:
    return ((claim.starts_at, claim.ends_at) for claim in claims if claim.kind == "block")
