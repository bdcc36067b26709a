"""Finding the reminders and follow-ups that come due within a day, and planning them (rules 76, 80).

Every minute the bookings that come near are held against what their hosts want now, so that whatever happens to a
booking (moved, cancelled, handed over, brought in from elsewhere) or to the wish, the right rows are there a day ahead.
"""

import logging

import msgspec

from cally.bookings.offers import Offer, offer_of
from cally.bookings.series_told import series_of, told_of
from cally.bookings.telling import hosts_of
from cally.errors import CallyError
from cally.model.bookings import Booking
from cally.model.groups import GroupSnapshot
from cally.model.hosts import Host
from cally.model.messages import HostTold, Snapshot
from cally.model.options import EventTypeOptions
from cally.model.reminders import FollowUp, MessageSettings, Reminders
from cally.notify.reminders import BEGUN, plan_timed, reminder_planned
from cally.store import Reader, Store, Writer, bookings, groups, jobs, message_settings, messages, recurring_jobs
from cally.store import reminders as known
from cally.store import series as all_series
from cally.store.reminders import Key, Near, What

JOB = "reminders"
AHEAD_SECONDS = 25 * 3_600
FOLLOW_UP_LATE_SECONDS = 3_600
STEP_BACK_SECONDS = 60
BATCH = 10  # at a time, so that no guest who books waits long
MINUTE = 60

log = logging.getLogger(__name__)


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What event types and hosts want of reminders, each with the instant since when."""

    event_types: dict[int, tuple[EventTypeOptions, int]]
    hosts: dict[int, tuple[MessageSettings, int]]

    def reminders(self, event_type_id: int, host_id: int) -> tuple[Reminders, int]:
        """When a host's meetings of an event type are reminded of."""
        options, since = self.event_types.get(event_type_id, (EventTypeOptions(), 0))
        if options.reminders is not None:
            return options.reminders, since
        settings, since = self.hosts.get(host_id, (message_settings.DEFAULT, 0))
        return settings.reminders, since

    def follow_up(self, event_type_id: int) -> tuple[FollowUp | None, int]:
        """What is sent to guests of an event type when they have met."""
        options, since = self.event_types.get(event_type_id, (EventTypeOptions(), 0))
        return options.follow_up, since

    @property
    def longest_minutes(self) -> int:
        """The furthest ahead that anybody is reminded."""
        of_types = [options.reminders for options, _ in self.event_types.values() if options.reminders is not None]
        of_hosts = [settings.reminders for settings, _ in self.hosts.values()]
        offsets = [
            (*one.guest_minutes, *one.host_minutes)
            for one in (*of_types, *of_hosts, message_settings.DEFAULT.reminders)
        ]
        return max((minutes for one in offsets for minutes in one), default=0)

    @property
    def follow_up_minutes(self) -> tuple[int, int] | None:
        """The soonest and the latest that a follow-up is sent after an end; None while nobody wants any."""
        found = [options.follow_up.after_minutes for options, _ in self.event_types.values() if options.follow_up]
        return (min(found), max(found)) if found else None


