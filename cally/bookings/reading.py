"""Looking at bookings: one, a host's list, a booking's history."""

from cally.model.bookings import Booking, Status
from cally.model.messages import AuditEntry
from cally.store import Reader, audit, bookings

BEGINNING = 0
END = 2**62
LARGEST_PAGE = 200

Cursor = tuple[int, int]


async def booking_by_uid(db: Reader, uid: str) -> Booking | None:
    """The booking of that permanent name; whose it is, the door must judge."""
    return await bookings.by_uid(db, uid)


async def list_bookings(
    db: Reader,
    *,
    host_id: int,
    from_at: int | None = None,
    to_at: int | None = None,
    status: Status | None = None,
    q: str | None = None,
    after: Cursor | None = None,
    latest_first: bool = False,
    limit: int = 50,
) -> list[Booking]:
    """A host's bookings that touch `[from_at, to_at)`, by start; `after` is `(starts_at, id)` of the last one seen.

    `q` is looked for in the guest's name and address and in the title. `latest_first` lists the past and has no cursor.
    """
    first, last = from_at if from_at is not None else BEGINNING, to_at if to_at is not None else END
    size = max(1, min(limit, LARGEST_PAGE + 1))  # one more says whether there are more
    if latest_first:
        return await bookings.list_latest_first(
            db, host_id=host_id, from_at=first, to_at=last, status=status, q=q, limit=size
        )
    cursor = after if after is not None else (-END, 0)
    return await bookings.list_by_start(
        db, host_id=host_id, from_at=first, to_at=last, status=status, q=q, after=cursor, limit=size
    )


async def history(db: Reader, uid: str) -> list[AuditEntry]:
    """Who did what to a booking, oldest first."""
    return await audit.list_for(db, uid)
