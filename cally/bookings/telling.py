"""What a change of booking causes outside: rows of the outbox, in the same transaction."""

from cally.bookings import groups
from cally.bookings.offers import Offer
from cally.bookings.series_told import told_of_one
from cally.errors import not_found
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.groups import GroupSnapshot
from cally.model.hosts import Host
from cally.model.messages import ClockChange, Kind, Snapshot
from cally.model.series import SeriesTold
from cally.notify import outbox
from cally.store import Reader, Writer, hosts


async def announce(
    tx: Writer,
    offer: Offer,
    booking: Booking,
    kind: Kind,
    *,
    now: int,
    actor: Actor,
    previous_starts_at: int | None = None,
    clock: ClockChange | None = None,
) -> None:
    """Plan the messages of this change, speaking of the booking as it is now, and of its place in its series."""
    host = await host_of(tx, offer, booking)
    series = await told_of_one(tx, booking, now)
    await plan_for(
        tx,
        host,
        offer,
        booking,
        kind,
        now=now,
        actor=actor,
        previous_starts_at=previous_starts_at,
        clock=clock,
        series=series,
        group=await groups.told(tx, offer, booking, kind, now=now),
    )


async def announce_left(tx: Writer, offer: Offer, left: Booking, *, now: int, actor: Actor) -> None:
    """Tell the host of a session that a seat in it is free: its guest has moved, and knows that from another message.

    `left` is the booking as it was, with the sequence that its move gave it. Where it was no seat nobody is told.
    """
    group = await groups.told(tx, offer, left, "cancelled", now=now)
    if group is not None:
        host = await host_of(tx, offer, left)
        await plan_for(tx, host, offer, left, "cancelled", now=now, actor=actor, group=group, host_alone=True)


async def plan_for(
    tx: Writer,
    host: Host,
    offer: Offer,
    booking: Booking,
    kind: Kind,
    *,
    now: int,
    actor: Actor,
    previous_starts_at: int | None = None,
    clock: ClockChange | None = None,
    series: SeriesTold | None = None,
    group: GroupSnapshot | None = None,
    host_alone: bool = False,
) -> None:
    """Plan the messages of a change, in the name of this host."""
    snapshot = Snapshot(
        booking=booking,
        host_name=host.name,
        host_email=host.email,
        host_tz=host.tz,
        host_locale=host.locale,
        host_slug=host.slug,
        event_type_slug=offer.event_type.slug,
        previous_starts_at=previous_starts_at,
        by="guest" if actor.kind == "guest" else "host",
        clock=clock,
        series=series,
        group=group,
    )
    await outbox.plan(tx, snapshot, kind, now=now, host_alone=host_alone)


async def host_of(db: Reader, offer: Offer, booking: Booking) -> Host:
    """The host who answers for a booking; for a team's it may be another one than answers for the event type."""
    known = (offer.host, *(one.host for one in offer.participants))
    found = next((host for host in known if host.id == booking.host_id), None)
    host = found or await hosts.by_id(db, booking.host_id)
    if host is None:
        raise not_found("host")
    return host
