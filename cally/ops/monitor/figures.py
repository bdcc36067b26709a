"""The figures of a sample by name, and how those of several samples become one."""

from collections.abc import Sequence
from typing import Literal

from cally.model.samples import Figure, Sample
from cally.ops.monitor.latency import merged

FigureName = Literal[
    "processor_permille",
    "memory_bytes",
    "own_memory_bytes",
    "threads",
    "open_files",
    "load_permille",
    "lag_us",
    "requests",
    "errors",
    "commits",
    "commit_us",
    "late_seconds",
    "due_jobs",
    "database_bytes",
    "log_bytes",
    "state_used_bytes",
    "state_total_bytes",
    "backups_used_bytes",
    "backups_total_bytes",
]
COUNTED: frozenset[str] = frozenset({"requests", "errors", "commits"})


def together(samples: Sequence[Sample]) -> Sample:
    """Several stretches, oldest first, as one: counts are added, levels averaged by how long each lasted.

    A figure that some of them lack is that of the others. Raises ValueError without any.
    """
    if not samples:
        raise ValueError("there is nothing to put together")
    names = dict.fromkeys(name for sample in samples for name in sample.figures)
    return Sample(
        at=samples[-1].at,
        seconds=sum(sample.seconds for sample in samples),
        figures={name: _one(name, [sample for sample in samples if name in sample.figures]) for name in names},
        latency=merged(sample.latency for sample in samples),
    )


def _one(name: str, samples: Sequence[Sample]) -> Figure:
    highest = max(sample.figures[name].highest for sample in samples)
    if name in COUNTED:
        return Figure(sum(sample.figures[name].value for sample in samples), highest)
    seconds = sum(sample.seconds for sample in samples)
    weighed = sum(sample.figures[name].value * sample.seconds for sample in samples)
    return Figure(round(weighed / seconds), highest)
