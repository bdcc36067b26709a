"""What holds after whatever was done, by whomever and at once: the store itself is asked."""

from cally.bookings import miscounted
from cally.model.bookings import LIVE, Booking
from cally.store import Reader, bookings, occupancy

UIDS = "SELECT uid FROM booking ORDER BY id"
CLAIMS = "SELECT owner_id, starts_at, ends_at, seats_taken FROM occupancy WHERE uid = :uid AND kind = 'booking'"
STRAY = "SELECT uid FROM occupancy WHERE kind = 'booking' AND uid NOT IN (SELECT uid FROM booking)"
TAKING_PART = "SELECT host_id, starts_at FROM booking_host WHERE booking_id = :id"
FULL = """
SELECT session, SUM(seats_taken), MAX(seats)
FROM occupancy
WHERE session IS NOT NULL
GROUP BY owner_id, session
HAVING SUM(seats_taken) > MAX(seats)
"""
OFFERED = """
SELECT uid
FROM waitlist_entry
WHERE (state = 'offered') <> EXISTS (SELECT 1 FROM occupancy WHERE occupancy.uid = hold_uid AND kind = 'hold')
"""


async def require_all(db: Reader) -> None:
    """No time is taken twice, no seat too many; what is live has all it needs, what is over has nothing."""
    assert await occupancy.list_overlaps(db) == []
    assert await db.rows(FULL) == []
    assert await db.rows(STRAY) == []
    assert await db.rows(OFFERED) == []
    assert await db.rows("PRAGMA foreign_key_check") == []
    assert await miscounted(db) == []
    rooms: dict[tuple[int, int, int], tuple[int, ...]] = {}
    for (uid,) in await db.rows(UIDS):
        booking = await bookings.by_uid(db, str(uid))
        assert booking is not None
        await _require_claims(db, booking)
        if booking.status in LIVE and booking.is_seat:
            slot = booking.host_id, booking.event_type_id, booking.starts_at
            assert rooms.setdefault(slot, booking.resources) == booking.resources


async def _require_claims(db: Reader, booking: Booking) -> None:
    expected = sorted(
        (owner, booking.starts_at, booking.ends_at, booking.seats_taken)
        for owner in (*booking.hosts, *booking.resources)
        if booking.status in LIVE
    )
    assert sorted(await db.rows(CLAIMS, uid=booking.uid)) == expected
    beside = sorted((host_id, booking.starts_at) for host_id in booking.co_hosts)
    assert sorted(await db.rows(TAKING_PART, id=booking.id)) == beside