class _Due(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be planned for a booking; `late` when it is only to be noted."""

    key: Key
    due_at: int
    late: bool


async def plan_reminders(store: Store, now: int) -> None:
    """Plan what comes due within 25 hours; may be cut short anywhere and run again, for nothing is planned twice.

    What was due before a booking was made or last changed is left out: its guest has just been told. So is what was due
    before somebody wished for it, or before the first run ever. What a stop of the machine has delayed is planned late.
    """
    wishes = Wishes(
        event_types=await known.own_options(store.reader), hosts=await message_settings.list_all(store.reader)
    )
    run = await recurring_jobs.by_name(store.reader, JOB)
    last_run_at = run.last_run_at if run is not None else None
    if last_run_at is not None and last_run_at > now + STEP_BACK_SECONDS:
        await _take_up_dropped(store, now)
    first_at = now if last_run_at is None else 0
    due = [
        *await _reminders_due(store.reader, wishes, now, first_at),
        *await _follow_ups_due(store.reader, wishes, now),
    ]
    for start in range(0, len(due), BATCH):
        async with store.write() as tx:
            for one in due[start : start + BATCH]:
                await _plan(tx, one, wishes, now)


async def _reminders_due(db: Reader, wishes: Wishes, now: int, first_at: int) -> list[_Due]:
    to_at = now + wishes.longest_minutes * MINUTE + AHEAD_SECONDS
    near = await known.list_ahead(db, now=now, to_at=to_at)
    done = await known.known_ahead(db, now=now, to_at=to_at) if near else set()
    found: dict[Key, _Due] = {}
    for booking in near:
        for what, minutes, since in _offsets(wishes, booking):
            key: Key = (booking.id, booking.sequence, what, minutes)
            due_at = booking.starts_at - minutes * MINUTE
            if key in done or due_at > now + AHEAD_SECONDS:
                continue
            late = due_at <= max(booking.updated_at, since, first_at)
            found[key] = _Due(key=key, due_at=due_at, late=late)
    return list(found.values())


def _offsets(wishes: Wishes, booking: Near) -> list[tuple[What, int, int]]:
    for_guest, since = wishes.reminders(booking.event_type_id, booking.hosts[0])
    found: list[tuple[What, int, int]] = [("guest", minutes, since) for minutes in for_guest.guest_minutes]
    for host_id in booking.hosts:
        theirs, since = wishes.reminders(booking.event_type_id, host_id)
        found += [("host", minutes, since) for minutes in theirs.host_minutes]
    return found


async def _follow_ups_due(db: Reader, wishes: Wishes, now: int) -> list[_Due]:
    bounds = wishes.follow_up_minutes
    if bounds is None:
        return []
    from_at = now - bounds[1] * MINUTE - FOLLOW_UP_LATE_SECONDS
    to_at = now - bounds[0] * MINUTE + AHEAD_SECONDS
    over = await known.list_ending(db, from_at=from_at, to_at=to_at)
    done = await known.known_ending(db, from_at=from_at, to_at=to_at) if over else set()
    found = []
    for booking in over:
        follow_up, since = wishes.follow_up(booking.event_type_id)
        if follow_up is None:
            continue
        due_at = booking.ends_at + follow_up.after_minutes * MINUTE
        key: Key = (booking.id, booking.sequence, "follow_up", follow_up.after_minutes)
        if key not in done and now - FOLLOW_UP_LATE_SECONDS < due_at <= now + AHEAD_SECONDS:
            found.append(_Due(key=key, due_at=due_at, late=due_at <= since))
    return found


async def _plan(tx: Writer, due: _Due, wishes: Wishes, now: int) -> None:
    booking_id, sequence, _, minutes = due.key
    booking = await bookings.by_id(tx, booking_id)
    if booking is None or booking.status != "confirmed" or booking.sequence != sequence:
        return
    if not await known.insert(tx, due.key, due_at=due.due_at, late=due.late):
        return
    if due.late:
        log.info("No reminder %d minutes before %s: it was due before it could be planned.", minutes, booking.uid)
        return
    try:
        await _write(tx, booking, due, wishes, now)
    except CallyError as error:
        log.warning("The reminder of %s could not be planned: %s", booking.uid, error.sentence)


async def _write(tx: Writer, booking: Booking, due: _Due, wishes: Wishes, now: int) -> None:
    _, _, what, minutes = due.key
    offer = await offer_of(tx, booking)
    everybody = await hosts_of(tx, offer, booking)
    lead = await _snapshot(tx, offer, booking, everybody, everybody[0], minutes)
    if what == "follow_up":
        follow_up, _ = wishes.follow_up(booking.event_type_id)
        told = msgspec.structs.replace(lead, own_text=follow_up.text if follow_up else "")
        await plan_timed(tx, told, "follow_up", frozenset({"guest"}), due_at=due.due_at, now=now)
        return
    if what == "guest":
        await plan_timed(tx, lead, "reminder", frozenset({"guest", "companion"}), due_at=due.due_at, now=now)
        await reminder_planned(tx, lead, minutes=minutes, due_at=due.due_at, now=now)
        return
    for host in everybody:
        wanted, _ = wishes.reminders(booking.event_type_id, host.id)
        if minutes not in wanted.host_minutes:
            continue
        own = await _snapshot(tx, offer, booking, everybody, host, minutes)
        own = msgspec.structs.replace(own, group=await _session(tx, offer, booking))
        await plan_timed(tx, own, "reminder", frozenset({"host"}), due_at=due.due_at, now=now)


async def _snapshot(
    db: Reader, offer: Offer, booking: Booking, everybody: list[Host], host: Host, minutes: int
) -> Snapshot:
    lead = everybody[0]
    told = None
    if booking.series_id is not None:
        stored = await series_of(db, booking)
        told = told_of(stored, await all_series.occurrences(db, stored.id), booking, whole=False)
    return Snapshot(
        booking=booking,
        host_id=host.id,
        host_name=host.name,
        host_email=host.email,
        host_tz=host.tz,
        host_locale=host.locale,
        host_slug=offer.path.removesuffix(f"/{offer.event_type.slug}").removeprefix("/"),
        event_type_slug=offer.event_type.slug,
        others=tuple(HostTold(name=one.name, email=one.email) for one in everybody if one.id not in {host.id, lead.id}),
        lead=None if lead.id == host.id else HostTold(name=lead.name, email=lead.email),
        series=told,
        lead_minutes=minutes,
    )


async def _session(db: Reader, offer: Offer, booking: Booking) -> GroupSnapshot | None:
    """The session that its host is reminded of; who comes is counted when the reminder leaves."""
    if not booking.is_seat:
        return None
    session = await groups.by_slot(
        db, host_id=booking.host_id, event_type_id=booking.event_type_id, starts_at=booking.starts_at
    )
    if session is None:
        return None
    return GroupSnapshot(
        uid=session.uid,
        sequence=session.sequence,
        capacity=offer.event_type.rules.seats,
        taken=booking.seats_taken,
        seats=(),
        change="none",
    )


async def _take_up_dropped(store: Store, now: int) -> None:
    """The clock was ahead and is right again: what it took for over is still to come (rule 80)."""
    async with store.write() as tx:
        for one in await known.list_dropped(tx, answer=BEGUN, now=now):
            if await messages.take_up(tx, one.id):
                await jobs.insert(tx, kind=one.medium, subject=one.id, due_at=one.due_at, now=now)
