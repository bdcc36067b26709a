"""What a change of booking causes outside: rows of the outbox, in the same transaction."""

from cally.bookings.offers import Offer
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.messages import Kind, Snapshot
from cally.notify import outbox
from cally.store import Writer


async def announce(
    tx: Writer,
    offer: Offer,
    booking: Booking,
    kind: Kind,
    *,
    now: int,
    actor: Actor,
    previous_starts_at: int | None = None,
) -> None:
    """Plan the messages of this change, speaking of the booking as it is now."""
    snapshot = Snapshot(
        booking=booking,
        host_name=offer.host.name,
        host_email=offer.host.email,
        host_tz=offer.host.tz,
        host_locale=offer.host.locale,
        host_slug=offer.host.slug,
        event_type_slug=offer.event_type.slug,
        previous_starts_at=previous_starts_at,
        by="guest" if actor.kind == "guest" else "host",
    )
    await outbox.plan(tx, snapshot, kind, now=now)
