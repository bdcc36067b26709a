"""Booking a series: every date judged, claimed and stored in one transaction, or none; told of once (rule 68)."""

from datetime import UTC, datetime

import msgspec

from cally import engine
from cally.bookings.availability import Availability
from cally.bookings.book import Idempotency, earlier_booking, keys_of, own_hold, place
from cally.bookings.consents import with_consent
from cally.bookings.guest_limits import link_sent_again
from cally.bookings.holds import BOOKED
from cally.bookings.judging import judge
from cally.bookings.offering import clear, freed
from cally.bookings.offers import Offer, anchored, offer
from cally.bookings.planned import Planned, Preferred, planned
from cally.bookings.questions import question
from cally.bookings.reminder_choice import with_reminder
from cally.bookings.requests import Wanted, wanted
from cally.bookings.seating import for_seats
from cally.bookings.series_telling import announce_series
from cally.bookings.series_told import series_of
from cally.bookings.turns import as_counted
from cally.engine.series import SeriesDates, series_dates
from cally.errors import invalid
from cally.model.accounts import Actor
from cally.model.bookings import Booking, BookingRequest
from cally.model.ids import new_id, new_uid
from cally.model.messages import Kind
from cally.model.private_pages import NO_KEYS, Keys
from cally.model.rules import Refusal
from cally.model.series import (
    BookingSeries,
    Clash,
    PlannedDate,
    SeriesBooked,
    SeriesPreview,
    SeriesRequest,
    SeriesTaken,
)
from cally.model.teams import Assignable
from cally.store import Overlap, Reader, Store, Writer, bookings, series

FEWEST = 2


class _ClashError(Exception):
    """Some dates cannot be had and the policy refuses the rest, too: the transaction is undone."""

    def __init__(self, refused: dict[int, Refusal]) -> None:
        super().__init__("a date of the series cannot be had")
        self.refused = refused


async def book_series(
    store: Store,
    availability: Availability,
    request: BookingRequest,
    asked: SeriesRequest,
    *,
    now: int,
    actor: Actor,
    idempotency_key: str | None = None,
    shown: Keys = NO_KEYS,
) -> SeriesBooked | SeriesTaken:
    """Book every date of a series for a guest; all on disk when this returns, or none (rules 4, 49, 68).

    Policy `refuse`: one date that cannot be had refuses all. `skip`: it is left out, as long as two are free. The same
    idempotency key answers with the same series. Raises as `book` does, and `invalid` with `series.rhythm`,
    `series.count` or `series.clashes` for what the event type does not offer.
    """
    found = await offer(store.reader, request.host, request.event_type, shown)
    asked = offered(found, asked)
    checked = await with_consent(store.reader, found, wanted(request, found), request.consent)
    checked = await with_reminder(store.reader, found, checked, request)
    seconds = checked.duration_minutes * 60
    dates = series_dates(request.starts_at, asked.rhythm, asked.count, found.schedule.rules.tz, seconds=seconds)
    keys = keys_of(idempotency_key, request, asked)
    try:
        async with link_sent_again(store, found, checked.guest.email, now=now):
            return await _try(store, found, checked, request, asked, dates, keys, now, actor)
    except _ClashError as clash:
        refused = clash.refused
    except Overlap:
        refused = {request.starts_at: BOOKED}
    return await _taken(availability, found, checked, dates, refused, now)


async def preview_series(
    db: Reader,
    found: Offer,
    asked: SeriesRequest,
    starts_at: int,
    *,
    minutes: int,
    now: int,
    seats: int = 1,
    hold: str | None = None,
) -> SeriesPreview:
    """The dates a series would have, each as it would be judged after those before it; nothing is held or changed.

    `hold` is the guest's own, which does not stand in their way. Raises `invalid` for what is not on offer.
    """
    asked = offered(found, asked)
    dates = series_dates(starts_at, asked.rhythm, asked.count, found.schedule.rules.tz)
    own = frozenset({hold}) if hold else frozenset()
    kept, taken = await _steady(db, found, dates.starts, minutes=minutes, now=now, without=own), tuple[Planned, ...]()
    judged = []
    for start in dates.starts:
        answer = await judge(
            db,
            for_seats(found, seats),
            start,
            duration_minutes=minutes,
            now=now,
            without=own,
            kept=kept,
            taken=taken,
        )
        refused = answer if isinstance(answer, Refusal) else None
        judged.append(PlannedDate(starts_at=start, refusal=refused))
        if not isinstance(answer, Refusal):
            taken = (*taken, planned(found, answer.owners, start, minutes=minutes, seats=seats))
    return SeriesPreview(
        rhythm=asked.rhythm,
        clashes=asked.clashes or "refuse",
        dates=tuple(judged),
        missing=tuple(_wall(wall) for wall in dates.missing),
    )


def offered(found: Offer, asked: SeriesRequest) -> SeriesRequest:
    """What was asked for, with the policy that counts; a guest may be stricter than the host, never laxer."""
    terms = found.event_type.options.series
    if terms is None:
        raise invalid("series", "This event type is booked one date at a time.")
    if asked.rhythm not in terms.rhythms:
        raise invalid("series.rhythm", f"This event type can repeat {', '.join(terms.rhythms)}, not {asked.rhythm}.")
    if not FEWEST <= asked.count <= terms.most:
        raise invalid("series.count", f"A series here has {FEWEST} to {terms.most} dates.")
    if asked.clashes == "skip" and terms.clashes == "refuse":
        raise invalid("series.clashes", "This event type books every date of a series or none; none can be skipped.")
    return msgspec.structs.replace(asked, clashes=asked.clashes or terms.clashes)


