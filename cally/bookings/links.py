"""Manage links: a guest's secret address of their booking, signed, for this one purpose, ending with the booking."""

from cally.model.bookings import Booking
from cally.notify.links import PURPOSE, manage_token
from cally.store import Reader, bookings
from cally.vault import Vault

__all__ = ["PURPOSE", "booking_for_token", "manage_token"]

KEPT_SECONDS = 30 * 86_400


async def booking_for_token(db: Reader, vault: Vault, token: str, now: int) -> Booking | None:
    """The booking a manage token opens; None when it is forged, or the booking ended over 30 days ago (rule 52)."""
    uid = vault.verified(PURPOSE, token)
    booking = await bookings.by_uid(db, uid) if uid else None
    if booking is None or booking.ends_at + KEPT_SECONDS < now:
        return None
    return booking
