"""The time-law watch (M5): new zone rules are noticed, and every booking ahead is held against them (rule 9)."""

import asyncio
from datetime import UTC, datetime

import msgspec

from cally.bookings.clock_choices import settle_due
from cally.bookings.clock_keeping import tell_of_clock
from cally.engine.time_law import offsets, reading, reading_by
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.time_law import Case, CaseCounts, LawInUse
from cally.model.zones import is_zone, tzdata_version
from cally.store import Reader, Store, Writer, bookings, hosts, recurring_jobs, settings, time_law

JOB = "time-law"
SETTING = "time_law"
BATCH = 100
LARGEST_ID = 2**63 - 1
YEARS_AHEAD = 5
YEARS_NEEDED = 3

_law = msgspec.json.Decoder(LawInUse)


async def law_in_use(db: Reader) -> LawInUse | None:
    """Which zone rules were last looked at, and since when; None before the first look."""
    text = await settings.value(db, SETTING)
    return _law.decode(text) if text else None


async def time_law_counts(db: Reader, version: str) -> CaseCounts:
    """How many bookings a release of the zone rules concerned, and what became of them."""
    return await time_law.counts(db, version)


async def note_law(store: Store, now: int) -> LawInUse:
    """Note which zone rules this process uses; new ones make the watch due at once. To be called at every start."""
    version, known = tzdata_version(), await law_in_use(store.reader)
    if known is not None and known.version == version:
        return known
    law = LawInUse(version=version)
    if known is not None:
        law = LawInUse(version=version, before=known.version, changed_at=now, seen_id=known.seen_id)
    async with store.write() as tx:
        await _put(tx, law)
        await recurring_jobs.update_due(tx, JOB, due_at=now)
    return law


async def watch_time_law(store: Store, now: int) -> None:
    """Examine the bookings ahead if the rules are new, settle what nobody decided in time, keep the rules of now.

    May be cut short anywhere and run again: each booking is looked at and told of in one transaction.
    """
    law = await note_law(store, now)
    if not law.is_examined:
        await _examine(store, law, now)
    await _keep_rules(store, law, now)
    await settle_due(store, now)
    async with store.write() as tx:
        await time_law.close_over(tx, version=law.version, now=now)


async def _examine(store: Store, law: LawInUse, now: int) -> None:
    after = (now, LARGEST_ID)
    while found := await time_law.list_ahead(store.reader, version=law.version, after=after, limit=BATCH):
        async with store.write() as tx:
            for _, booking_id in found:
                await _look(tx, booking_id, law, now)
        after = found[-1]


async def _look(tx: Writer, booking_id: int, law: LawInUse, now: int) -> None:
    """Hold one booking against the rules in use.

    Its clock and its instant parted: its host decides. Only a reader's own zone changed: they are told at once.
    """
    booking = await bookings.by_id(tx, booking_id)
    if booking is None or booking.tzdata_version == law.version:
        return
    earlier = await time_law.case_of(tx, booking.id)
    told = earlier.told if earlier is not None and earlier.outcome is None else await _told(tx, booking)
    if reading(booking.tz, booking.starts_at) != booking.starts_local:
        await time_law.put_case(tx, _case(booking, earlier, told, law, now))
    elif any(wall != reading(tz, booking.starts_at) for tz, wall in told.items()):
        await time_law.put_case(tx, _case(booking, earlier, told, law, now))
        await tell_of_clock(tx, booking, told, now=now, actor=Actor(kind="system"))
    else:
        await time_law.confirm(
            tx, booking.id, starts_at=booking.starts_at, starts_local=booking.starts_local, version=law.version
        )


def _case(booking: Booking, earlier: Case | None, told: dict[str, str], law: LawInUse, now: int) -> Case:
    """A new case; one that is still open keeps the day it was found, so that it is not put off by every release."""
    is_open = earlier is not None and earlier.outcome is None
    return Case(
        booking_id=booking.id,
        from_version=booking.tzdata_version,
        to_version=law.version,
        told=told,
        found_at=earlier.found_at if earlier is not None and is_open else now,
    )


async def _told(db: Reader, booking: Booking) -> dict[str, str]:
    """What the clocks of all who take part showed by the old rules, as far as those are known."""
    found = {booking.tz: booking.starts_local}
    readers = [await hosts.by_id(db, host_id) for host_id in booking.hosts]
    for tz in (booking.guest.tz, *(host.tz for host in readers if host is not None)):
        known = None if tz in found else await time_law.offsets(db, tz)
        wall = reading_by(known, booking.starts_at) if known else None
        if wall is not None:
            found[tz] = wall
    return found


async def _keep_rules(store: Store, law: LawInUse, now: int) -> None:
    """Keep how the zones in use stand to UTC, so that after the next change it is known what people were told."""
    db, year = store.reader, datetime.fromtimestamp(now, UTC).year
    last_id, known = await time_law.last_booking_id(db), await time_law.known_laws(db)
    in_use = {*known, *await time_law.zones_in_use(db, after_id=law.seen_id)}
    right = {tz for tz, (version, last) in known.items() if version == law.version and last >= year + YEARS_NEEDED}
    found = {}
    for tz in sorted(in_use - right):
        if is_zone(tz):
            found[tz] = offsets(tz, year, year + YEARS_AHEAD)
            await asyncio.sleep(0)  # some milliseconds each, and others wait for this loop
    if not found and law.is_examined and last_id == law.seen_id:
        return
    async with store.write() as tx:
        for tz, stands in found.items():
            await time_law.put_law(tx, tz, version=law.version, last_year=year + YEARS_AHEAD, offsets=stands)
        await _put(tx, msgspec.structs.replace(law, is_examined=True, seen_id=last_id))


async def _put(tx: Writer, law: LawInUse) -> None:
    await settings.put(tx, SETTING, msgspec.json.encode(law).decode())
