"""The schema as values: what the migrations make, read back from an empty database in memory."""

import apsw
import msgspec

from cally.store.migrate import migrate

TABLES = """
SELECT name
FROM sqlite_schema
WHERE type = 'table'
  AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
  AND name <> 'migration'
ORDER BY rowid
"""
COLUMNS = """
SELECT name, type, pk
FROM pragma_table_info(:table_name)
ORDER BY cid
"""
REFERENCES = """
SELECT "from", "table"
FROM pragma_foreign_key_list(:table_name)
"""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column; `references` is the table whose row it names, `key` says that it names this table's rows."""

    name: str
    type: str
    key: bool
    references: str | None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table with its columns, in their order."""

    name: str
    columns: tuple[Column, ...]


def tables() -> list[Table]:
    """Every table of this version, in the order in which they are made."""
    connection = apsw.Connection(":memory:")
    try:
        migrate(connection)
        names = [name for (name,) in connection.execute(TABLES)]
        return [Table(name=str(name), columns=_columns(connection, str(name))) for name in names]
    finally:
        connection.close()


def _columns(connection: apsw.Connection, table: str) -> tuple[Column, ...]:
    references = {str(column): str(other) for column, other in connection.execute(REFERENCES, {"table_name": table})}
    rows = connection.execute(COLUMNS, {"table_name": table})
    return tuple(
        Column(name=str(name), type=str(type_).lower(), key=bool(key), references=references.get(str(name)))
        for name, type_, key in rows
    )
