"""Manage links: a guest's secret address of their booking, signed, for this one purpose, ending with the booking."""

from cally.model.bookings import Booking
from cally.store import Reader, bookings
from cally.vault import Vault

PURPOSE = "manage"
KEPT_SECONDS = 30 * 86_400


def manage_token(vault: Vault, uid: str) -> str:
    """The secret part of `/b/{token}` for a booking."""
    return vault.sign(PURPOSE, uid)


async def booking_for_token(db: Reader, vault: Vault, token: str, now: int) -> Booking | None:
    """The booking a manage token opens; None when it is forged, or the booking ended over 30 days ago (rule 52)."""
    uid = vault.verified(PURPOSE, token)
    booking = await bookings.by_uid(db, uid) if uid else None
    if booking is None or booking.ends_at + KEPT_SECONDS < now:
        return None
    return booking
