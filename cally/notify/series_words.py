"""A series in words: its rhythm, its dates on the reader's clock, and what is missing (rules 11, 68, 75)."""

from typing import TYPE_CHECKING

import msgspec

from cally.engine.series import nth_weekday
from cally.model.messages import Kind, Snapshot
from cally.model.options import Rhythm
from cally.model.series import Occurrence, SeriesTold
from cally.notify.times import weekday, when

if TYPE_CHECKING:
    from cally.notify.values import Reader


class SeriesWords(msgspec.Struct, frozen=True, kw_only=True):
    """A series as its reader is told of it: `dates` are those the message is about, `left` counts others that stand.

    `nth` is 1 to 5 when every date is the same weekday of its month on the reader's clock, else 0.
    """

    kind: Kind
    whole: bool
    rhythm: Rhythm
    nth: int
    weekday: str
    number: int
    total: int
    dates: tuple[str, ...]
    skipped: tuple[str, ...]
    left: int


def series_words(snapshot: Snapshot, kind: Kind, reader: "Reader") -> SeriesWords | None:
    """The series that a message speaks of, in words; None for a booking on its own."""
    series = snapshot.series
    if series is None:
        return None
    about = [one for one in series.occurrences if one.uid in series.changed]
    length = snapshot.booking.ends_at - snapshot.booking.starts_at
    nth = nth_weekday([one.starts_at for one in about], reader.tz) if series.rhythm == "monthly" and about else 0
    return SeriesWords(
        kind=kind,
        whole=series.whole,
        rhythm=series.rhythm,
        nth=nth,
        weekday=weekday(snapshot.booking.starts_at, tz=reader.tz, locale=reader.locale),
        number=series.number,
        total=series.total,
        dates=tuple(_date(one.starts_at, one.ends_at, reader) for one in about),
        skipped=tuple(_date(at, at + length, reader) for at in series.skipped) if _is_first(series, about) else (),
        left=sum(one.uid not in series.changed for one in series.live),
    )


def _date(starts_at: int, ends_at: int, reader: "Reader") -> str:
    told = when(starts_at, ends_at, tz=reader.tz, locale=reader.locale)
    return f"{told.date}, {told.time}"


def _is_first(series: SeriesTold, about: list[Occurrence]) -> bool:
    """Whether the message is about every date: what was skipped is said then, and not again with each change."""
    return len(about) == series.total
