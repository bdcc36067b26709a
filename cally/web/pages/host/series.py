"""A booking's series as the desk shows it: `3 of 8, every week`, every date, and what an act on several would reach."""

from collections.abc import Iterable

import msgspec

from cally.bookings import SeriesSeen, series_with
from cally.engine.series import nth_weekday
from cally.model.bookings import Booking
from cally.model.series import Scope
from cally.web.pages.host.desk import Desk
from cally.web.pages.host.shown import STATUS_KINDS, STATUS_WORDS
from cally.web.pages.host.wording import Words

SCOPES: tuple[Scope, ...] = ("one", "following", "all")
RHYTHMS = {"daily": "every day", "weekly": "every week", "fortnightly": "every two weeks", "monthly": "every month"}
NTH = ("first", "second", "third", "fourth", "fifth")


class SeriesDate(msgspec.Struct, frozen=True, kw_only=True):
    """One date of it, with its own page."""

    uid: str
    when: str
    status: str
    status_kind: str
    is_here: bool
    is_ahead: bool


class SeriesAtDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The series in words; `following`, `ahead` and `waiting` count what a wider act would reach, this one included."""

    label: str
    rhythm: str
    number: int
    total: int
    following: int
    ahead: int
    waiting: int
    skipped: tuple[str, ...]
    dates: tuple[SeriesDate, ...]


async def series_at_desk(desk: Desk, booking: Booking) -> SeriesAtDesk | None:
    """The series of a booking by its host's clock; None for one on its own."""
    seen = await series_with(desk.db, booking)
    if seen is None:
        return None
    own = msgspec.structs.replace(seen, bookings=tuple(one for one in seen.bookings if desk.host.id in one.hosts))
    words, ahead = desk.words, own.ahead(desk.now)
    return SeriesAtDesk(
        label=_label(seen, booking, words),
        rhythm=_rhythm(seen, words),
        number=seen.number(booking),
        total=len(seen.bookings),
        following=len(own.following(booking, desk.now)),
        ahead=len(ahead),
        waiting=sum(one.status == "pending" for one in ahead),
        skipped=tuple(words.day(words.on(at)) for at in seen.series.skipped),
        dates=tuple(
            SeriesDate(
                uid=one.uid,
                when=words.when(one.starts_at, one.ends_at),
                status="No-show" if one.no_show else STATUS_WORDS[one.status],
                status_kind="danger" if one.no_show else STATUS_KINDS[one.status],
                is_here=one.id == booking.id,
                is_ahead=one in ahead,
            )
            for one in own.bookings
        ),
    )


async def series_labels(desk: Desk, bookings: Iterable[Booking]) -> dict[int, str]:
    """`3 of 8, every week` for each of these that is of a series, by the booking's number."""
    labels = {}
    for booking in bookings:
        seen = await series_with(desk.db, booking) if booking.series_id is not None else None
        if seen is not None:
            labels[booking.id] = _label(seen, booking, desk.words)
    return labels


def scope_of(text: str) -> Scope:
    """The scope that a form names; anything else means this date alone."""
    return next((known for known in SCOPES if known == text), "one")


def _label(seen: SeriesSeen, booking: Booking, words: Words) -> str:
    return f"{seen.number(booking)} of {len(seen.bookings)}, {_rhythm(seen, words)}"


def _rhythm(seen: SeriesSeen, words: Words) -> str:
    said = RHYTHMS[seen.series.rhythm]
    starts = [one.starts_at for one in seen.bookings]
    nth = nth_weekday(starts, words.tz) if seen.series.rhythm == "monthly" else 0
    return f"{said} on the {NTH[nth - 1]} {words.said.weekday(words.on(starts[0]))}" if nth else said
