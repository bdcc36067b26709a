"""The audit log as a file."""

import csv
import io

import pytest

from cally.model.accounts import Actor
from cally.model.audit import AuditFilter
from cally.ops.audit_export import export
from cally.store import Store, audit
from tests.cast import NOW
from tests.hostile import FORMULAS


@pytest.mark.parametrize("start", FORMULAS)
async def test_no_cell_is_a_formula(store: Store, start: str):
    """Whatever a guest could bring in: a spreadsheet shows it and does not run it."""
    evil = f"{start}HYPERLINK(1)"
    async with store.write() as tx:
        await audit.insert(tx, now=NOW, actor=Actor(kind="guest", address=evil), tag="guest:x:y", subject=evil)
    text = "".join([piece async for piece in export(store.reader, "csv", AuditFilter())])
    (row,) = list(csv.DictReader(io.StringIO(text, newline="")))
    assert (row["address"], row["subject"]) == (f"'{evil}", f"'{evil}")
    assert not [cell for cell in row.values() if cell.startswith(FORMULAS)]


async def test_a_filter_counts_for_the_file_too(store: Store):
    """Only what was asked for."""
    async with store.write() as tx:
        for subject in ("a", "b"):
            await audit.insert(tx, now=NOW, actor=Actor(kind="cli"), tag="cli:x:y", subject=subject)
    text = "".join([piece async for piece in export(store.reader, "jsonl", AuditFilter(subject="b"))])
    assert len(text.splitlines()) == 1
    assert '"b"' in text
