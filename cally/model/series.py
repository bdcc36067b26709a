"""A series: several bookings made by one request, at the same wall time (rule 68); how it stands and is told of."""

from typing import Literal

import msgspec

from cally.model.bookings import LIVE, Booking, Status
from cally.model.options import Rhythm
from cally.model.rules import Refusal

Scope = Literal["one", "following", "all"]
Clashes = Literal["refuse", "skip"]


class SeriesRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest asks for beside the first booking. `clashes` None means whatever the event type says.

    `may_skip` are the only starts that may be left out, for whoever was shown them; None means any.
    """

    rhythm: Rhythm
    count: int
    clashes: Clashes | None = None
    may_skip: tuple[int, ...] | None = None


class BookingSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A series as it is stored. `uid` is its name in calendars, for good; `sequence` rises with every change within it.

    `starts_at` is the first of the `asked` dates, `skipped` are those that could not be had. `by_rule`: the clock of
    `tz` shows each date exactly once, so that a recurrence rule says the same as we do.
    """

    id: int
    uid: str
    sequence: int
    event_type_id: int
    rhythm: Rhythm
    starts_at: int
    tz: str
    asked: int
    skipped: tuple[int, ...]
    by_rule: bool
    created_at: int
    updated_at: int


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One date of a series. `planned_at` is the start that the rhythm gave it; a move does not change that."""

    number: int
    planned_at: int
    uid: str
    starts_at: int
    ends_at: int
    status: Status

    @property
    def is_live(self) -> bool:
        """Whether it stands, or waits for an answer."""
        return self.status in LIVE


class SeriesTold(msgspec.Struct, frozen=True, kw_only=True):
    """A series as a message speaks of it: as a `whole`, with every date, or of the one booking with its `number`.

    `total` counts the dates that were booked, `changed` are the bookings (uids) that the message is about.
    """

    id: int
    uid: str
    sequence: int
    rhythm: Rhythm
    tz: str
    by_rule: bool
    created_at: int
    updated_at: int
    number: int
    planned_at: int
    total: int
    whole: bool = False
    occurrences: tuple[Occurrence, ...] = ()
    skipped: tuple[int, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def live(self) -> tuple[Occurrence, ...]:
        """The dates that stand, of a whole one."""
        return tuple(one for one in self.occurrences if one.is_live)


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """A date of a series that cannot be had, why, and the nearest starts that can."""

    starts_at: int
    refusal: Refusal
    alternatives: tuple[int, ...] = ()


class SeriesTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The expected "no" to a series: the dates in its way, and those that are free."""

    clashes: tuple[Clash, ...]
    free: tuple[int, ...]


class SeriesBooked(msgspec.Struct, frozen=True, kw_only=True):
    """The expected "yes"; `created` is False when an idempotency key was answered with its earlier series."""

    series: BookingSeries
    bookings: tuple[Booking, ...]
    created: bool


class PlannedDate(msgspec.Struct, frozen=True, kw_only=True):
    """A date that a series would have; `refusal` None when it is free."""

    starts_at: int
    refusal: Refusal | None


class SeriesPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The dates of a series before it is booked; `missing` are wall times that clocks leap over (ISO, no offset)."""

    rhythm: Rhythm
    clashes: Clashes
    dates: tuple[PlannedDate, ...]
    missing: tuple[str, ...]

    @property
    def free(self) -> tuple[int, ...]:
        """The starts that can be had."""
        return tuple(date.starts_at for date in self.dates if date.refusal is None)

    @property
    def can_be_booked(self) -> bool:
        """Whether the policy lets it be booked as it stands."""
        return len(self.free) == len(self.dates) if self.clashes == "refuse" else len(self.free) > 1