async def _try(
    store: Store,
    found: Offer,
    checked: Wanted,
    request: BookingRequest,
    asked: SeriesRequest,
    dates: SeriesDates,
    keys: Idempotency,
    now: int,
    actor: Actor,
) -> SeriesBooked:
    async with store.write() as tx:
        earlier = await earlier_booking(tx, keys)
        if earlier is not None:
            return await _again(tx, earlier)
        await clear(tx, now)
        found = await anchored(tx, found, now=now)
        for start in dates.starts:  # who waits for one of the dates is served first (rule 60)
            await freed(tx, found.owners, (start, start + checked.duration_minutes * 60), now=now)
        own = await own_hold(tx, request, found, checked)
        made = _series(found, asked, dates, now)
        placed, refused = await _place_all(tx, found, checked, made.id, dates.starts, own, now, actor)
        if refused and (len(placed) < FEWEST or not _may_skip(asked, refused)):
            raise _ClashError(refused)
        stored = await _store(tx, made, placed, refused)
        if keys is not None:
            await bookings.remember(tx, key_hash=keys[0], request_hash=keys[1], booking_id=placed[0].id, now=now)
        kind: Kind = "requested" if placed[0].status == "pending" else "confirmed"
        await announce_series(tx, found, placed, kind, now=now, actor=actor, is_new=True)
        return SeriesBooked(series=stored, bookings=tuple(placed), created=True)


async def _place_all(
    tx: Writer,
    found: Offer,
    checked: Wanted,
    series_id: int,
    starts: tuple[int, ...],
    own: frozenset[str],
    now: int,
    actor: Actor,
) -> tuple[list[Booking], dict[int, Refusal]]:
    """Each date after those before it; with the hosts who can have them all, else with those of the date before."""
    kept = await _steady(tx, found, starts, minutes=checked.duration_minutes, now=now, without=own)
    placed: list[Booking] = []
    refused: dict[int, Refusal] = {}
    for start in starts:
        answer = await place(
            tx, found, checked, start, now=now, actor=actor, own=own, series_id=series_id, kept=_kept(kept, placed)
        )
        if isinstance(answer, Refusal):
            refused[start] = answer
        else:
            placed.append(answer)
            own = frozenset()
    return placed, refused


async def _steady(
    db: Reader, found: Offer, starts: tuple[int, ...], *, minutes: int, now: int, without: frozenset[str]
) -> Preferred:
    """Of each circle of a team the host who can have every date that anybody can, by turn; none where nobody can."""
    if found.event_type.rules.assignment != "round_robin":
        return Preferred()
    found = await as_counted(db, found)
    able = {one.host.slug for one in found.participants}
    for start in starts:
        asked = await question(
            db, found, duration_minutes=minutes, now=now, window=(start, start + minutes * 60), without=without
        )
        refusals = engine.refusals_of_each(asked, start)
        free = {slug for slug in able if slug in refusals and refusals[slug] is None}
        able = free or able
    shares: dict[str, list[Assignable]] = {}
    for one in found.participants:
        if not one.required and one.share is not None and one.host.slug in able:
            shares.setdefault(one.group, []).append(one.share)
    decisions = tuple(engine.choose(circle, group=group) for group, circle in shares.items())
    return Preferred(hosts=tuple(one.host_id for one in decisions), decisions=decisions)


def _kept(steady: Preferred, placed: list[Booking]) -> Preferred:
    """Whom and what to have again: the steady hosts, then those of the date before."""
    if not placed:
        return steady
    last = placed[-1]
    return Preferred(
        hosts=(*steady.hosts, *last.hosts),
        resources=last.resources,
        decisions=(*last.decisions, *steady.decisions),
    )


async def _store(tx: Writer, made: BookingSeries, placed: list[Booking], refused: dict[int, Refusal]) -> BookingSeries:
    stored = msgspec.structs.replace(made, skipped=tuple(refused))
    await series.insert(tx, stored)
    for number, booking in enumerate(placed, start=1):
        await series.insert_booking(tx, stored.id, booking, number=number)
    return stored


async def _again(tx: Reader, earlier: Booking) -> SeriesBooked:
    stored = await series_of(tx, earlier)
    return SeriesBooked(series=stored, bookings=tuple(await series.bookings_of(tx, stored.id)), created=False)


async def _taken(
    availability: Availability,
    found: Offer,
    checked: Wanted,
    dates: SeriesDates,
    refused: dict[int, Refusal],
    now: int,
) -> SeriesTaken:
    clashes = []
    for start, refusal in refused.items():
        near = await availability.taken(
            found, refusal, start, minutes=checked.duration_minutes, now=now, seats=checked.seats
        )
        clashes.append(Clash(starts_at=start, refusal=refusal, alternatives=near.alternatives))
    return SeriesTaken(clashes=tuple(clashes), free=tuple(start for start in dates.starts if start not in refused))


def _may_skip(asked: SeriesRequest, refused: dict[int, Refusal]) -> bool:
    return asked.clashes == "skip" and (asked.may_skip is None or refused.keys() <= set(asked.may_skip))


def _series(found: Offer, asked: SeriesRequest, dates: SeriesDates, now: int) -> BookingSeries:
    return BookingSeries(
        id=new_id(now),
        uid=new_uid(),
        sequence=0,
        event_type_id=found.event_type.id,
        rhythm=asked.rhythm,
        starts_at=dates.starts[0],
        tz=found.schedule.rules.tz,
        asked=asked.count,
        skipped=(),
        by_rule=dates.by_rule,
        created_at=now,
        updated_at=now,
    )


def _wall(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M")
