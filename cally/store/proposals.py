"""The SQL of proposals: times that a host would rather have than the one a guest asked for."""

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO proposed_time (booking_id, sequence, starts_at, host_id, proposed_at)
VALUES (:booking_id, :sequence, :starts_at, :host_id, :now)
"""
LIST_OF = """
SELECT starts_at
FROM proposed_time
WHERE booking_id = :booking_id
  AND sequence = :sequence
ORDER BY starts_at
"""


async def insert(tx: Writer, *, booking_id: int, sequence: int, starts_at: int, host_id: int, now: int) -> None:
    """Keep one proposed time of a request."""
    await tx.run(INSERT, booking_id=booking_id, sequence=sequence, starts_at=starts_at, host_id=host_id, now=now)


async def list_of(db: Reader, *, booking_id: int, sequence: int) -> tuple[int, ...]:
    """The starts that were proposed for a request as it was at that sequence, in order."""
    return tuple(row[0] for row in await db.rows(LIST_OF, booking_id=booking_id, sequence=sequence))
