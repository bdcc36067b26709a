"""Samples laid out in equal columns of time, as a picture of them needs it."""

from collections.abc import Sequence
from typing import NamedTuple

from cally.model.samples import Sample
from cally.ops.monitor.figures import COUNTED, FigureName


class Column(NamedTuple):
    """A stretch of a picture: the average of a level, or how much was counted; and the highest single reading."""

    value: float
    highest: int


class _Sum:
    """What a column has gathered so far."""

    __slots__ = ("highest", "seconds", "value")

    def __init__(self) -> None:
        self.seconds = self.value = 0.0
        self.highest = 0


def columns(
    samples: Sequence[Sample], names: Sequence[FigureName], *, since: float, until: float, count: int
) -> dict[FigureName, list[Column | None]]:
    """Each figure in `count` columns from `since` to `until`; None where nothing is known.

    A sample counts in each column by how much of it lies there.
    """
    width = (until - since) / count
    sums: dict[FigureName, list[_Sum]] = {name: [_Sum() for _ in range(count)] for name in names}
    for sample in samples:
        begin, end = max(since, sample.at - sample.seconds), min(until, sample.at)
        place = int((begin - since) / width)
        while begin < end and place < count:
            edge = min(end, since + (place + 1) * width)
            _add(sums, sample, place, edge - begin)
            begin, place = edge, place + 1
    return {name: [_column(name, one) for one in gathered] for name, gathered in sums.items()}


def _add(sums: dict[FigureName, list[_Sum]], sample: Sample, place: int, seconds: float) -> None:
    for name, gathered in sums.items():
        figure = sample.figures.get(name)
        if figure is not None:
            one = gathered[place]
            one.seconds += seconds
            one.value += figure.value * seconds / (sample.seconds if name in COUNTED else 1)
            one.highest = max(one.highest, figure.highest)


def _column(name: FigureName, gathered: _Sum) -> Column | None:
    if not gathered.seconds:
        return None
    return Column(gathered.value if name in COUNTED else gathered.value / gathered.seconds, gathered.highest)
