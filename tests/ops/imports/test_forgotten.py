"""Guests who are named by what was read, or by what is said of it, go from there as from everywhere (rule 81)."""

from pathlib import Path

import msgspec
import pytest

from cally.bookings.erasing import erase_guest
from cally.model.imports import ImportChoices
from cally.ops.imports import keeping
from cally.store import Store, imports
from cally.store.erased_file import ErasedFile
from cally.vault import Vault
from tests.cast import DAY, NOW
from tests.ops.imports.read import OPEN, OPERATOR, dumped

pytestmark = pytest.mark.rule(81)


async def named(store: Store) -> bool:
    """Whether the dump's first guest is to be found in what imports keep."""
    for run in await imports.list_latest(store.reader):
        bundle = await imports.bundle(store.reader, run.id)
        kept = msgspec.json.encode([run.report, bundle]).decode()
        if "guest0@example.org" in kept or "Guest 0" in kept:
            return True
    return False


async def read_in(store: Store, vault: Vault, choices: ImportChoices = OPEN) -> int:
    """A dump in which the first guest overlaps another, as an admin hands it over."""
    _, found = dumped(7)
    first = next(one for one in found.bookings if one.guest.email == "guest0@example.org")
    twice = msgspec.structs.replace(first, key="another")
    found = msgspec.structs.replace(found, bookings=(*found.bookings, twice))
    return await keeping.keep_read(store, vault, found, "dump.sql", choices, now=NOW, actor=OPERATOR)


async def erased(store: Store, vault: Vault, tmp_path: Path) -> None:
    await erase_guest(
        store, vault, ErasedFile(tmp_path), "guest0@example.org", mail=False, now=NOW + 60, actor=OPERATOR
    )


async def test_what_was_read_and_names_a_guest_goes_with_them(store: Store, vault: Vault, tmp_path: Path):
    """It can be read anew; then they do not come back."""
    await read_in(store, vault)
    assert await named(store)
    await erased(store, vault, tmp_path)
    assert await imports.list_latest(store.reader) == []


async def test_what_is_said_of_an_import_that_is_over_names_them_no_more(store: Store, vault: Vault, tmp_path: Path):
    """That something was left out, and when it was, stays."""
    run = await read_in(store, vault)
    await keeping.ask(store, vault, run, now=NOW, actor=OPERATOR)
    await keeping.work_off(store, vault, run, now=NOW)
    assert await named(store)
    await erased(store, vault, tmp_path)
    assert not await named(store)
    report = (await keeping.run_by_id(store.reader, run)).report
    assert report is not None
    assert [one.name[-4:] for one in report.notes if one.sentence.startswith("It overlaps")] == [" UTC"]


async def test_after_a_week_no_report_names_guests(store: Store, vault: Vault):
    """For nobody remembers then where they came from."""
    run = await read_in(store, vault)
    await keeping.ask(store, vault, run, now=NOW, actor=OPERATOR)
    await keeping.work_off(store, vault, run, now=NOW)
    await keeping.sweep_imports(store, NOW + 6 * DAY)
    assert await named(store)
    await keeping.sweep_imports(store, NOW + 8 * DAY)
    assert not await named(store)
