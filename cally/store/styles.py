"""The SQL of custom styles: a host's, or the instance's, which belongs to nobody."""

import hashlib

from cally.model.ids import new_id
from cally.store.driver import Reader, Writer

DELETE = """
DELETE FROM custom_style
WHERE host_id IS :host_id
"""
INSERT = """
INSERT INTO custom_style (id, host_id, source, css, hash, updated_at)
VALUES (:id, :host_id, :source, :css, :hash, :now)
"""
SOURCE = """
SELECT source
FROM custom_style
WHERE host_id IS :host_id
"""
HASH = """
SELECT hash
FROM custom_style
WHERE host_id IS :host_id
  AND css <> ''
"""
CSS = """
SELECT css
FROM custom_style
WHERE hash = :hash
LIMIT 1
"""


async def replace(tx: Writer, host_id: int | None, *, source: str, css: str, now: int) -> None:
    """Keep another style; an empty source takes it away."""
    await tx.run(DELETE, host_id=host_id)
    if source:
        name = hashlib.sha256(css.encode()).hexdigest()[:32]
        await tx.run(INSERT, id=new_id(now), host_id=host_id, source=source, css=css, hash=name, now=now)


async def source(db: Reader, host_id: int | None) -> str:
    """The style as it was typed."""
    row = await db.row(SOURCE, host_id=host_id)
    return row[0] if row else ""


async def name_of(db: Reader, host_id: int | None) -> str:
    """The name under which a style is served; empty when there is none."""
    row = await db.row(HASH, host_id=host_id)
    return row[0] if row else ""


async def css(db: Reader, hash: str) -> str | None:
    """The style of that name."""
    row = await db.row(CSS, hash=hash)
    return row[0] if row else None
