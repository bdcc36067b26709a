"""The sampler: looks every ten seconds, remembers the last hour, and keeps a row of figures every five minutes."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from cally.clock import Clock
from cally.errors import CallyError
from cally.model.samples import Figure, Sample
from cally.ops.monitor import machine
from cally.ops.monitor.disk import Outlook, outlooks
from cally.ops.monitor.figures import together
from cally.ops.monitor.keeping import keep, rows
from cally.ops.monitor.latency import grown
from cally.ops.monitor.loop_lag import LoopLag
from cally.ops.monitor.machine import Reading
from cally.ops.monitor.requests import Requests
from cally.ops.monitor.trend import UNKNOWN, Forecast
from cally.store import Reader, Store, backup_targets, health

EVERY_SECONDS = 10
FIRST_SECONDS = 2  # the first guests go first
ROW_SECONDS = 300
REMEMBERED = 3_600 // EVERY_SECONDS
OWN_EVERY = ROW_SECONDS // EVERY_SECONDS
MICRO = 1_000_000
FOLDER = "file://"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What is looked at: `places` names directories whose disks count, `mail_set_up` says if mail is being sent."""

    store: Store
    clock: Clock
    places: Callable[[], Mapping[str, Path]]
    mail_set_up: Callable[[], bool]


class Monitor:
    """What a running process knows of itself: its requests, its latest reading, the samples of the last hour."""

    def __init__(self) -> None:
        self.requests = Requests()
        self.samples: deque[Sample] = deque(maxlen=REMEMBERED)
        self.reading: Reading | None = None
        self.started_at: int | None = None
        self._lag = LoopLag()
        self._unkept: list[Sample] = []
        self._buckets = [0] * len(self.requests.peoples()[2])
        self._requests = self._errors = self._commits = 0
        self._commit_seconds = 0.0
        self._looks = 0
        self._ahead: dict[str, Forecast] = {}

    @property
    def outlooks(self) -> list[Outlook]:
        """The disks as they were at the latest look, with what the last row made of their history."""
        disks = self.reading.disks if self.reading else {}
        return [Outlook(disk=disk, ahead=self._ahead.get(name, UNKNOWN)) for name, disk in disks.items()]

    async def between(self, db: Reader, since: int, until: int) -> list[Sample]:
        """How it was from `since` to `until`, oldest first: as finely as is known, up to now."""
        kept = await rows(db, since, until)
        live = [sample for sample in self.samples if since < sample.at <= until]
        if live and until - since <= REMEMBERED * EVERY_SECONDS:
            return [*(row for row in kept if row.at < live[0].at), *live]
        newest = kept[-1].at if kept else since
        return [*kept, *(sample for sample in live if sample.at > newest)]

    async def run(self, watched: Watched) -> None:
        """Look and keep until cancelled; a fault ends one look, not the watch."""
        self.started_at = watched.clock()
        measuring = asyncio.create_task(self._lag.run(), name="loop lag")
        try:
            await asyncio.sleep(FIRST_SECONDS)
            while True:
                await self._turn(watched)
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            measuring.cancel()

    async def keep_rest(self, watched: Watched) -> None:
        """Keep what has been seen since the last row; at an orderly stop."""
        if self._unkept:
            row = together(self._unkept)
            await keep(watched.store, row)
            self._unkept = []

    async def _turn(self, watched: Watched) -> None:
        try:
            await self.look(watched)
            if not self._ahead:
                await self._look_ahead(watched)
            if sum(sample.seconds for sample in self._unkept) >= ROW_SECONDS:
                await self.keep_rest(watched)
                await self._look_ahead(watched)
        except CallyError as error:  # they are part of the next row
            self._unkept = self._unkept[-REMEMBERED:]
            log.debug("The figures of the last minutes were not kept: %s", error.sentence)
        except Exception:
            log.exception("A look at the machine failed.")

    async def _look_ahead(self, watched: Watched) -> None:
        disks = self.reading.disks if self.reading else {}
        found = await outlooks(watched.store.reader, disks, watched.clock())
        self._ahead = {name: one.ahead for name, one in found.items()}

    async def look(self, watched: Watched) -> Sample:
        """Take one sample now."""
        with_own = self._looks % OWN_EVERY == 0
        self._looks += 1
        before = self.reading
        places = {**watched.places(), **await _backup_folder(watched.store.reader)}
        reading = await asyncio.to_thread(machine.read, places, with_own=with_own)
        now = watched.clock()
        seconds = reading.at - before.at if before else float(EVERY_SECONDS)
        sample = Sample(
            at=now,
            seconds=max(1, round(seconds)),
            figures={
                **_of_process(reading, before, seconds),
                **self._of_work(watched.store),
                **await _of_store(watched, now),
            },
            latency=self._new_latency(),
        )
        self.reading = reading
        self.samples.append(sample)
        self._unkept.append(sample)
        return sample

    def _new_latency(self) -> dict[int, int]:
        requests, errors, buckets = self.requests.peoples()
        added = grown(buckets, self._buckets)
        self._requests, self._errors, self._buckets = requests, errors, buckets
        return added

    def _of_work(self, store: Store) -> dict[str, Figure]:
        requests, errors, _ = self.requests.peoples()
        usual, longest = self._lag.take()
        commits, seconds = store.commits.count - self._commits, store.commits.seconds - self._commit_seconds
        self._commits, self._commit_seconds = store.commits.count, store.commits.seconds
        figures = {
            "lag_us": Figure(int(usual * MICRO), int(longest * MICRO)),
            "requests": Figure(requests - self._requests, requests - self._requests),
            "errors": Figure(errors - self._errors, errors - self._errors),
            "commits": Figure(commits, commits),
        }
        if commits:
            longest_commit = store.commits.take_longest()
            figures["commit_us"] = Figure(int(seconds / commits * MICRO), int(longest_commit * MICRO))
        return figures


