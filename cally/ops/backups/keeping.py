"""What is done with a backup at one place: put there, fetched back and proved, compared with what is known, let go."""

import asyncio
from pathlib import Path

from cally.clock import Clock
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.backups import Backup, BackupTarget
from cally.model.ids import new_id
from cally.ops.backups import names, places, proving, trailer
from cally.ops.backups.plan import may_go, plan_of
from cally.ops.backups.proving import Proof
from cally.ops.backups.targets.face import Kept, Target
from cally.ops.backups.threads import in_thread, silent
from cally.ops.backups.watch import Watch
from cally.store import Store, Writer, audit, backup_targets, backups, erased_file
from cally.vault import Vault

SYSTEM = Actor(kind="system")


class Keeper:
    """Keeps backups at places, and notes what comes of it; `watch` hears what is being done."""

    def __init__(self, store: Store, vault: Vault, *, allowed: tuple[str, ...], clock: Clock, watch: Watch) -> None:
        self._store = store
        self._vault = vault
        self._allowed = allowed
        self._clock = clock
        self._watch = watch

    def open(self, place: BackupTarget) -> Target:
        """The place, ready to be used."""
        return places.opened(place, self._vault, state_dir=self._store.path.parent, allowed=self._allowed)

    async def put(self, place: BackupTarget, file: Path, backup: Backup) -> None:
        """At the place with its name; the list of erased guests goes along. Raises `target_failed`."""
        self._watch.begin(f"Keeping it: {places.label(place)}")
        target = self.open(place)
        try:
            await target.put(file.name, file, self._watch)
            await self._put_erased(target)
        finally:
            await target.close()
        async with self._store.write() as tx:
            await backups.delete_named(tx, place.id, backup.name)
            await backups.insert(tx, backup)
            await _note(tx, self._clock(), "make", backup, place, why=backup.why)

    async def prove(self, place: BackupTarget, backup: Backup, scratch: Path) -> Proof:
        """Fetch it back, restore it in a scratch folder, and keep the verdict. Raises `backup_refused`, …"""
        target = self.open(place)
        try:
            return await self._prove(place, target, backup, scratch)
        finally:
            await target.close()

    async def tidy(self, place: BackupTarget) -> None:
        """Compare what is known with what is there, and remove what the plan keeps no longer; the place is well."""
        target = self.open(place)
        try:
            await self._compare(place, await target.list_all())
            await self._let_go(place, target)
        finally:
            await target.close()
        await self.note_fault(place, "")

    async def refresh(self, place: BackupTarget) -> None:
        """Compare what is known with what is there: what came by itself is noted, what has gone is forgotten."""
        target = self.open(place)
        try:
            await self._compare(place, await target.list_all())
        finally:
            await target.close()

    async def note_fault(self, place: BackupTarget, fault: str) -> None:
        """How the use of a place went; empty for well."""
        async with self._store.write() as tx:
            await backup_targets.update_fault(tx, place.id, fault=fault, now=self._clock())

    async def _put_erased(self, target: Target) -> None:
        erased = erased_file.beside(self._store).path
        if await asyncio.to_thread(erased.exists):
            await target.put(names.erasures_name(self._vault.key_id), erased, silent)

    async def _prove(self, place: BackupTarget, target: Target, backup: Backup, scratch: Path) -> Proof:
        copy, key = scratch / backup.name, self._vault.database_key
        try:
            self._watch.begin(f"Fetching it back: {places.label(place)}")
            await target.get(backup.name, copy, self._watch)
            self._watch.begin("Restoring it in a scratch place, checking and counting")
            proof = await in_thread(lambda told: proving.prove_in_place(copy, key, progress=told), self._watch)
            if proof.manifest.made_at != backup.made_at:
                raise trailer.refused("unsound", f"{places.label(place)} gave back another backup under this name.")
        except CallyError as error:
            if error.code == "backup_refused":
                await self._keep_proof(place, backup, error.sentence, None)
            raise
        finally:
            await asyncio.to_thread(copy.unlink, missing_ok=True)
        await self._keep_proof(place, backup, proof.verdict, proof)
        return proof

    async def _keep_proof(self, place: BackupTarget, backup: Backup, verdict: str, proof: Proof | None) -> None:
        counts = {} if proof is None else proof.counts
        async with self._store.write() as tx:
            await backups.update_proof(
                tx, backup.id, sound=proof is not None, verdict=verdict, counts=counts, now=self._clock()
            )
            await _note(tx, self._clock(), "refuse" if proof is None else "prove", backup, place, verdict=verdict)

    async def _compare(self, place: BackupTarget, found: list[Kept]) -> None:
        here = {one.name: one for one in found}
        known = {one.name: one for one in await backups.list_all(self._store.reader) if one.target_id == place.id}
        async with self._store.write() as tx:
            for name in known.keys() - here.keys():
                await backups.delete(tx, known[name].id)
            for name in sorted(here.keys() - known.keys()):
                made_at = names.made_at(name, self._vault.key_id)
                if made_at is not None:
                    await backups.insert(tx, _came_by_itself(place, here[name], made_at))

    async def _let_go(self, place: BackupTarget, target: Target) -> None:
        there = [one for one in await backups.list_all(self._store.reader) if one.target_id == place.id]
        for backup in may_go(there, await plan_of(self._store.reader), self._clock()):
            if names.made_at(backup.name, self._vault.key_id) is None:  # nothing but what we named is ever removed
                continue
            await target.remove(backup.name)
            async with self._store.write() as tx:
                await backups.delete(tx, backup.id)
                await _note(tx, self._clock(), "delete", backup, place)


async def _note(tx: Writer, now: int, did: str, backup: Backup, place: BackupTarget, **facts: str) -> None:
    await audit.insert(
        tx,
        now=now,
        actor=SYSTEM,
        tag=f"system:backup:{did}",
        subject=f"backup:{backup.id}",
        name=backup.name,
        place=places.label(place),
        **facts,
    )


def _came_by_itself(place: BackupTarget, kept: Kept, made_at: int) -> Backup:
    """One that nobody has noted: made before an upgrade, by hand, or after what was restored.

    It is proved soon, unless that means to fetch it from afar.
    """
    return Backup(
        id=new_id(made_at),
        target_id=place.id,
        name=kept.name,
        why="before upgrade" if names.is_before_upgrade(kept.name) else "on demand",
        made_at=made_at,
        size_bytes=kept.size_bytes,
        proof_wanted=places.is_near(place),
    )
