"""The SQL of how the machine was: rows of figures, for minutes and for hours."""

import msgspec

from cally.model.samples import Figure, Point, Sample, SampleKind
from cally.store.driver import Reader, Row, Writer

PUT = """
INSERT OR REPLACE INTO system_sample (kind, at, seconds, figures, latency)
VALUES (:kind, :at, :seconds, :figures, :latency)
"""
LIST = """
SELECT at, seconds, figures, latency
FROM system_sample
WHERE kind = :kind
  AND at > :since
  AND at <= :until
ORDER BY at
"""
POINTS = """
SELECT at, seconds, json_extract(figures, '$.' || :name || '[0]'), json_extract(figures, '$.' || :name || '[1]')
FROM system_sample
WHERE kind = :kind
  AND at > :since
  AND at <= :until
  AND json_type(figures, '$.' || :name) IS NOT NULL
ORDER BY at
"""
LAST = """
SELECT MAX(at)
FROM system_sample
WHERE kind = :kind
  AND at <= :until
"""
DELETE = """
DELETE FROM system_sample
WHERE kind = :kind
  AND at < :before
"""


async def put(tx: Writer, kind: SampleKind, sample: Sample) -> None:
    """Keep a row, in the place of an earlier one of the same instant."""
    await tx.run(
        PUT,
        kind=kind,
        at=sample.at,
        seconds=sample.seconds,
        figures=msgspec.json.encode(sample.figures).decode(),
        latency=msgspec.json.encode(sample.latency).decode(),
    )


async def list_between(db: Reader, kind: SampleKind, since: int, until: int) -> list[Sample]:
    """Rows that ended after `since`, up to `until`, oldest first."""
    return [_sample(row) for row in await db.rows(LIST, kind=kind, since=since, until=until)]


async def points(db: Reader, kind: SampleKind, name: str, since: int, until: int) -> list[Point]:
    """One figure of each row that has it, oldest first."""
    return [Point(*row) for row in await db.rows(POINTS, kind=kind, name=name, since=since, until=until)]


async def last_at(db: Reader, kind: SampleKind, until: int) -> int | None:
    """When the newest row ended, of those up to an instant."""
    row = await db.row(LAST, kind=kind, until=until)
    return row[0] if row else None


async def delete_before(tx: Writer, kind: SampleKind, before: int) -> int:
    """Remove what is older; how many rows."""
    return await tx.run(DELETE, kind=kind, before=before)


def _sample(row: Row) -> Sample:
    return Sample(
        at=row[0],
        seconds=row[1],
        figures=msgspec.json.decode(row[2], type=dict[str, Figure]),
        latency=msgspec.json.decode(row[3], type=dict[int, int]),
    )
