"""What the running process uses its memory for: objects by type, what our own stores hold, and where memory grows."""

import asyncio
import functools
import gc
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cally.ops.errors.describing import short
from cally.ops.memory.watching import limit_bytes

MOST = 15
SIZED = (dict, list, set, frozenset, tuple)
LONGEST_TRACE_SECONDS = 600


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """How many of something there are, and how many bytes they take themselves; None where nobody counted those."""

    name: str
    count: int
    size_bytes: int | None = None


class MemoryReport(msgspec.Struct, frozen=True, kw_only=True):
    """A look into the process.

    `own_bytes` come free when it ends. `kept_objects` were there at its start and are not looked through again;
    `types` are all others. `caches` are our own stores. `grown` is by line of code, over `traced_seconds`.
    """

    pid: int
    up_seconds: int
    used_bytes: int
    own_bytes: int
    limit_bytes: int | None
    kept_objects: int
    objects: int
    collections: tuple[int, ...]
    types: list[Held]
    caches: list[Held]
    traced_seconds: int = 0
    grown: list[Held] = []


async def memory_report(roots: Mapping[str, object], *, trace_seconds: int = 0) -> MemoryReport:
    """Look now; with `trace_seconds`, watch every allocation for so long first, which slows the process meanwhile.

    `roots` are what holds our own stores, by name.
    """
    seconds = max(0, min(trace_seconds, LONGEST_TRACE_SECONDS))
    grown = await _traced(seconds) if seconds else []
    return await asyncio.to_thread(_look, roots, seconds, grown)


async def _traced(seconds: int) -> list[Held]:
    was_on = tracemalloc.is_tracing()
    if not was_on:
        tracemalloc.start(1)
    try:
        before = await asyncio.to_thread(tracemalloc.take_snapshot)
        await asyncio.sleep(seconds)
        after = await asyncio.to_thread(tracemalloc.take_snapshot)
        return await asyncio.to_thread(_compared, before, after)
    finally:
        if not was_on:
            tracemalloc.stop()


def _compared(before: tracemalloc.Snapshot, after: tracemalloc.Snapshot) -> list[Held]:
    own = (tracemalloc.Filter(False, tracemalloc.__file__), tracemalloc.Filter(False, __file__))
    found = after.filter_traces(own).compare_to(before.filter_traces(own), "lineno")
    grown = sorted((one for one in found if one.size_diff > 0), key=lambda one: -one.size_diff)[:MOST]
    return [
        Held(
            name=f"{short(one.traceback[0].filename)}:{one.traceback[0].lineno}",
            count=one.count_diff,
            size_bytes=one.size_diff,
        )
        for one in grown
    ]


def _look(roots: Mapping[str, object], seconds: int, grown: list[Held]) -> MemoryReport:
    import psutil  # noqa: PLC0415 - heavy: only where somebody asks

    process = psutil.Process()
    memory = process.memory_full_info()
    objects = gc.get_objects()
    types = _types(objects)
    number = len(objects)
    del objects
    return MemoryReport(
        pid=process.pid,
        up_seconds=max(0, round(time.time() - process.create_time())),
        used_bytes=memory.rss,
        own_bytes=memory.uss,
        limit_bytes=limit_bytes(),
        kept_objects=gc.get_freeze_count(),
        objects=number,
        collections=tuple(int(one["collections"]) for one in gc.get_stats()),
        types=types,
        caches=sorted(caches(roots), key=lambda one: -one.count)[: 2 * MOST],
        traced_seconds=seconds,
        grown=grown,
    )


def _types(objects: list[object]) -> list[Held]:
    """By how many bytes all of a type take themselves, without what they refer to."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for one in objects:
        kind = type(one)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        counts[name] += 1
        sizes[name] += sys.getsizeof(one, 0)
    return [Held(name=name, count=counts[name], size_bytes=size) for name, size in sizes.most_common(MOST)]


def caches(roots: Mapping[str, object]) -> Iterator[Held]:
    """Everything of ours that holds entries: what functions remember, and what the roots hold, two steps deep."""
    for name, module in [*sys.modules.items()]:
        if name == "cally" or name.startswith("cally."):
            for attribute, value in [*vars(module).items()]:
                if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == name:
                    size = value.cache_info().currsize
                    if size:
                        yield Held(name=f"{name.removeprefix('cally.')}.{attribute}", count=size)
    for name, root in roots.items():
        yield from _held(name, root, depth=2)


def _held(name: str, holder: object, depth: int) -> Iterator[Held]:
    for attribute, value in _attributes(holder):
        called = f"{name}.{attribute.strip('_')}"
        number = _entries(value)
        if number:
            yield Held(name=called, count=number)
        elif number is None and depth > 1 and type(value).__module__.startswith("cally."):
            yield from _held(called, value, depth - 1)


def _attributes(holder: object) -> list[tuple[str, Any]]:
    kept = getattr(holder, "__dict__", None)
    return [*kept.items()] if isinstance(kept, dict) else []


def _entries(value: object) -> int | None:
    """How many entries a collection has; None for what is none."""
    if isinstance(value, (*SIZED, bytearray)) or type(value).__name__ in {"deque", "OrderedDict", "Counter"}:
        return len(value)  # type: ignore[arg-type] # a deque has one, too
    return None
