"""A plain SQL dump of PostgreSQL, read line by line: the rows of the COPY blocks that are wanted, and nothing else."""

import re
from collections.abc import Mapping
from typing import BinaryIO

from cally.errors import CallyError
from cally.ops.imports.rows import Row, Tables

COPY = re.compile(r'COPY (?:"?[\w$]+"?\.)?"?([\w$]+)"? \((.+)\) FROM stdin;\s*', re.ASCII)
INSERT = re.compile(r'(?:INSERT) INTO (?:"?[\w$]+"?\.)?"?([\w$]+)"? ', re.ASCII)
MOST_LINE = 8_000_000
MOST_ROWS = 2_000_000
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))", re.DOTALL)


def read_dump(file: BinaryIO, wanted: Mapping[str, frozenset[str]]) -> Tables:
    """The rows of the wanted tables, with the wanted columns alone; raises `invalid` naming the line at fault."""
    tables: Tables = {name: [] for name in wanted}
    number, inserted, rows = 0, "", 0
    table, columns = "", list[str]()
    while line := _line(file, number + 1):
        number += 1
        if not table:
            found = COPY.fullmatch(line)
            if found is not None:
                table, columns = found[1], [name.strip().strip('"') for name in found[2].split(",")]
            elif not inserted and (named := INSERT.match(line)) is not None:
                inserted = named[1] if named[1] in wanted else ""
            continue
        if line.rstrip("\n\r") == "\\.":
            table = ""
            continue
        if table not in wanted:
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise fault(f"Line {number}: there are more than {MOST_ROWS} rows; this is more than can be read.")
        tables[table].append(_row(table, columns, line.rstrip("\n\r"), number, wanted[table]))
    if table:
        raise fault(f"Line {number}: the file ends within the rows of “{table}”; it is not whole.")
    if inserted and not any(tables.values()):
        sentence = f"The rows of “{inserted}” stand in INSERT statements; make the dump without --inserts."
        raise fault(sentence)
    return tables


def fault(sentence: str) -> CallyError:
    """The file cannot be read at all."""
    return CallyError("invalid", sentence, field="file")


def _line(file: BinaryIO, number: int) -> str:
    raw = file.readline(MOST_LINE + 1)
    if len(raw) > MOST_LINE:
        raise fault(f"Line {number} is longer than {MOST_LINE // 1_000_000} MB; this is no dump that can be read.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise fault(f"Line {number} is not UTF-8; make the dump with --encoding=UTF8.") from None


def _row(table: str, columns: list[str], line: str, number: int, wanted: frozenset[str]) -> Row:
    cells = line.split("\t")
    if len(cells) != len(columns):
        sentence = (
            f"Line {number}: {len(cells)} values for the {len(columns)} columns of “{table}”; the file is damaged."
        )
        raise fault(sentence)
    values = {name: _value(cell) for name, cell in zip(columns, cells, strict=True) if name in wanted}
    return Row(table, f"line {number}", values)


def _value(cell: str) -> str | None:
    if cell == "\\N":
        return None
    return ESCAPE.sub(_unescaped, cell) if "\\" in cell else cell


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 8) & 0xFF)
    if found[2]:
        return chr(int(found[2], 16))
    return ESCAPES.get(found[3], found[3])
