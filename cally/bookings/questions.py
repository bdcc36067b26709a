"""From the store to the engine: the question whose answer decides, for the page and again at the confirm."""

from collections.abc import Iterable

import msgspec

from cally.bookings.offers import Needed, Offer, Participant
from cally.model.rules import (
    Cap,
    Claim,
    EventTypeRules,
    HoldClaim,
    HostRules,
    Interval,
    Question,
    ResourceRules,
)
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


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What a question is about: rules at one length, a window, and claims (uids) that do not count."""

    rules: EventTypeRules
    event_type_id: int
    now: int
    window: Interval
    without: frozenset[str] = frozenset()

    @property
    def is_near(self) -> bool:
        """Whether it is about one start, for which the neighbouring claims are enough."""
        one_start = self.window[1] - self.window[0] == self.rules.duration_minutes * MINUTE_SECONDS
        return one_start and not self.without and self.rules.grid == "opening" and not self.counts_open_days

    @property
    def counts_open_days(self) -> bool:
        """Open days are counted from now on, whatever the window (rule 42)."""
        return self.rules.horizon is not None and self.rules.horizon.kind == "open_days"

    @property
    def first(self) -> int:
        """Where to begin looking."""
        return min(self.window[0], self.now) if self.counts_open_days else self.window[0]

    def reach(self, caps: Iterable[Cap]) -> Interval:
        """How far around the window claims matter: buffers reach a day, caps their period."""
        days = max([1, *(REACH_DAYS[cap.per] for cap in caps)])
        return self.first - days * DAY_SECONDS, self.window[1] + days * DAY_SECONDS


async def question(
    db: Reader,
    offer: Offer,
    *,
    duration_minutes: int,
    now: int,
    window: Interval,
    without: frozenset[str] = frozenset(),
) -> Question:
    """All that decides which starts in `window` may be booked; claims named in `without` (uids) do not count.

    Hosts are known by their slug, resources by their row's number. A host whose calendars are stale is closed; whoever
    does not have to take part, in a meeting of all, is not asked (rules 38, 64).
    """
    rules = offer.rules(duration_minutes)
    asking = Asking(rules=rules, event_type_id=offer.event_type.id, now=now, window=window, without=without)
    asked = [one for one in offer.participants if one.required or rules.assignment == "round_robin"]
    return Question(
        now=now,
        window=window,
        event_type=rules,
        hosts=tuple([await _host(db, asking, one) for one in asked]),
        resources=tuple([await _resource(db, asking, one) for one in offer.resources]),
        guest_tz=offer.host.tz,
    )


def free_time_only(asked: Question, starts_at: int, ends_at: int, *, closed: frozenset[str] = frozenset()) -> Question:
    """The same question for a host's own act: only claims and busy time stand in the way, not the rules for guests.

    The hosts in `closed` are not to be had all the same.
    """
    rules = msgspec.structs.replace(
        asked.event_type, notice_minutes=0, notice_days=0, horizon=None, caps=(), offset_minutes=0
    )
    hosts = tuple(
        msgspec.structs.replace(host, schedule=None, open=() if host.id in closed else ((starts_at, ends_at),), caps=())
        for host in asked.hosts
    )
    resources = tuple(msgspec.structs.replace(one, schedule=None) for one in asked.resources)
    return msgspec.structs.replace(asked, event_type=rules, hosts=hosts, resources=resources)


async def _host(db: Reader, asking: Asking, one: Participant) -> HostRules:
    claims = await _claims(db, asking, one.host.id, (*asking.rules.caps, *one.host.caps))
    busy = await calendars.list_busy(db, one.host.id, asking.first - DAY_SECONDS, asking.window[1] + DAY_SECONDS)
    is_closed = one.is_barred or await calendars_stale(db, one.host.id, asking.now)
    return HostRules(
        id=one.host.slug,
        week_starts_on=one.host.week_starts_on,
        schedule=None if is_closed else one.schedule.hours,
        busy=(*busy, *_blocks(claims)),
        bookings=tuple(_booked(claims, asking)),
        holds=tuple(_held(claims, asking)),
        caps=one.host.caps,
        required=one.required,
        group=one.group,
    )


async def _resource(db: Reader, asking: Asking, needed: Needed) -> ResourceRules:
    claims = await _claims(db, asking, needed.resource.id, ())
    return ResourceRules(
        id=str(needed.resource.id),
        group=needed.group,
        schedule=needed.resource.hours,
        busy=tuple(_blocks(claims)),
        bookings=tuple(_booked(claims, asking)),
        holds=tuple(_held(claims, asking)),
    )


async def _claims(db: Reader, asking: Asking, owner_id: int, caps: tuple[Cap, ...]) -> list[ClaimRow]:
    """The claims on an owner's time that matter for the window."""
    if asking.is_near and not caps:
        return await occupancy.list_around(db, owner_id, *asking.window)
    found = await occupancy.list_between(db, owner_id, *asking.reach(caps))
    return [claim for claim in found if claim.uid not in asking.without]


def _booked(claims: list[ClaimRow], asking: Asking) -> Iterable[Claim]:
    for claim in claims:
        if claim.kind == "booking":
            yield Claim(
                starts_at=claim.starts_at,
                ends_at=claim.ends_at,
                same_event_type=claim.event_type_id == asking.event_type_id,
                buffer_before_minutes=claim.buffer_before // 60,
                buffer_after_minutes=claim.buffer_after // 60,
                seats_taken=_seats_taken(claim, asking),
            )


def _held(claims: list[ClaimRow], asking: Asking) -> Iterable[HoldClaim]:
    for claim in claims:
        if claim.expires_at is not None:
            yield HoldClaim(
                starts_at=claim.starts_at,
                ends_at=claim.ends_at,
                expires_at=claim.expires_at,
                same_event_type=claim.event_type_id == asking.event_type_id,
                buffer_before_minutes=claim.buffer_before // 60,
                buffer_after_minutes=claim.buffer_after // 60,
                seats_taken=_seats_taken(claim, asking),
            )


def _seats_taken(claim: ClaimRow, asking: Asking) -> int:
    """What was booked alone, before its event type had seats, leaves none to join."""
    return claim.seats_taken if claim.session is not None else max(asking.rules.seats, 1)


def _blocks(claims: list[ClaimRow]) -> Iterable[tuple[int, int]]:
    return ((claim.starts_at, claim.ends_at) for claim in claims if claim.kind == "block")
