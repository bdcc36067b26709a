"""The tiles of the system page: a number that counts now, what it was over a stretch of time, and a picture of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cally.amounts import amount, split_amount
from cally.model.samples import Sample
from cally.ops.monitor import FigureName, machine
from cally.ops.monitor.figures import together
from cally.ops.monitor.latency import merged, quantile
from cally.ops.monitor.series import Column, columns
from cally.web.sparkline import Spark, spark

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NAMES: tuple[FigureName, ...] = (
    "processor_permille",
    "memory_bytes",
    "requests",
    "errors",
    "lag_us",
    "late_seconds",
    "commits",
    "commit_us",
    "open_files",
)
MICRO = 1_000_000
MEMORY_PART, LEAST_MEMORY = 0.25, 256_000_000
LEAST_PERMILLE = 150
QUIET_LAG_US = 100_000
QUIET_LATE_SECONDS = 60
QUIET_FILES = 64


class Span(NamedTuple):
    """A stretch of time that can be looked at, in so many columns."""

    seconds: int
    columns: int
    words: str


SPANS: dict[str, Span] = {
    "hour": Span(HOUR, 60, "last hour"),
    "day": Span(DAY, 96, "last day"),
    "week": Span(7 * DAY, 84, "last week"),
    "month": Span(30 * DAY, 90, "last month"),
}


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One tile; `said` is the picture in words, for whoever does not see it."""

    id: str
    name: str
    value: str
    unit: str = ""
    aside: str = ""
    foot: str = ""
    alarm: bool = False
    spark: Spark
    said: str


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What the tiles are made of: the last minute as one sample, the columns, and all durations of the span."""

    span: Span
    last: Sample | None
    laid: dict[FigureName, list[Column | None]]
    latency: dict[int, int]

    def now(self, name: FigureName) -> int | None:
        """The level in the last minute."""
        found = self.last.figures.get(name) if self.last else None
        return found.value if found else None

    def peak_now(self, name: FigureName) -> int | None:
        """The highest reading of the last minute."""
        found = self.last.figures.get(name) if self.last else None
        return found.highest if found else None

    def highest(self, name: FigureName) -> int:
        """The highest reading of the span."""
        return max((one.highest for one in self.laid[name] if one), default=0)

    def sum(self, name: FigureName) -> int:
        """How many there were in the span."""
        return round(sum(one.value for one in self.laid[name] if one))

    def values(self, name: FigureName) -> list[float | None]:
        """The columns' averages or counts."""
        return [one.value if one else None for one in self.laid[name]]

    def peaks(self, name: FigureName) -> list[float | None]:
        """The columns' highest readings."""
        return [float(one.highest) if one else None for one in self.laid[name]]


def tiles(samples: Sequence[Sample], span: Span, *, now: int) -> tuple[list[Tile], list[Tile]]:
    """The large tiles and the small ones of a page, from samples of the span, oldest first."""
    latest = [sample for sample in samples if sample.at > now - MINUTE]
    seen = _Seen(
        span=span,
        last=together(latest) if latest else None,
        laid=columns(samples, NAMES, since=now - span.seconds, until=now, count=span.columns),
        latency=merged(sample.latency for sample in samples),
    )
    return [_processor(seen), _memory(seen), _requests(seen)], [
        _loop(seen),
        _jobs(seen),
        _commits(seen),
        _files(seen),
    ]


def _processor(seen: _Seen) -> Tile:
    now, load = seen.now("processor_permille"), seen.now("load_permille")
    cores = machine.cores()
    aside = f"{cores} cores" if cores > 1 else "1 core"
    if load is not None:
        aside += f" · load {load / 1_000:.1f}"
    return _tile(
        seen,
        "processor",
        "Processor",
        value=_or_dash(now, _percent),
        unit="% of one core",
        aside=aside,
        foot=f"at most {_percent(seen.highest('processor_permille'))} %",
        drawn=seen.values("processor_permille"),
        least_top=LEAST_PERMILLE,
        word=lambda value: f"{_percent(value)} %",
    )


def _memory(seen: _Seen) -> Tile:
    now, limit = seen.now("memory_bytes"), machine.memory_limit()
    value, unit = split_amount(now) if now is not None else ("–", "")
    return _tile(
        seen,
        "memory",
        "Memory",
        value=value,
        unit=unit,
        aside=f"of {amount(limit)}",
        foot=f"at most {amount(seen.highest('memory_bytes'))}",
        drawn=seen.values("memory_bytes"),
        least_top=min(limit * MEMORY_PART, 256e6),
        word=amount,
    )


