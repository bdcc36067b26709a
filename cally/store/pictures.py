"""The SQL of pictures: the faces of hosts, and the logo of the instance, which belongs to nobody."""

import hashlib

from cally.model.ids import new_id
from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO picture (id, host_id, size, hash, body, created_at)
VALUES (:id, :host_id, :size, :hash, :body, :now)
"""
DELETE = """
DELETE FROM picture
WHERE host_id IS :host_id
"""
BODY = """
SELECT body
FROM picture
WHERE hash = :hash
LIMIT 1
"""
HASH = """
SELECT hash
FROM picture
WHERE host_id IS :host_id
  AND size = :size
"""


async def replace(tx: Writer, host_id: int | None, files: dict[int, bytes], *, now: int) -> None:
    """Keep these files, by their sizes, instead of those before; none takes the picture away."""
    await tx.run(DELETE, host_id=host_id)
    for size, body in files.items():
        name = hashlib.sha256(body).hexdigest()[:32]
        await tx.run(INSERT, id=new_id(now), host_id=host_id, size=size, hash=name, body=body, now=now)


async def body(db: Reader, hash: str) -> bytes | None:
    """The file of that name."""
    row = await db.row(BODY, hash=hash)
    return bytes(row[0]) if row else None


async def name_of(db: Reader, host_id: int | None, *, size: int) -> str:
    """The name of a host's picture, or with None of the logo, at a size; empty when there is none."""
    row = await db.row(HASH, host_id=host_id, size=size)
    return row[0] if row else ""
