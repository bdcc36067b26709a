"""The SQL of soundness: is every page and every reference of the file as it should be?"""

from cally.store.driver import Reader

PAGES = """
SELECT integrity_check
FROM pragma_integrity_check
LIMIT 10
"""
REFERENCES = """
SELECT "table", rowid, parent
FROM pragma_foreign_key_check
LIMIT 10
"""
GUARDS = """
SELECT count(*)
FROM sqlite_schema
WHERE type = 'trigger'
  AND name LIKE 'occupancy_guard_%'
"""
GUARDS_WANTED = 2


async def faults(db: Reader) -> list[str]:
    """What is wrong with the file, in words; empty when nothing is. Reads the whole file."""
    pages = [row[0] for row in await db.rows(PAGES) if row[0] != "ok"]
    missing = [f"{row[0]} {row[1]} refers to a missing {row[2]}" for row in await db.rows(REFERENCES)]
    return pages + missing + await _guard(db)


async def _guard(db: Reader) -> list[str]:
    row = await db.row(GUARDS)
    stands = row is not None and row[0] == GUARDS_WANTED
    return [] if stands else ["the guard against double bookings is missing; restore the file from a backup"]
