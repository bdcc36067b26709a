"""What a change of booking causes outside: rows of the outbox, in the same transaction."""

from cally.bookings.offers import Offer
from cally.errors import not_found
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.model.messages import ClockChange, Kind, Snapshot
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
    """Plan the messages of this change, speaking of the booking as it is now."""
    host = await host_of(tx, offer, booking)
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
    )
    await outbox.plan(tx, snapshot, kind, now=now)


async def host_of(db: Reader, offer: Offer, booking: Booking) -> Host:
    """The host who answers for a booking; for a team's it may be another one than answers for the event type."""
    known = (offer.host, *(one.host for one in offer.participants))
    found = next((host for host in known if host.id == booking.host_id), None)
    host = found or await hosts.by_id(db, booking.host_id)
    if host is None:
        raise not_found("host")
    return host
