"""What may become of bookings in a series: one, this and the following, or all at once, in one transaction (rule 68).

A series that waits for an answer is one request: yes and no are said to all of it.
"""

from cally.bookings import changes
from cally.bookings.availability import Availability
from cally.bookings.changes import REASON_LENGTH, booking_at, record, require_ahead, require_live, require_pending
from cally.bookings.holds import BOOKED
from cally.bookings.judging import judge
from cally.bookings.offering import clear, freed
from cally.bookings.offers import Offer, offer_of
from cally.bookings.seating import as_booked, seats_needed
from cally.bookings.seeing import concerns
from cally.bookings.series_telling import announce_series
from cally.bookings.series_told import series_of
from cally.engine.series import shifted
from cally.engine.zones import local
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import LIVE, Booking, Taken
from cally.model.messages import Kind
from cally.model.rules import Refusal
from cally.model.series import BookingSeries, Clash, Scope, SeriesTaken
from cally.model.texts import paragraph
from cally.store import Overlap, Reader, Store, Writer, accounts, bookings, occupancy, series

NO_SUCH_TIME = Refusal(code="closed", rule="no_such_time")


class _ClashError(Exception):
    """Some of the bookings cannot be moved: the transaction is undone."""

    def __init__(self, offer: Offer, first: Booking, refused: dict[int, Refusal], free: tuple[int, ...]) -> None:
        super().__init__("a date of the series cannot be had")
        self.offer, self.first, self.refused, self.free = offer, first, refused, free


async def cancel(store: Store, uid: str, *, reason: str, now: int, actor: Actor, scope: Scope = "one") -> Booking:
    """Cancel a booking; with a wider `scope` those of its series that are still ahead: the following ones, or all.

    Doing it twice is no fault; where nothing is left ahead it raises `conflict`. One message tells of all.
    """
    if scope == "one":
        return await changes.cancel(store, uid, reason=reason, now=now, actor=actor)
    words = paragraph(reason, "reason", longest=REASON_LENGTH)
    async with store.write() as tx:
        booking = await _within(tx, uid)
        ending = [one for one in await _reached(tx, booking, scope, actor) if one.starts_at > now]
        if not ending:
            if booking.status != "cancelled":
                require_live(booking, "cancelled")
                require_ahead(booking, now, "cancelled")
            return booking
        ended = [changes.with_status(one, "cancelled", words, now, sequence=one.sequence + 1) for one in ending]
        await _end(tx, ended, "cancelled", now, actor)
        return await booking_at(tx, uid)


async def decline(store: Store, uid: str, *, reason: str, now: int, actor: Actor) -> Booking:
    """Say no to a request, to every date of it if it is for a series. Declining twice is no fault."""
    if await _is_alone(store, uid):
        return await changes.decline(store, uid, reason=reason, now=now, actor=actor)
    words = paragraph(reason, "reason", longest=REASON_LENGTH)
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        if booking.status == "declined":
            return booking
        require_pending(booking, "declined")
        waiting = [one for one in await _reached(tx, booking, "all", actor) if one.status == "pending"]
        await _end(tx, [changes.answered(one, "declined", words, now) for one in waiting], "declined", now, actor)
        return await booking_at(tx, uid)


async def approve(store: Store, availability: Availability, uid: str, *, now: int, actor: Actor) -> Booking | Taken:
    """Say yes to a request, to every date of it that is ahead if it is for a series; each is judged again (rule 51).

    When one of them cannot be had any more, nothing is approved. Approving twice has one effect.
    """
    if await _is_alone(store, uid):
        return await changes.approve(store, availability, uid, now=now, actor=actor)
    try:
        return await _approve_all(store, uid, now, actor)
    except _ClashError as clash:
        start, refusal = next(iter(clash.refused.items()))
        offer, minutes = clash.offer, clash.first.terms.duration_minutes
        seats = seats_needed(offer, clash.first)
    return await availability.taken(offer, refusal, start, minutes=minutes, now=now, seats=seats)


async def move_series(
    store: Store, availability: Availability, uid: str, starts_at: int, *, scope: Scope, now: int, actor: Actor
) -> Booking | SeriesTaken:
    """Move those of a booking's series that are ahead, by as much on the clock as this one: all of them or none.

    Each keeps its uid and its place in the series. To the same time: nothing changes (rules 54, 55).
    """
    try:
        return await _move_all(store, uid, starts_at, scope, now, actor)
    except _ClashError as clash:
        return await _taken(availability, clash, now)
    except Overlap:
        booking = await booking_at(store.reader, uid)
        offer = await offer_of(store.reader, booking)
        return await _taken(availability, _ClashError(offer, booking, {starts_at: BOOKED}, ()), now)


async def _approve_all(store: Store, uid: str, now: int, actor: Actor) -> Booking:
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        if booking.status == "confirmed":
            return booking
        require_pending(booking, "approved")
        require_ahead(booking, now, "approved")
        offer = await offer_of(tx, booking)
        waiting = [
            one for one in await _reached(tx, booking, "all", actor) if one.status == "pending" and one.starts_at > now
        ]
        confirmed = []
        for one in waiting:
            refused = await changes.still_free(tx, offer, one, now)
            if refused is not None:
                raise _ClashError(offer, one, {one.starts_at: refused}, ())
            confirmed.append(changes.answered(one, "confirmed", "", now))
        for one in confirmed:
            await bookings.update_status(tx, one, now=now)
            await record(tx, one, "approve", now, actor)
        await announce_series(tx, offer, confirmed, "confirmed", now=now, actor=actor)
        return await booking_at(tx, uid)


