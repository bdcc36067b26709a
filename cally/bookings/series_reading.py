"""Looking at a series: the one a booking belongs to, or one by its name; with every booking it has."""

import msgspec

from cally.bookings.series_told import told_of
from cally.model.bookings import LIVE, Booking
from cally.model.series import BookingSeries, SeriesTold
from cally.store import Reader, series


class SeriesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A series with its bookings by their number, whatever became of them."""

    series: BookingSeries
    bookings: tuple[Booking, ...]

    def number(self, booking: Booking) -> int:
        """The booking's place, from 1."""
        return next(number for number, one in enumerate(self.bookings, start=1) if one.id == booking.id)

    def ahead(self, now: int) -> tuple[Booking, ...]:
        """Those that stand and have not begun."""
        return tuple(one for one in self.bookings if one.status in LIVE and one.starts_at > now)

    def following(self, booking: Booking, now: int) -> tuple[Booking, ...]:
        """Those ahead from this one on."""
        return tuple(one for one in self.ahead(now) if self.number(one) >= self.number(booking))


async def series_with(db: Reader, booking: Booking) -> SeriesSeen | None:
    """The series that a booking belongs to; None for one on its own."""
    stored = await series.by_id(db, booking.series_id) if booking.series_id is not None else None
    return await _seen(db, stored)


async def series_by_uid(db: Reader, uid: str) -> SeriesSeen | None:
    """The series of that permanent name; whose it is, the door must judge."""
    return await _seen(db, await series.by_uid(db, uid))


async def whole_series(db: Reader, booking: Booking) -> SeriesTold | None:
    """The series of a booking as calendars are told of it; None for one on its own."""
    stored = await series.by_id(db, booking.series_id) if booking.series_id is not None else None
    return told_of(stored, await series.occurrences(db, stored.id), booking, whole=True) if stored else None


async def _seen(db: Reader, stored: BookingSeries | None) -> SeriesSeen | None:
    if stored is None:
        return None
    return SeriesSeen(series=stored, bookings=tuple(await series.bookings_of(db, stored.id)))
