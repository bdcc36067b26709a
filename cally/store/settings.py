"""The SQL of what an admin changes in the browser: one text per name, or one sealed secret."""

from cally.store.driver import Reader, Writer

VALUE = """
SELECT value
FROM setting
WHERE name = :name
"""
SEALED = """
SELECT sealed
FROM setting
WHERE name = :name
"""
INSERT = """
INSERT INTO setting (name, value, sealed)
VALUES (:name, :value, :sealed)
"""
DELETE = """
DELETE FROM setting
WHERE name = :name
"""


async def value(db: Reader, name: str) -> str | None:
    """The text kept under this name; None when there is none, or when it is a sealed secret."""
    row = await db.row(VALUE, name=name)
    return row[0] if row else None


async def sealed(db: Reader, name: str) -> bytes | None:
    """The secret kept under this name, as `Vault.seal` made it."""
    row = await db.row(SEALED, name=name)
    return row[0] if row else None


async def put(tx: Writer, name: str, value: str) -> None:
    """Keep a text under this name, instead of whatever was there."""
    await tx.run(DELETE, name=name)
    await tx.run(INSERT, name=name, value=value, sealed=None)


async def put_sealed(tx: Writer, name: str, sealed: bytes) -> None:
    """Keep a secret, sealed with `table="setting"`, row 0 and the name as column, instead of whatever was there."""
    await tx.run(DELETE, name=name)
    await tx.run(INSERT, name=name, value=None, sealed=sealed)


async def delete(tx: Writer, name: str) -> int:
    """Go back to the default; how many values were removed."""
    return await tx.run(DELETE, name=name)
