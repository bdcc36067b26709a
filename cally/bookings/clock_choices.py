"""Bookings that new zone rules concern: keep the time on the clock, or the instant; both sides are told (rule 9)."""

import msgspec

from cally.bookings import clock_keeping
from cally.bookings.availability import Availability
from cally.bookings.clock_keeping import get_booking
from cally.bookings.holds import BOOKED
from cally.bookings.judging import refusal
from cally.bookings.offers import narrowed, offer_of
from cally.bookings.stays import lasting_when_moved
from cally.engine.time_law import instant_kept, reading
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Taken
from cally.model.options import EventTypeOptions, Keeps
from cally.model.rules import Refusal
from cally.model.time_law import Case
from cally.model.zones import tzdata_version
from cally.store import Overlap, Reader, Store, bookings, time_law

SHOWN = 200
AT_ONCE = 1_000
HOUR = 3_600
DAY = 24 * HOUR
WEEK = 7 * DAY


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """A booking that waits for a decision, and what each choice would mean.

    `told` maps zones to the clock time (ISO) that readers there were told. If the clock time is kept, it starts at
    `clock_at`, and `refused` says why that cannot be had; if the instant is kept, its clock shows `new_local`. At
    `settled_at` Cally does by itself what is recommended.
    """

    booking: Booking
    told: dict[str, str]
    clock_at: int
    new_local: str
    recommended: Keeps
    settled_at: int
    refused: Refusal | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether the clock leaps over the old time now, so that only the instant can be kept."""
        return self.clock_at == self.booking.starts_at


async def list_affected(db: Reader, host_id: int, *, now: int) -> list[Affected]:
    """A host's bookings that new zone rules concern and nobody has decided on, the earliest first."""
    found = await _open(db, host_id, now, SHOWN)
    going = frozenset(one.booking.uid for one in found if one.recommended == "wall_time")
    return [
        msgspec.structs.replace(one, refused=None if one.is_skipped else await _refused(db, one, now, going))
        for one in found
    ]


async def zones_affected(db: Reader, host_id: int, *, now: int) -> tuple[int, tuple[str, ...]]:
    """How many of a host's bookings wait for a decision, and the zones whose rules changed."""
    found = await _open(db, host_id, now, SHOWN)
    return len(found), tuple(dict.fromkeys(one.booking.tz for one in found))


async def keep_clock(
    store: Store, availability: Availability, uid: str, *, keep: Keeps, now: int, actor: Actor
) -> Booking | Taken:
    """Keep a booking's time on the clock, or its instant, and tell both sides; `Taken` if the new instant is not free.

    The seats of one session go together. Raises `conflict` when no decision waits; the same one twice is no fault.
    Whose booking it is, the door must judge.
    """
    answer = await _choose(store, uid, keep, now, actor)
    if isinstance(answer, Booking):
        return answer
    booking = await get_booking(store.reader, uid)
    offer = await offer_of(store.reader, booking)
    clock_at = instant_kept(booking.tz, booking.starts_local, booking.starts_at)
    minutes = lasting_when_moved(offer, booking, clock_at)
    return await availability.taken(offer, answer, clock_at, minutes=minutes, now=now)


async def follow_recommendations(store: Store, host_id: int, *, now: int, actor: Actor) -> tuple[int, int]:
    """Do what is recommended for all of a host's open cases: how many are settled, and how many could not be."""
    found = await _open(store.reader, host_id, now, AT_ONCE)
    settled = await _settle(store, found, now, actor)
    return settled, len(found) - settled


async def settle_due(store: Store, now: int) -> None:
    """Do what is recommended where no host has decided in time, so that the rule holds without a click.

    A clock time that cannot be had until a day before is given up: the instant is kept, and both sides know.
    """
    actor = Actor(kind="system")
    due = [one for one in await _open(store.reader, None, now, AT_ONCE) if one.settled_at <= now]
    await _settle(store, due, now, actor)
    for one in due:
        if min(one.booking.starts_at, one.clock_at) - DAY <= now:
            await _try(store, one.booking.uid, "instant", now, actor)


async def _open(db: Reader, host_id: int | None, now: int, limit: int) -> list[Affected]:
    cases = await time_law.list_open(db, host_id=host_id, version=tzdata_version(), now=now, limit=limit)
    found = []
    for case in cases:
        booking = await bookings.by_id(db, case.booking_id)
        if booking is not None:
            offer = await offer_of(db, booking)
            found.append(_affected(booking, case, offer.event_type.options))
    return found


def _affected(booking: Booking, case: Case, options: EventTypeOptions) -> Affected:
    clock_at = instant_kept(booking.tz, booking.starts_local, booking.starts_at)
    is_skipped = clock_at == booking.starts_at
    return Affected(
        booking=booking,
        told=case.told,
        clock_at=clock_at,
        new_local=reading(booking.tz, booking.starts_at),
        recommended="instant" if is_skipped else kept_by_default(booking, options),
        settled_at=_settled_at(case.found_at, min(booking.starts_at, clock_at)),
    )


def kept_by_default(booking: Booking, options: EventTypeOptions) -> Keeps:
    """What the event type says, else: who meets in person goes by the clock there, everybody else by the instant."""
    if options.keeps is not None:
        return options.keeps
    place = booking.terms.place
    return "wall_time" if place is not None and place.kind == "in_person" else "instant"


def _settled_at(found_at: int, first: int) -> int:
    """A week after it was found, or two weeks ahead of the first reading; a day to decide, unless it is that near."""
    in_time = min(found_at + WEEK, max(found_at + DAY, first - 2 * WEEK))
    return min(in_time, max(found_at, first - 2 * DAY))


async def _refused(db: Reader, one: Affected, now: int, going: frozenset[str]) -> Refusal | None:
    """Why a booking's clock time cannot be kept, or None; those in `going` will have left their time by then."""
    booking = one.booking
    offer = await offer_of(db, booking)
    return await refusal(
        db,
        await narrowed(db, offer, booking),
        one.clock_at,
        duration_minutes=lasting_when_moved(offer, booking, one.clock_at),
        now=now,
        without=going | {booking.uid},
        for_host=True,
    )


async def _settle(store: Store, found: list[Affected], now: int, actor: Actor) -> int:
    """Do what is recommended, each in its own transaction, in an order in which neighbours make room for each other."""
    left = sorted(found, key=_turn)
    while left:
        still = [one for one in left if not await _try(store, one.booking.uid, one.recommended, now, actor)]
        if len(still) == len(left):
            break
        left = still
    return len(found) - len(left)


def _turn(one: Affected) -> tuple[bool, int]:
    """What moves later goes last first, what moves earlier first first."""
    later = one.clock_at > one.booking.starts_at
    return later, -one.booking.starts_at if later else one.booking.starts_at


async def _try(store: Store, uid: str, keep: Keeps, now: int, actor: Actor) -> bool:
    """Whether a booking is settled, by this or by what somebody else did meanwhile."""
    try:
        return isinstance(await _choose(store, uid, keep, now, actor), Booking)
    except CallyError as error:
        if error.code not in {"conflict", "not_found"}:
            raise
        return True


async def _choose(store: Store, uid: str, keep: Keeps, now: int, actor: Actor) -> Booking | Refusal:
    try:
        async with store.write() as tx:
            return await clock_keeping.keep(tx, uid, keep, now=now, actor=actor)
    except Overlap:
        return BOOKED
