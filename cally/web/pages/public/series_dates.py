"""A booking's series on its ticket: every date with its own page, and what an act on several of them would reach."""

import msgspec

from cally.bookings import SeriesSeen, manage_token, series_with
from cally.model.bookings import Booking, Status
from cally.model.series import Scope
from cally.web.dates import Words, local
from cally.web.doors import Doors
from cally.web.pages.public.repeating import monthly
from cally.web.rendering import translated as _

SCOPES: tuple[Scope, ...] = ("one", "following", "all")


class SeriesDate(msgspec.Struct, frozen=True, kw_only=True):
    """One date; `path` is its own ticket, `is_here` the one that is looked at."""

    number: int
    day: str
    clock: str
    path: str
    status: Status
    is_here: bool
    is_changeable: bool


class SeriesOnTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A series in words. `following` and `ahead` count what a wider scope would reach, this date among them."""

    rhythm: str
    number: int
    total: int
    following: int
    ahead: int
    skipped: tuple[str, ...]
    dates: tuple[SeriesDate, ...]


async def series_on_ticket(doors: Doors, booking: Booking, reading: Words) -> SeriesOnTicket | None:
    """The series of a booking on its guest's clock; None for one on its own."""
    seen = await series_with(doors.store.reader, booking)
    if seen is None:
        return None
    now, tz = doors.clock(), booking.guest.tz
    return SeriesOnTicket(
        rhythm=rhythm_words(seen, reading, tz),
        number=seen.number(booking),
        total=len(seen.bookings),
        following=len(seen.following(booking, now)),
        ahead=len(seen.ahead(now)),
        skipped=tuple(reading.skeleton("yMMMEd", local(at, tz).date()) for at in seen.series.skipped),
        dates=tuple(
            SeriesDate(
                number=number,
                day=reading.skeleton("yMMMEd", local(one.starts_at, tz).date()),
                clock=reading.span(one.starts_at, one.ends_at, tz),
                path=f"/b/{manage_token(doors.vault, one.uid)}",
                status=one.status,
                is_here=one.id == booking.id,
                is_changeable=one in seen.ahead(now),
            )
            for number, one in enumerate(seen.bookings, start=1)
        ),
    )


def rhythm_words(seen: SeriesSeen, reading: Words, tz: str) -> str:
    """`Every week`, or `Every month on the second Tuesday`, on this clock."""
    if seen.series.rhythm == "monthly":
        return monthly(reading, [one.starts_at for one in seen.bookings], tz)
    return {"daily": _("Every day"), "weekly": _("Every week"), "fortnightly": _("Every two weeks")}[seen.series.rhythm]


def scope_of(text: str) -> Scope:
    """The scope that a form or an address names; anything else means this date alone."""
    return next((known for known in SCOPES if known == text), "one")
