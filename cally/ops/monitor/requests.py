"""Requests, counted as they end: by part of the house and class of status, with their durations."""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Literal

from cally.ops.monitor.latency import BOUNDS, SIZE

Part = Literal["pages", "desk", "api", "static", "watching"]
PARTS: tuple[Part, ...] = ("pages", "desk", "api", "static", "watching")
PEOPLES: tuple[Part, ...] = ("pages", "desk", "api")
CLASSES = ("aborted", "1xx", "2xx", "3xx", "4xx", "5xx")


@dataclass(slots=True)
class Counts:
    """What one part has answered since the start; `classes` by the hundreds of the status, 0 for no answer."""

    classes: list[int] = field(default_factory=lambda: [0] * len(CLASSES))
    buckets: list[int] = field(default_factory=lambda: [0] * SIZE)
    seconds: float = 0.0


class Requests:
    """Counts of a process. Probes, scrapes and this machine's own page are `watching`: nobody waits for those."""

    def __init__(self) -> None:
        self.parts: dict[Part, Counts] = {part: Counts() for part in PARTS}
        self.in_flight = 0

    def note(self, part: Part, status: int, seconds: float) -> None:
        """One has ended with this status, 0 when none was sent."""
        counts = self.parts[part]
        counts.classes[status // 100] += 1
        counts.buckets[bisect_left(BOUNDS, seconds)] += 1
        counts.seconds += seconds

    def peoples(self) -> tuple[int, int, list[int]]:
        """Of what people and programs asked for: how many, how many failed here (5xx), and all durations by bucket."""
        parts = [self.parts[part] for part in PEOPLES]
        buckets = [sum(counts) for counts in zip(*(part.buckets for part in parts), strict=True)]
        return sum(sum(part.classes) for part in parts), sum(part.classes[5] for part in parts), buckets