def _requests(seen: _Seen) -> Tile:
    errors, p95 = seen.sum("errors"), quantile(seen.latency, 0.95)
    median = quantile(seen.latency, 0.5)
    half = f"half within {_seconds(median)}" if median is not None else ""
    return _tile(
        seen,
        "requests",
        "Requests",
        value=_grouped(seen.sum("requests")),
        unit=seen.span.words,
        aside=f"p95 {_seconds(p95)}" if p95 is not None else "",
        foot=f"{_grouped(errors)} failed here" if errors else half or "none yet",
        alarm=errors > 0,
        drawn=seen.values("requests"),
        least_top=10,
        word=lambda value: f"{_grouped(round(value))}",
    )


def _loop(seen: _Seen) -> Tile:
    late = seen.peak_now("lag_us")
    value, _, unit = _seconds(late / MICRO).partition(" ") if late is not None else ("–", "", "")
    return _tile(
        seen,
        "loop",
        "Event loop",
        value=value,
        unit=f"{unit} late".strip() if unit else "",
        foot=f"at most {_seconds(seen.highest('lag_us') / MICRO)}",
        drawn=seen.peaks("lag_us"),
        least_top=QUIET_LAG_US,
        word=lambda value: f"{_seconds(value / MICRO)} late",
    )


def _jobs(seen: _Seen) -> Tile:
    late, due = seen.now("late_seconds"), seen.now("due_jobs") or 0
    on_time = late is not None and late < QUIET_LATE_SECONDS
    worst = seen.highest("late_seconds")
    return _tile(
        seen,
        "jobs",
        "Jobs",
        value=("on time" if on_time else _minutes(late)) if late is not None else "–",
        unit="" if on_time or late is None else "late",
        foot=(f"{_grouped(due)} due · " if due else "") + (f"{_minutes(worst)} at most" if worst else "none late"),
        alarm=not on_time and late is not None,
        drawn=seen.peaks("late_seconds"),
        least_top=QUIET_LATE_SECONDS,
        word=lambda value: f"{_minutes(value)} late",
    )


def _commits(seen: _Seen) -> Tile:
    slowest = seen.highest("commit_us")
    return _tile(
        seen,
        "commits",
        "Saved changes",
        value=_grouped(seen.sum("commits")),
        unit=seen.span.words,
        foot=f"at most {_seconds(slowest / MICRO)} each" if slowest else "none yet",
        drawn=seen.values("commits"),
        least_top=10,
        word=lambda value: f"{_grouped(round(value))}",
    )


def _files(seen: _Seen) -> Tile:
    now, threads = seen.now("open_files"), seen.now("threads")
    return _tile(
        seen,
        "files",
        "Open files",
        value=_or_dash(now, _grouped),
        unit=f"of {_grouped(machine.most_open_files())}",
        foot=f"{threads} threads" if threads is not None else "",
        drawn=seen.peaks("open_files"),
        least_top=QUIET_FILES,
        word=lambda value: _grouped(round(value)),
    )


def _tile(
    seen: _Seen,
    id: str,
    name: str,
    *,
    value: str,
    unit: str,
    foot: str,
    drawn: list[float | None],
    least_top: float,
    word: Callable[[float], str],
    aside: str = "",
    alarm: bool = False,
) -> Tile:
    known = [one for one in drawn if one is not None]
    if known:
        said = f"{name}, {seen.span.words}: from {word(min(known))} to {word(max(known))}"
    else:
        said = f"{name}, {seen.span.words}: nothing is known yet"
    return Tile(
        id=id,
        name=name,
        value=value,
        unit=unit,
        aside=aside,
        foot=foot if known else "",
        alarm=alarm,
        spark=spark(drawn, least_top),
        said=said,
    )


def _or_dash(value: int | None, word: Callable[[int], str]) -> str:
    return "–" if value is None else word(value)


def _percent(permille: float) -> str:
    return f"{permille / 10:.1f}" if 0 < permille < 10 else f"{permille / 10:.0f}"


def _grouped(number: int) -> str:
    return f"{number:,}"


def _milliseconds(count: float) -> str:
    return f"{count:.1f}" if count < 9.95 else f"{count:,.0f}"


def _seconds(count: float) -> str:
    return f"{_milliseconds(count * 1_000)} ms" if count < 1 else f"{count:.1f} s"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * MINUTE else f"{seconds / MINUTE:.0f} min"
