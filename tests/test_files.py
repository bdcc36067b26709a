"""Files that are put somewhere are whole or not there."""

import os
from pathlib import Path

import pytest

from cally import files


def test_a_file_is_put_for_its_owner_alone_and_replaces_the_one_before(tmp_path: Path) -> None:
    """Nothing else stays beside it."""
    place = tmp_path / "kept"
    files.put(place, b"earlier")
    files.put(place, b"later")
    assert place.read_bytes() == b"later"
    assert place.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["kept"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    """Whoever may write into the folder cannot make root write elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"untouched")
    place = tmp_path / "kept"
    place.symlink_to(elsewhere)
    (tmp_path / f".kept.{os.getpid()}.part").symlink_to(elsewhere)
    files.put(place, b"new")
    assert elsewhere.read_bytes() == b"untouched"
    assert place.read_bytes() == b"new"
    assert not place.is_symlink()


def test_what_cannot_be_put_on_the_disk_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that refuses is told, and nothing half stays."""
    place = tmp_path / "kept"
    files.put(place, b"earlier")

    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Input/output"):
        files.put(place, b"later")
    assert place.read_bytes() == b"earlier"
    assert [one.name for one in tmp_path.iterdir()] == ["kept"]
