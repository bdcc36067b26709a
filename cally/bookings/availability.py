"""Which slots are free, answered from memory for as long as that answer is exactly right."""

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from cally import engine
from cally.bookings.fullness import full_starts
from cally.bookings.moving import slots_to_move_to
from cally.bookings.nearest import nearest
from cally.bookings.offers import Offer
from cally.bookings.questions import calendars_stale, question
from cally.bookings.stays import nights_between
from cally.model.bookings import Booking, Slot, Taken
from cally.model.rules import Claim, HoldClaim, Question, Refusal
from cally.store import Store, occupancy

REMEMBERED_SLOTS = 200_000  # some 30 MB; anybody may ask for any stretch, so the number of answers bounds nothing
ANSWER_COST = 100  # what an answer takes beside its slots, counted in slots
MINUTE_SECONDS = 60

Version = tuple[int, int, int]
Key = tuple[tuple[int, ...], int, int, int, bool]
"""Event type and owners, minutes, the stretch, and whether it is about slots that are full."""


class Availability:
    """Free slots of event types. What was computed is kept until an owner's revision or the minute changes."""

    def __init__(self, store: Store, *, remembered_slots: int = REMEMBERED_SLOTS) -> None:
        self._store = store
        self._left = remembered_slots
        self._known: OrderedDict[Key, tuple[Version, tuple[Slot, ...]]] = OrderedDict()

    async def version(self, offer: Offer, now: int) -> Version:
        """Equal versions mean equal slots: the owners' revisions, the minute (notice, horizon, holds), staleness.

        Revisions only rise, so that their sum changes whenever one of them does.
        """
        db = self._store.reader
        number = sum([await occupancy.revision(db, owner_id) for owner_id in offer.owners])
        stale = 0
        for place, one in enumerate(offer.participants):
            stale |= await calendars_stale(db, one.host.id, now) << place
        return number, now // MINUTE_SECONDS, stale

    async def closed(self, offer: Offer, now: int) -> bool:
        """Whether nothing is offered because a calendar that cannot be done without is not read any more (rule 38)."""
        db = self._store.reader
        stale = [await calendars_stale(db, one.host.id, now) for one in offer.participants]
        if offer.event_type.rules.assignment == "round_robin":
            return bool(stale) and all(stale)
        return any(is_stale for is_stale, one in zip(stale, offer.participants, strict=True) if one.required)

    async def slots(
        self,
        offer: Offer,
        *,
        now: int,
        from_at: int,
        to_at: int,
        duration_minutes: int | None = None,
        nights: int | None = None,
    ) -> tuple[Slot, ...]:
        """Free slots that start and end within `[from_at, to_at]`, in order.

        Of an event type that is booked by the night, the stays of `nights` (the fewest on offer) that begin there.
        """
        stay = offer.event_type.options.stay
        if stay is not None:
            return await self._stays_of(offer, nights or stay.nights_from, now=now, window=(from_at, to_at))
        minutes = offer.duration_minutes(duration_minutes)
        return await self._remembered(offer, minutes, now, (from_at, to_at), full=False)

    async def full(
        self, offer: Offer, *, now: int, from_at: int, to_at: int, duration_minutes: int | None = None
    ) -> tuple[Slot, ...]:
        """The slots of the stretch that are taken, and that a guest may wait for (rule 60); they have no seat left."""
        if not offer.event_type.options.waitlist:
            return ()
        minutes = offer.duration_minutes(duration_minutes)
        return await self._remembered(offer, minutes, now, (from_at, to_at), full=True)

    async def _remembered(
        self, offer: Offer, minutes: int, now: int, window: tuple[int, int], *, full: bool
    ) -> tuple[Slot, ...]:
        key = (offer.identity, minutes, *window, full)
        version = await self.version(offer, now)
        known = self._known.get(key)
        if known is not None and known[0] == version:
            self._known.move_to_end(key)
            return known[1]
        compute = self._compute_full if full else self._compute
        found = await compute(offer, minutes, now, window)
        self._keep(key, version, found)
        return found

    async def _compute_full(self, offer: Offer, minutes: int, now: int, window: tuple[int, int]) -> tuple[Slot, ...]:
        starts = await full_starts(self._store.reader, offer, minutes=minutes, now=now, window=window)
        return tuple(Slot(starts_at=start, ends_at=start + minutes * 60, seats_left=0) for start in starts)

    async def stays(self, offer: Offer, *, now: int, from_at: int, to_at: int) -> dict[int, tuple[int, ...]]:
        """Check-ins within `[from_at, to_at)` with the nights that can be had from each, of a stay's event type."""
        stay = offer.event_type.options.stay
        if stay is None:
            return {}
        # what claims the nights of the last check-in lies behind the window
        asked = await question(
            self._store.reader,
            offer,
            duration_minutes=offer.event_type.rules.duration_minutes,
            now=now,
            window=(from_at, to_at + (stay.nights_to + 1) * 86_400),
        )
        return engine.stays(msgspec.structs.replace(asked, window=(from_at, to_at)), stay)

    async def _stays_of(self, offer: Offer, nights: int, *, now: int, window: tuple[int, int]) -> tuple[Slot, ...]:
        stay = offer.event_type.options.stay
        found = await self.stays(offer, now=now, from_at=window[0], to_at=window[1])
        ends = {
            start: engine.check_out(stay, offer.schedule.hours.tz, start, nights)
            for start, lengths in found.items()
            if stay is not None and nights in lengths
        }
        return tuple(Slot(starts_at=start, ends_at=end, seats_left=1) for start, end in ends.items() if end)

    async def taken(
        self, offer: Offer, refusal: Refusal, starts_at: int, *, minutes: int, now: int, seats: int = 1
    ) -> Taken:
        """The refusal of a start with the nearest slots that can be had instead, with so many seats left (R70)."""
        nights = nights_between(offer, starts_at, starts_at + minutes * 60)

        async def load(from_at: int, to_at: int) -> Iterable[int]:
            slots = await self._lasting(offer, minutes, nights, now=now, window=(from_at, to_at))
            return [slot.starts_at for slot in slots if slot.seats_left >= seats]

        is_closed = await self.closed(offer, now)
        near = () if is_closed else await nearest(load, starts_at, now=now, tz=offer.schedule.rules.tz)
        return Taken(refusal=refusal, alternatives=near)

    async def taken_by_others(
        self, offer: Offer, refusal: Refusal, booking: Booking, starts_at: int, *, now: int
    ) -> Taken:
        """As `taken`, for a booking that was to move there; its own claims do not stand in its way (rules 43, 55)."""
        db = self._store.reader

        async def load(from_at: int, to_at: int) -> Iterable[int]:
            slots = await slots_to_move_to(db, offer, booking, now=now, from_at=from_at, to_at=to_at)
            return [slot.starts_at for slot in slots]

        is_closed = await self.closed(offer, now)
        near = () if is_closed else await nearest(load, starts_at, now=now, tz=offer.schedule.rules.tz)
        return Taken(refusal=refusal, alternatives=near)

    async def _lasting(
        self, offer: Offer, minutes: int, nights: int, *, now: int, window: tuple[int, int]
    ) -> tuple[Slot, ...]:
        """The free slots of a length that was agreed once, whether or not it is still on offer."""
        if offer.event_type.options.stay is not None:
            return await self._stays_of(offer, nights, now=now, window=window)
        return await self._remembered(offer, minutes, now, window, full=False)

    def _keep(self, key: Key, version: Version, found: tuple[Slot, ...]) -> None:
        """Keep an answer, in the place of those asked for longest ago."""
        earlier = self._known.pop(key, None)
        if earlier is not None:
            self._left += ANSWER_COST + len(earlier[1])
        self._known[key] = (version, found)
        self._left -= ANSWER_COST + len(found)
        while self._left < 0 and self._known:
            _, (_, oldest) = self._known.popitem(last=False)
            self._left += ANSWER_COST + len(oldest)

    async def _compute(self, offer: Offer, minutes: int, now: int, window: tuple[int, int]) -> tuple[Slot, ...]:
        db = self._store.reader
        asked = await question(db, offer, duration_minutes=minutes, now=now, window=window)
        starts = engine.slots(asked)
        seats = offer.event_type.rules.seats
        taken = _seats_taken(asked) if seats > 1 else {}
        return tuple(
            Slot(starts_at=start, ends_at=start + minutes * 60, seats_left=seats - taken.get(start, 0))
            for start in starts
        )


def _seats_taken(asked: Question) -> dict[int, int]:
    """Seats given away by start, of the fullest session that can still be joined."""
    taken: dict[int, int] = {}
    for host in asked.hosts:
        own: dict[int, int] = {}
        claims: list[Claim | HoldClaim] = [*host.bookings, *host.holds]
        for claim in claims:
            if claim.same_event_type:
                own[claim.starts_at] = own.get(claim.starts_at, 0) + claim.seats_taken
        for start, seats in own.items():
            if seats < asked.event_type.seats:
                taken[start] = max(seats, taken.get(start, 0))
    return taken