async def _move_all(store: Store, uid: str, starts_at: int, scope: Scope, now: int, actor: Actor) -> Booking:
    async with store.write() as tx:
        booking = await _within(tx, uid)
        require_live(booking, "moved")
        if booking.starts_at == starts_at:
            return booking
        require_ahead(booking, now, "moved")
        await clear(tx, now)
        offer, stored = await offer_of(tx, booking), await series_of(tx, booking)
        moving = [one for one in await _reached(tx, booking, scope, actor) if one.starts_at > now]
        targets = _targets(stored, booking, moving, starts_at)
        for one in moving:  # all give up their times first: the next week's may be what this one moves to
            await occupancy.delete(tx, one.uid)
        moved = await _place_all(tx, offer, moving, targets, now, actor)
        for one in moving:
            await freed(tx, changes.owners_of(one), (one.starts_at, one.ends_at), now=now)
        kind: Kind = "requested" if moved[0].status == "pending" else "rescheduled"
        await announce_series(tx, offer, moved, kind, now=now, actor=actor, earlier=moving)
        return await booking_at(tx, uid)


def _targets(stored: BookingSeries, booking: Booking, moving: list[Booking], starts_at: int) -> list[int | None]:
    """Where each goes: as much later (or earlier) on the schedule's clock as the one that was pointed at."""
    by = local(stored.tz, starts_at) - local(stored.tz, booking.starts_at)
    return [starts_at if one.uid == booking.uid else shifted(one.starts_at, by, stored.tz) for one in moving]


async def _place_all(
    tx: Writer, offer: Offer, moving: list[Booking], targets: list[int | None], now: int, actor: Actor
) -> list[Booking]:
    moved: list[Booking] = []
    refused: dict[int, Refusal] = {}
    for one, target in zip(moving, targets, strict=True):
        answer = await _place(tx, offer, one, target, now, actor)
        if isinstance(answer, Refusal):
            refused[one.starts_at if target is None else target] = answer
        else:
            moved.append(answer)
    if refused:
        raise _ClashError(offer, moving[0], refused, tuple(one.starts_at for one in moved))
    return moved


async def _place(
    tx: Writer, offer: Offer, booking: Booking, target: int | None, now: int, actor: Actor
) -> Booking | Refusal:
    """Judge, claim and write one booking at its new time."""
    if target is None:
        return NO_SUCH_TIME
    length = booking.ends_at - booking.starts_at
    assigned = await judge(
        tx,
        as_booked(offer, booking),
        target,
        duration_minutes=length // 60,
        now=now,
        for_host=actor.kind != "guest",
        kept=booking if offer.event_type.options.keep_host else None,
    )
    if isinstance(assigned, Refusal):
        return assigned
    moved = changes.moved_to(booking, assigned, (target, target + length), now, actor)
    await changes.claim_anew(tx, offer, moved, now)
    await changes.rewrite(tx, offer, booking, moved, now, actor)
    return moved


async def _end(tx: Writer, ended: list[Booking], kind: Kind, now: int, actor: Actor) -> None:
    offer = await offer_of(tx, ended[0])
    for one in ended:
        await changes.end_silently(tx, offer, one, kind, now, actor)
    await announce_series(tx, offer, ended, kind, now=now, actor=actor)


async def _taken(availability: Availability, clash: _ClashError, now: int) -> SeriesTaken:
    minutes, seats = clash.first.terms.duration_minutes, seats_needed(clash.offer, clash.first)
    clashes = []
    for start, refusal in clash.refused.items():
        near = await availability.taken(clash.offer, refusal, start, minutes=minutes, now=now, seats=seats)
        clashes.append(Clash(starts_at=start, refusal=refusal, alternatives=near.alternatives))
    return SeriesTaken(clashes=tuple(clashes), free=clash.free)


async def _reached(db: Reader, booking: Booking, scope: Scope, actor: Actor) -> list[Booking]:
    """The live bookings of the series that an act is meant for, by their number; a host reaches what concerns them."""
    found = await series.bookings_of(db, booking.series_id or 0)
    first = next(number for number, one in enumerate(found) if one.uid == booking.uid)
    meant = {"one": found[first : first + 1], "following": found[first:], "all": found}[scope]
    live = [one for one in meant if one.status in LIVE]
    if actor.kind != "host" or actor.account_id is None:
        return live
    account = await accounts.by_id(db, actor.account_id)
    return [one for one in live if account is not None and await concerns(db, account, one)]


async def _within(db: Reader, uid: str) -> Booking:
    """The booking, which has to be of a series."""
    booking = await booking_at(db, uid)
    if booking.series_id is None:
        raise CallyError("conflict", "This booking stands alone: it belongs to no series.", state=booking.status)
    return booking


async def _is_alone(store: Store, uid: str) -> bool:
    return (await booking_at(store.reader, uid)).series_id is None
