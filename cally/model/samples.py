"""How the machine was over a stretch of time: figures by name, and how long requests took."""

from typing import Literal, NamedTuple

import msgspec

SampleKind = Literal["minutes", "hour"]


class Figure(NamedTuple):
    """A measure over a stretch: its average, or the sum for what is counted; and the highest single reading."""

    value: int
    highest: int


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of `seconds` that ended `at`. `latency` counts requests by the place of their bucket."""

    at: int
    seconds: int
    figures: dict[str, Figure]
    latency: dict[int, int]


class Point(NamedTuple):
    """One figure of one stretch."""

    at: int
    seconds: int
    value: int
    highest: int
