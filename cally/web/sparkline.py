"""A line of values as the paths of a small picture: attributes alone, for the policy of every page forbids styles."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 240, 56
HEADROOM = 1.15


class Spark(NamedTuple):
    """The paths of a line and of the area beneath it, in a box of 240 by 56; empty when there is nothing to draw."""

    line: str
    area: str


def spark(values: Sequence[float | None], least_top: float) -> Spark:
    """A picture of values from left to right, from 0 upwards; there is a gap where there is none.

    `least_top` is the value that reaches the top at least: a calm machine shall not look like a restless one.
    """
    top = max([least_top, *(value * HEADROOM for value in values if value is not None)])
    step = WIDTH / len(values)
    line, area, run = [], [], list[str]()
    for place, value in enumerate([*values, None]):
        if value is not None:
            height = f"{HEIGHT - value / top * (HEIGHT - 1) if top else HEIGHT:.1f}"
            run += [f"{place * step:.1f},{height}", f"{(place + 1) * step:.1f},{height}"]
        elif run:
            smooth = _smooth(run)
            line.append(f"M{smooth}")
            area.append(f"M{run[0].split(',')[0]},{HEIGHT}L{smooth}V{HEIGHT}Z")
            run = []
    return Spark("".join(line), "".join(area))


def _smooth(run: list[str]) -> str:
    """From the middle of each column to that of the next; the ends of a run reach to its edges."""
    if len(run) == 2:
        return " ".join(run)
    middles = []
    for left, right in zip(run[::2], run[1::2], strict=True):
        begin, height = left.split(",")
        middles.append(f"{(float(begin) + float(right.split(',')[0])) / 2:.1f},{height}")
    return " ".join([run[0], *middles, run[-1]])
