"""The SQL of what was asked for a guest's address, and of the fingerprints of addresses that were erased."""

from typing import Literal

import msgspec

from cally.store.driver import Reader, Writer

RequestKind = Literal["link", "erasure"]

INSERT = """
INSERT INTO guest_request (id, kind, address_sealed, created_at)
VALUES (:id, :kind, :address_sealed, :now)
"""
BY_ID = """
SELECT id, kind, address_sealed, created_at
FROM guest_request
WHERE id = :id
"""
COUNT = """
SELECT count(*)
FROM guest_request
WHERE kind = :kind
"""
DELETE = """
DELETE FROM guest_request
WHERE id = :id
"""
NOTE_ERASED = """
INSERT INTO erased_address (fingerprint, erased_at)
VALUES (:fingerprint, :now)
ON CONFLICT (fingerprint) DO UPDATE SET erased_at = :now
"""
ERASED = """
SELECT fingerprint, erased_at
FROM erased_address
ORDER BY erased_at
"""


class GuestRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is still to be done for an address: send it a link, or erase what is kept under it."""

    id: int
    kind: RequestKind
    address_sealed: bytes
    created_at: int


async def insert(tx: Writer, *, id: int, kind: RequestKind, address_sealed: bytes, now: int) -> None:
    """Store what was asked; the address is sealed for `guest_request`, this row, `address_sealed`."""
    await tx.run(INSERT, id=id, kind=kind, address_sealed=address_sealed, now=now)


async def by_id(db: Reader, id: int) -> GuestRequest | None:
    """The request of that row."""
    row = await db.row(BY_ID, id=id)
    return GuestRequest(id=row[0], kind=row[1], address_sealed=row[2], created_at=row[3]) if row else None


async def count(db: Reader, kind: RequestKind) -> int:
    """How many of a kind are not done yet."""
    row = await db.row(COUNT, kind=kind)
    return int(row[0]) if row else 0


async def delete(tx: Writer, id: int) -> None:
    """It is done."""
    await tx.run(DELETE, id=id)


async def note_erased(tx: Writer, fingerprint: bytes, *, now: int) -> None:
    """Remember that an address was erased, by its fingerprint alone."""
    await tx.run(NOTE_ERASED, fingerprint=fingerprint, now=now)


async def list_erased(db: Reader) -> list[tuple[bytes, int]]:
    """Every erasure: the address's fingerprint, and when."""
    return [(row[0], row[1]) for row in await db.rows(ERASED)]
