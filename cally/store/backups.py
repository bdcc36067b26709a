"""The SQL of backups: what is kept where, what their proofs said, and how each making went."""

import msgspec

from cally.model.backups import Backup, BackupRun, Why
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO backup (id, target_id, name, why, made_at, size_bytes, sound, looked_at, verdict, counts,
                    proof_wanted)
VALUES (:id, :target_id, :name, :why, :made_at, :size_bytes, :sound, :looked_at, :verdict, :counts,
        :proof_wanted)
"""
BY_ID = """
SELECT id, target_id, name, why, made_at, size_bytes, sound, looked_at, verdict, counts, proof_wanted
FROM backup
WHERE id = :id
"""
LIST = """
SELECT id, target_id, name, why, made_at, size_bytes, sound, looked_at, verdict, counts, proof_wanted
FROM backup
ORDER BY made_at DESC, target_id, id
"""
WANTED = """
SELECT id, target_id, name, why, made_at, size_bytes, sound, looked_at, verdict, counts, proof_wanted
FROM backup
WHERE proof_wanted = 1
ORDER BY made_at DESC, id
"""
UPDATE_PROOF = """
UPDATE backup
SET sound = :sound,
    looked_at = :now,
    verdict = :verdict,
    counts = :counts,
    proof_wanted = 0
WHERE id = :id
"""
UPDATE_WANTED = """
UPDATE backup
SET proof_wanted = :wanted
WHERE id = :id
"""
DELETE = """
DELETE FROM backup
WHERE id = :id
"""
DELETE_NAMED = """
DELETE FROM backup
WHERE target_id = :target_id
  AND name = :name
"""
NEWEST_SOUND = """
SELECT id, target_id, name, why, made_at, size_bytes, sound, looked_at, verdict, counts, proof_wanted
FROM backup
WHERE sound = 1
ORDER BY made_at DESC, looked_at DESC
LIMIT 1
"""
NEWEST_PROOF = """
SELECT MAX(looked_at)
FROM backup
WHERE sound = 1
"""
INSERT_RUN = """
INSERT INTO backup_run (id, why, asked_at, ended_at, fault)
VALUES (:id, :why, :asked_at, :ended_at, :fault)
"""
END_RUN = """
UPDATE backup_run
SET ended_at = :ended_at,
    fault = :fault
WHERE id = :id
"""
ASKED = """
SELECT id, why, asked_at, ended_at, fault
FROM backup_run
WHERE ended_at IS NULL
ORDER BY asked_at, id
"""
LAST_RUN = """
SELECT id, why, asked_at, ended_at, fault
FROM backup_run
WHERE ended_at IS NOT NULL
ORDER BY ended_at DESC, id DESC
LIMIT 1
"""
LAST_GOOD_RUN = """
SELECT id, why, asked_at, ended_at, fault
FROM backup_run
WHERE ended_at IS NOT NULL
  AND fault = ''
ORDER BY ended_at DESC, id DESC
LIMIT 1
"""
DELETE_RUNS = """
DELETE FROM backup_run
WHERE ended_at < :before
"""

_counts = msgspec.json.Decoder(dict[str, int])


async def insert(tx: Writer, backup: Backup) -> None:
    """One more backup that is kept somewhere; raises `Duplicate` when its name is known there."""
    await tx.run(
        INSERT,
        id=backup.id,
        target_id=backup.target_id,
        name=backup.name,
        why=backup.why,
        made_at=backup.made_at,
        size_bytes=backup.size_bytes,
        sound=None if backup.sound is None else int(backup.sound),
        looked_at=backup.looked_at,
        verdict=backup.verdict,
        counts=msgspec.json.encode(backup.counts).decode(),
        proof_wanted=int(backup.proof_wanted),
    )


async def by_id(db: Reader, id: int) -> Backup | None:
    """The backup of that row."""
    row = await db.row(BY_ID, id=id)
    return _backup(row) if row else None


async def list_all(db: Reader) -> list[Backup]:
    """Every backup that is known, the newest first."""
    return [_backup(row) for row in await db.rows(LIST)]


async def list_wanted(db: Reader) -> list[Backup]:
    """Those whose proof an admin has asked for, the newest first."""
    return [_backup(row) for row in await db.rows(WANTED)]


async def update_proof(tx: Writer, id: int, *, sound: bool, verdict: str, counts: dict[str, int], now: int) -> None:
    """What a proof at `now` said."""
    stored = msgspec.json.encode(counts).decode()
    await tx.run(UPDATE_PROOF, id=id, sound=int(sound), verdict=verdict, counts=stored, now=now)


async def update_wanted(tx: Writer, id: int, *, wanted: bool) -> int:
    """Ask for its proof, or no more."""
    return await tx.run(UPDATE_WANTED, id=id, wanted=int(wanted))


async def delete(tx: Writer, id: int) -> int:
    """It is kept no more."""
    return await tx.run(DELETE, id=id)


async def delete_named(tx: Writer, target_id: int, name: str) -> int:
    """Another takes its name there."""
    return await tx.run(DELETE_NAMED, target_id=target_id, name=name)


async def newest_sound(db: Reader) -> Backup | None:
    """The newest backup that was proved and not refuted since."""
    row = await db.row(NEWEST_SOUND)
    return _backup(row) if row else None


async def last_proof_at(db: Reader) -> int | None:
    """When a restore last succeeded."""
    row = await db.row(NEWEST_PROOF)
    return row[0] if row else None


async def insert_run(tx: Writer, run: BackupRun) -> None:
    """A making that is asked for, or one that has ended."""
    await tx.run(INSERT_RUN, id=run.id, why=run.why, asked_at=run.asked_at, ended_at=run.ended_at, fault=run.fault)


async def end_run(tx: Writer, id: int, *, ended_at: int, fault: str) -> None:
    """How a making ended; an empty fault means well."""
    await tx.run(END_RUN, id=id, ended_at=ended_at, fault=fault)


async def list_asked(db: Reader) -> list[BackupRun]:
    """Makings that are asked for and have not ended, the oldest first."""
    return [_run(row) for row in await db.rows(ASKED)]


async def last_run(db: Reader, *, good: bool = False) -> BackupRun | None:
    """The making that ended last; `good` asks for the last without a fault."""
    row = await db.row(LAST_GOOD_RUN) if good else await db.row(LAST_RUN)
    return _run(row) if row else None


async def delete_runs(tx: Writer, *, before: int) -> None:
    """Forget makings that ended before an instant."""
    await tx.run(DELETE_RUNS, before=before)


def _backup(row: Row) -> Backup:
    why: Why = row[3]
    return Backup(
        id=row[0],
        target_id=row[1],
        name=row[2],
        why=why,
        made_at=row[4],
        size_bytes=row[5],
        sound=None if row[6] is None else bool(row[6]),
        looked_at=row[7],
        verdict=row[8],
        counts=_counts.decode(row[9]),
        proof_wanted=bool(row[10]),
    )


def _run(row: Row) -> BackupRun:
    return BackupRun(id=row[0], why=row[1], asked_at=row[2], ended_at=row[3], fault=row[4])
