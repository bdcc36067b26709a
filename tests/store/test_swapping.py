"""One database in the place of another: whatever step a crash comes at, there is the old one or the new one, whole."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cally.errors import CallyError
from cally.store import open_store, sqlite, swapping
from tests.conftest import KEY

PUT = "INSERT INTO setting (name, value) VALUES ('which', :which)"
GET = "SELECT value FROM setting WHERE name = 'which'"
STEPS = ("rename", "replace", "link", "unlink", "fsync")


class Crashed(BaseException):
    """The machine has no power."""


class Power:
    """Cuts the power before the n-th change of names, or sync, of this test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = -1
        self.steps = 0
        for name in STEPS:
            self._watch(monkeypatch, name)

    def _watch(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        real = getattr(os, name)

        def step(*args: object, **more: object) -> object:
            if self.left >= 0:
                self.steps += 1
                if self.left == 0:
                    raise Crashed
                self.left -= 1
            return real(*args, **more)

        monkeypatch.setattr(os, name, step)


@pytest.fixture
def power(monkeypatch: pytest.MonkeyPatch) -> Iterator[Power]:
    found = Power(monkeypatch)
    yield found
    found.left = -1


def database(path: Path, which: str, new: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    shutil.copy(new, path)
    connection = sqlite.connect(path, KEY)
    connection.execute(PUT, {"which": which})
    connection.close()
    return path


def with_log(path: Path, which: str) -> None:
    """As a killed process leaves it: the last change is in the log alone."""
    connection = sqlite.connect(path, KEY)
    connection.execute("UPDATE setting SET value = :which WHERE name = 'which'", {"which": which})
    for end in ("", "-wal"):
        shutil.copy(path.with_name(path.name + end), path.parent / f"kept{end}")
    connection.close()
    for end in ("", "-wal"):
        (path.parent / f"kept{end}").replace(path.with_name(path.name + end))


def inside(path: Path) -> str:
    connection = sqlite.connect(path, KEY)
    try:
        assert connection.execute("PRAGMA integrity_check").get == "ok"
        return str(connection.execute(GET).get)
    finally:
        connection.close()


async def after_restart(path: Path) -> str:
    store = open_store(path, KEY)
    row = await store.reader.row(GET)
    await store.close()
    assert row is not None
    return str(row[0])


async def test_the_replaced_one_stays(tmp_path: Path, new_database: Path):
    """Under a name that says when; what lay in its log alone is still to be had with it."""
    path, ready = (
        database(tmp_path / "cally.db", "old", new_database),
        database(tmp_path / "r" / "x", "new", new_database),
    )
    with_log(path, "newest of the old")
    replaced = swapping.swap_in(path, ready, stamp="1")
    assert replaced == tmp_path / "cally.db.replaced-1"
    assert inside(path) == "new"
    assert inside(replaced) == "newest of the old"
    assert not ready.exists()


async def test_a_crash_at_any_step_leaves_one_of_the_two_whole(tmp_path: Path, new_database: Path, power: Power):
    """Whoever opens the database next finds the old one or finishes the swap; the replaced one is never lost."""
    seen = []
    for number in range(60):
        folder = tmp_path / str(number)
        path = database(folder / "cally.db", "old", new_database)
        ready = database(folder / "r" / "x", "new", new_database)
        with_log(path, "newest of the old")
        power.left, power.steps = number, 0
        try:
            swapping.swap_in(path, ready, stamp="1")
            ended = True
        except Crashed:
            ended = False
        power.left = -1
        assert path.exists()
        found = await after_restart(path)
        seen.append(found)
        if found == "new":
            assert inside(folder / "cally.db.replaced-1") == "newest of the old"
        else:
            assert found == "newest of the old"
        if ended:
            break
    assert ended
    assert len(seen) >= 7
    assert seen == sorted(seen, key=lambda one: one == "new")
    assert {"new", "newest of the old"} == set(seen)


async def test_a_crash_while_it_is_finished_is_finished_the_next_time(tmp_path: Path, new_database: Path, power: Power):
    """Two power cuts, one after the other."""
    for number in range(1, 9):
        folder = tmp_path / str(number)
        path = database(folder / "cally.db", "old", new_database)
        database(folder / "cally.db.restoring-1", "new", new_database)
        with_log(path, "newest of the old")
        for cut in (number, 1, 2):
            power.left = cut
            with contextlib.suppress(Crashed):
                swapping.finish_swap(path)
            power.left = -1
        assert await after_restart(path) == "new"
        assert inside(folder / "cally.db.replaced-1") == "newest of the old"


async def test_where_there_was_none_nothing_is_replaced(tmp_path: Path, new_database: Path):
    """On a new machine."""
    ready = database(tmp_path / "r" / "x", "new", new_database)
    assert swapping.swap_in(tmp_path / "cally.db", ready, stamp="1") is None
    assert inside(tmp_path / "cally.db") == "new"


async def test_a_file_system_without_links_will_do(tmp_path: Path, new_database: Path, monkeypatch: pytest.MonkeyPatch):
    """Then the old one is renamed; a crash in between is finished by the next who opens it."""

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    path, ready = (
        database(tmp_path / "cally.db", "old", new_database),
        database(tmp_path / "r" / "x", "new", new_database),
    )
    replaced = swapping.swap_in(path, ready, stamp="1")
    assert replaced is not None
    assert (inside(path), inside(replaced)) == ("new", "old")


def test_what_cannot_be_written_is_said(tmp_path: Path):
    """In words, and the database is as it was."""
    with pytest.raises(CallyError) as refused:
        swapping.swap_in(tmp_path / "cally.db", tmp_path / "missing", stamp="1")
    assert refused.value.code == "storage_failed"
