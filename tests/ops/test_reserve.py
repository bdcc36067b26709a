"""Room that is kept back: made when there is much, given up when there is none, and nothing new is taken on before."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from cally.errors import CallyError
from cally.ops import reserve

MIB = 1024**2
Disk = Callable[[int], None]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk with so many free bytes."""

    def has(free: int) -> None:
        monkeypatch.setattr(reserve.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))

    return has


def test_it_is_made_where_there_is_room(tmp_path: Path, disk: Disk) -> None:
    """Its owner's alone, and its blocks are really taken."""
    disk(200 * MIB)
    reserve.look_after(tmp_path)
    found = (tmp_path / reserve.NAME).stat()
    assert found.st_size == reserve.RESERVE_BYTES
    assert found.st_blocks * 512 >= reserve.RESERVE_BYTES
    assert found.st_mode & 0o077 == 0


def test_it_is_given_up_when_the_disk_is_full_and_made_again(tmp_path: Path, disk: Disk) -> None:
    """Between the two it is left as it is, so that it does not come and go."""
    disk(200 * MIB)
    reserve.look_after(tmp_path)
    disk(20 * MIB)
    reserve.look_after(tmp_path)
    assert (tmp_path / reserve.NAME).exists()
    disk(0)
    reserve.look_after(tmp_path)
    assert not (tmp_path / reserve.NAME).exists()
    disk(40 * MIB)
    reserve.look_after(tmp_path)
    assert not (tmp_path / reserve.NAME).exists()
    disk(200 * MIB)
    reserve.look_after(tmp_path)
    assert (tmp_path / reserve.NAME).exists()


def test_nothing_new_is_taken_on_without_room(tmp_path: Path, disk: Disk) -> None:
    """Long before nothing at all can be written."""
    disk(33 * MIB)
    reserve.require_room(tmp_path)
    disk(31 * MIB)
    with pytest.raises(CallyError) as refused:
        reserve.require_room(tmp_path)
    assert refused.value.code == "storage_full"
