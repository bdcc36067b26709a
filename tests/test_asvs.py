"""docs/asvs.md: every level 1 and 2 requirement of OWASP ASVS 5.0 has its row, and what a row names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEDGER = ROOT / "docs" / "asvs.md"
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| (test|document|reason|open) \| (.+) \|")
NAMED = re.compile(r"`([^`]+)`")
# how many requirements of level 1 and 2 each chapter has; chapter 17 is about WebRTC, which there is none of
COUNTS = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    9: 7,
    10: 29,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
}
LEAST_TESTED = 150


def rows() -> list[tuple[str, int, str, str]]:
    """`(id, level, kind, words)` of every row."""
    found = ROW.findall(LEDGER.read_text(encoding="utf-8"))
    return [(name, int(level), kind, words) for name, level, kind, words in found]


ROWS = rows()


def test_every_requirement_has_one_row():
    """None is missing, none is there twice."""
    names = [name for name, _, _, _ in ROWS]
    assert len(names) == len(set(names))
    counted = {chapter: sum(name.startswith(f"{chapter}.") for name in names) for chapter in COUNTS}
    assert counted == COUNTS


def test_most_are_shown_by_a_test():
    """At least 150 rows name tests."""
    assert sum(kind == "test" for _, _, kind, _ in ROWS) >= LEAST_TESTED


@pytest.mark.parametrize("row", [row for row in ROWS if row[2] in {"test", "document"}], ids=lambda row: row[0])
def test_what_a_row_names_is_there(row: tuple[str, int, str, str]):
    """Each test exists under its name, each document is a file."""
    _, _, kind, words = row
    named = NAMED.findall(words)
    assert named
    for name in named:
        path, _, function = name.partition("::")
        file = ROOT / "tests" / path if kind == "test" else ROOT / path
        assert file.is_file(), name
        if function:
            assert function in _functions(file), name


def _functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
