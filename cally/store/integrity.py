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


async def faults(db: Reader) -> list[str]:
    """What is wrong with the file, in words; empty when nothing is. Reads the whole file."""
    pages = [row[0] for row in await db.rows(PAGES) if row[0] != "ok"]
    return pages + [f"{row[0]} {row[1]} refers to a missing {row[2]}" for row in await db.rows(REFERENCES)]
