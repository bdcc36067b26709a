"""The backups of an instance: made when due or asked for, kept at each place, and proved there."""

import asyncio
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cally.clock import Clock
from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.backups import Backup, BackupRun, BackupTarget, Why
from cally.model.ids import new_id
from cally.ops.backups import places, proving
from cally.ops.backups.keeping import SYSTEM, Keeper
from cally.ops.backups.making import snapshot
from cally.ops.backups.plan import is_due, plan_of
from cally.ops.backups.proving import Proof
from cally.ops.backups.targets.face import Progress
from cally.ops.backups.threads import in_thread
from cally.ops.backups.watch import Watch
from cally.store import Store, audit, backup_targets, backups, copying, recurring_jobs
from cally.vault import Vault

JOB = "backups"
LOCK = "cally-backup.lock"
SCRATCH = "scratch"
RUNS_SECONDS = 100 * 86_400

log = logging.getLogger(__name__)


class Backups:
    """Makes, keeps and proves backups; one at a time on a machine. `watch` is told what is being done."""

    def __init__(self, store: Store, vault: Vault, *, allowed: tuple[str, ...], clock: Clock, watch: Watch) -> None:
        self._store = store
        self._vault = vault
        self._state_dir = store.path.parent
        self._clock = clock
        self._watch = watch
        self.keeper = Keeper(store, vault, allowed=allowed, clock=clock, watch=watch)

    async def ask(self, *, now: int, actor: Actor) -> BackupRun:
        """Have a backup made as soon as can be; one that is asked for already is not asked for twice."""
        asked = await backups.list_asked(self._store.reader)
        run = asked[0] if asked else BackupRun(id=new_id(now), why="on demand", asked_at=now)
        async with self._store.write() as tx:
            if not asked:
                await backups.insert_run(tx, run)
            await recurring_jobs.update_due(tx, JOB, due_at=now)
            await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:backup:ask", subject="backup")
        return run

    async def ask_proof(self, id: int, *, now: int, actor: Actor) -> Backup:
        """Have a backup fetched back and proved once more. Raises `not_found`."""
        found = await backups.by_id(self._store.reader, id)
        if found is None:
            raise not_found("backup")
        async with self._store.write() as tx:
            await backups.update_wanted(tx, id, wanted=True)
            await recurring_jobs.update_due(tx, JOB, due_at=now)
            await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:backup:prove", subject=f"backup:{id}")
        return found

    async def turn(self, now: int) -> None:
        """Do what is asked for or due; the recurring job. Raises the `CallyError` of a backup that failed."""
        db = self._store.reader
        asked = await backups.list_asked(db)
        if asked or await self.is_due(now):
            await self.make(asked[0].why if asked else "scheduled", now=now, asked=asked)
        for wanted in await backups.list_wanted(db):
            await self._prove_wanted(wanted)

    async def is_due(self, now: int) -> bool:
        """Whether a backup is to be made now, by the plan."""
        db = self._store.reader
        good, last = await backups.last_run(db, good=True), await backups.last_run(db)
        since = min((place.created_at for place in await backup_targets.list_all(db)), default=now)
        return is_due(
            await plan_of(db),
            since=since,
            good_at=good.asked_at if good else None,
            tried_at=last.ended_at if last else None,
            now=now,
        )

    async def make(self, why: Why, *, now: int, asked: list[BackupRun] | None = None) -> list[Backup]:
        """Make one backup now, keep it at every place that is used, prove it there; those that were proved.

        However it ends is noted. Raises `conflict` while another is being made, `storage_full` before it begins,
        `target_failed` or `backup_refused` when it cannot be kept or proved at one of the places; it is at the others.
        """
        with self._alone(now):
            try:
                kept, faults = await self._make(why, now)
            except Exception as error:
                sentence = error.sentence if isinstance(error, CallyError) else f"{type(error).__name__}: {error}"
                await self._end(why, now, asked or [], sentence)
                raise
            await self._end(why, now, asked or [], " ".join(fault.sentence for fault in faults))
        if faults:
            raise faults[0]
        return kept

    async def prove(self, backup: Backup) -> Proof:
        """Fetch a backup back, prove it and note what was found. Raises `backup_refused`, `target_failed`, …"""
        with self._alone(self._clock()), self._scratch() as scratch:
            place = await places.place_by_id(self._store.reader, backup.target_id)
            return await self.keeper.prove(place, backup, scratch)

    async def refresh(self) -> None:
        """See at each place in use which backups are there. Raises `target_failed`."""
        for place in await places.list_places(self._store.reader):
            if place.enabled:
                await self.keeper.refresh(place)

    async def _make(self, why: Why, now: int) -> tuple[list[Backup], list[CallyError]]:
        used = [place for place in await places.list_places(self._store.reader) if place.enabled]
        if not used:
            raise CallyError("target_failed", "There is no place to keep backups at; switch one on.")
        self._require_room(used)
        arrived, kept, faults = list[tuple[BackupTarget, Backup]](), list[Backup](), list[CallyError]()
        with self._scratch() as scratch:
            file, size = await self._copy(scratch, why, now)
            for place in used:
                backup = Backup(
                    id=new_id(now), target_id=place.id, name=file.name, why=why, made_at=now, size_bytes=size
                )
                try:
                    await self.keeper.put(place, file, backup)
                    arrived.append((place, backup))
                except CallyError as error:
                    faults.append(await self._failed(place, error))
            await asyncio.to_thread(file.unlink)
            for place, backup in arrived:
                try:
                    await self.keeper.prove(place, backup, scratch)
                    await self.keeper.tidy(place)
                    kept.append(backup)
                except CallyError as error:
                    faults.append(await self._failed(place, error))
        return kept, faults

    async def _copy(self, scratch: Path, why: Why, now: int) -> tuple[Path, int]:
        self._watch.begin("Copying the database")
        key, path = self._vault.database_key, self._store.path

        def copied(told: Progress) -> tuple[Path, int]:
            file = snapshot(path, key, scratch, why=why, now=now, progress=told)
            return file, file.stat().st_size

        return await in_thread(copied, self._watch)

    async def _prove_wanted(self, wanted: Backup) -> None:
        """One that cannot be fetched is not asked for over and over; its place says why."""
        try:
            await self.prove(wanted)
        except CallyError as error:
            if error.code == "conflict":
                raise
            await self._failed(await places.place_by_id(self._store.reader, wanted.target_id), error)
            async with self._store.write() as tx:
                await backups.update_wanted(tx, wanted.id, wanted=False)

    async def _failed(self, place: BackupTarget, error: CallyError) -> CallyError:
        sentence = f"{places.label(place)}: {error.sentence}"
        log.error("A backup could not be kept or proved. %s", sentence)
        await self.keeper.note_fault(place, error.sentence)
        return CallyError(error.code, sentence, **error.facts)

    async def _end(self, why: Why, begun_at: int, asked: list[BackupRun], fault: str) -> None:
        now = self._clock()
        async with self._store.write() as tx:
            for run in asked:
                await backups.end_run(tx, run.id, ended_at=now, fault=fault)
            if not asked:
                run = BackupRun(id=new_id(now), why=why, asked_at=begun_at, ended_at=now, fault=fault)
                await backups.insert_run(tx, run)
            await backups.delete_runs(tx, before=now - RUNS_SECONDS)
            if fault:
                tag = "system:backup:fail"
                await audit.insert(tx, now=now, actor=SYSTEM, tag=tag, subject="backup", why=why, fault=fault)

    def _require_room(self, used: list[BackupTarget]) -> None:
        """The copy lies here while it is sent, another while it is proved; one more if it is kept here."""
        copies = 2 if any(place.address == places.OWN for place in used) else 1
        needed = copies * copying.size_bytes(self._store.path) + copying.SPARE_BYTES
        copying.require_room(self._state_dir, needed)

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        with proving.scratch_folder(self._state_dir / SCRATCH, sweep=True) as folder:
            yield folder

    @contextmanager
    def _alone(self, now: int) -> Iterator[None]:
        with alone(self._state_dir):
            self._watch.began_at = now
            try:
                yield
            finally:
                self._watch.end()


@contextmanager
def alone(state_dir: Path) -> Iterator[None]:
    """One backup or restore at a time on this machine, whoever began it; a killed process holds nothing.

    Raises `conflict` while there is another.
    """
    descriptor = os.open(state_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sentence = "A backup is being made or proved right now; please wait for its end."
            raise CallyError("conflict", sentence) from None
        yield
    finally:
        os.close(descriptor)
