"""The SQL of imports: runs that were read, and what stands for a thing from elsewhere."""

import hashlib
import zlib

import msgspec

from cally.model.imports import (
    Bundle,
    ImportChoices,
    ImportNoun,
    ImportReport,
    ImportRun,
    Source,
    without_guests,
)
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO import_run (id, source, name, state, choices, bundle, report, account_id, created_at, updated_at)
VALUES (:id, :source, :name, 'read', :choices, :bundle, :report, :account_id, :now, :now)
"""
BY_ID = """
SELECT id, source, name, state, choices, report, done, total, fault, account_id, created_at, updated_at
FROM import_run
WHERE id = :id
"""
LIST = """
SELECT id, source, name, state, choices, report, done, total, fault, account_id, created_at, updated_at
FROM import_run
ORDER BY id DESC
LIMIT :limit
"""
BUNDLE = """
SELECT bundle
FROM import_run
WHERE id = :id
"""
UPDATE_CHOICES = """
UPDATE import_run
SET choices = :choices,
    state = :state,
    total = :total,
    report = :report,
    updated_at = :now
WHERE id = :id
  AND state = 'read'
"""
UPDATE_PROGRESS = """
UPDATE import_run
SET done = :done,
    total = :total,
    updated_at = :now
WHERE id = :id
"""
END = """
UPDATE import_run
SET state = :state,
    report = :report,
    fault = :fault,
    bundle = NULL,
    updated_at = :now
WHERE id = :id
"""
DELETE = """
DELETE FROM import_run
WHERE id = :id
  AND state <> 'asked'
"""
FORGET_UNASKED = """
DELETE FROM import_run
WHERE state = 'read'
  AND updated_at < :before
"""
LIST_WITH_BUNDLES = """
SELECT id, state, bundle, report
FROM import_run
"""
UPDATE_REPORT = """
UPDATE import_run
SET report = :report
WHERE id = :id
"""
LIST_ENDED = """
SELECT id, report
FROM import_run
WHERE state IN ('done', 'failed')
  AND updated_at < :before
"""
REMEMBER = """
INSERT INTO imported (name_hash, noun, row_id, imported_at)
VALUES (:name_hash, :noun, :row_id, :now)
ON CONFLICT (name_hash) DO UPDATE SET row_id = excluded.row_id, imported_at = excluded.imported_at
"""
REMEMBERED = """
SELECT row_id
FROM imported
WHERE name_hash = :name_hash
"""

_choices = msgspec.json.Decoder(ImportChoices)
_report = msgspec.json.Decoder(ImportReport)
_bundle = msgspec.json.Decoder(Bundle)


async def insert(
    tx: Writer,
    *,
    id: int,
    bundle: Bundle,
    name: str,
    choices: ImportChoices,
    report: ImportReport,
    account_id: int | None,
    now: int,
) -> None:
    """Keep what was read until it is asked for."""
    packed = zlib.compress(msgspec.json.encode(bundle), 6)
    said = msgspec.json.encode(choices).decode()
    await tx.run(
        INSERT,
        id=id,
        source=bundle.source,
        name=name,
        choices=said,
        bundle=packed,
        report=_report_text(report),
        account_id=account_id,
        now=now,
    )


async def by_id(db: Reader, id: int) -> ImportRun | None:
    """The run of that row."""
    row = await db.row(BY_ID, id=id)
    return _run(row) if row else None


async def list_latest(db: Reader, *, limit: int = 20) -> list[ImportRun]:
    """The last runs, latest first."""
    return [_run(row) for row in await db.rows(LIST, limit=limit)]


async def bundle(db: Reader, id: int) -> Bundle | None:
    """What was read; None when it has come over already, or was given up."""
    row = await db.row(BUNDLE, id=id)
    return _bundle.decode(zlib.decompress(row[0])) if row and row[0] is not None else None


async def update_choices(
    tx: Writer, id: int, choices: ImportChoices, *, asked: bool, total: int, report: ImportReport | None, now: int
) -> bool:
    """Write what is wanted of a run, and whether it is asked for now; False when it was asked for before."""
    return bool(
        await tx.run(
            UPDATE_CHOICES,
            id=id,
            choices=msgspec.json.encode(choices).decode(),
            state="asked" if asked else "read",
            total=total,
            report=_report_text(report),
            now=now,
        )
    )


async def update_progress(tx: Writer, id: int, *, done: int, total: int, now: int) -> None:
    """Write how far a run is."""
    await tx.run(UPDATE_PROGRESS, id=id, done=done, total=total, now=now)


async def end(tx: Writer, id: int, *, report: ImportReport | None, fault: str, now: int) -> None:
    """Write how a run ended; what was read goes."""
    state = "failed" if fault else "done"
    await tx.run(END, id=id, state=state, report=_report_text(report), fault=fault, now=now)


async def delete(tx: Writer, id: int) -> int:
    """Remove a run that is not at work."""
    return await tx.run(DELETE, id=id)


async def forget_unasked(tx: Writer, *, before: int) -> int:
    """Remove what was read before an instant and never asked for."""
    return await tx.run(FORGET_UNASKED, before=before)


async def forget_guest(tx: Writer, addresses: frozenset[str]) -> None:
    """Take a guest out of what was read and of what is said of it: files that name them go, unless one is at work.

    Reports name nobody's bookings any more, for a name alone does not tell whose it is.
    """
    for row in await tx.rows(LIST_WITH_BUNDLES):
        if row[1] == "read" and row[2] is not None and _names(_bundle.decode(zlib.decompress(row[2])), addresses):
            await delete(tx, row[0])
        else:
            await _forget_names(tx, row[0], row[3])


async def forget_names(tx: Writer, *, before: int) -> None:
    """Leave no guest's name in the reports of runs that ended before an instant."""
    for row in await tx.rows(LIST_ENDED, before=before):
        await _forget_names(tx, row[0], row[1])


async def _forget_names(tx: Writer, id: int, report: str) -> None:
    left = _report_text(without_guests(_report.decode(report))) if report else ""
    if left != report:
        await tx.run(UPDATE_REPORT, id=id, report=left)


def _names(bundle: Bundle, addresses: frozenset[str]) -> bool:
    return any(
        email in addresses
        for booking in bundle.bookings
        for email in (booking.guest.email, *(one.email for one in booking.companions))
    )


async def remember(tx: Writer, source: Source, noun: ImportNoun, key: str, row_id: int, *, now: int) -> None:
    """Note that a row stands for a thing from elsewhere."""
    await tx.run(REMEMBER, name_hash=_hash(source, noun, key), noun=noun, row_id=row_id, now=now)


async def remembered(db: Reader, source: Source, noun: ImportNoun, key: str) -> int | None:
    """The row that stands for a thing from elsewhere."""
    row = await db.row(REMEMBERED, name_hash=_hash(source, noun, key))
    return int(row[0]) if row else None


def _hash(source: Source, noun: ImportNoun, key: str) -> bytes:
    return hashlib.sha256("\0".join((source, noun, key)).encode()).digest()


def _report_text(report: ImportReport | None) -> str:
    return msgspec.json.encode(report).decode() if report is not None else ""


def _run(row: Row) -> ImportRun:
    return ImportRun(
        id=row[0],
        source=row[1],
        name=row[2],
        state=row[3],
        choices=_choices.decode(row[4]),
        report=_report.decode(row[5]) if row[5] else None,
        done=row[6],
        total=row[7],
        fault=row[8],
        account_id=row[9],
        created_at=row[10],
        updated_at=row[11],
    )