def _of_process(reading: Reading, before: Reading | None, seconds: float) -> dict[str, Figure]:
    used = reading.cpu_seconds - (before.cpu_seconds if before else reading.cpu_seconds)
    levels = {
        "processor_permille": round(used / seconds * 1_000) if before and seconds > 0 else None,
        "memory_bytes": reading.memory_bytes,
        "own_memory_bytes": reading.own_bytes,
        "threads": reading.threads,
        "open_files": reading.open_files,
        "load_permille": round(reading.load * 1_000),
    }
    for name, disk in reading.disks.items():
        levels[f"{name}_used_bytes"] = disk.used_bytes
        levels[f"{name}_total_bytes"] = disk.total_bytes
    return _levels(levels)


async def _of_store(watched: Watched, now: int) -> dict[str, Figure]:
    db, path, mail = watched.store.reader, watched.store.path, watched.mail_set_up()
    return _levels(
        {
            "late_seconds": await lateness(db, now, mail_set_up=mail),
            "due_jobs": await health.count_due(db, now, mail_set_up=mail),
            "database_bytes": _size(path),
            "log_bytes": _size(path.with_name(path.name + "-wal")),
        }
    )


async def _backup_folder(db: Reader) -> dict[str, Path]:
    """The first folder that an admin keeps backups in beside the server's own."""
    for place in await backup_targets.list_all(db):
        if place.enabled and place.address.startswith(FOLDER):
            return {"backups": Path(unquote(place.address.removeprefix(FOLDER)))}
    return {}


async def lateness(db: Reader, now: int, *, mail_set_up: bool) -> int:
    """Seconds since the job that waits longest was due; mail is meant to wait while there is no server for it."""
    due_at = await health.oldest_due(db, mail_set_up=mail_set_up)
    return max(0, now - due_at) if due_at is not None else 0


def _levels(levels: Mapping[str, int | None]) -> dict[str, Figure]:
    return {name: Figure(value, value) for name, value in levels.items() if value is not None}


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
