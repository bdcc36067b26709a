"""Which release of the zone rules is in use, whatever copy of them Python finds."""

import zoneinfo
from pathlib import Path

import pytest

from cally.model.zones import tzdata_version, tzdata_version_on_disk
from tests.zone_files import ZoneFiles, start_with

pytestmark = pytest.mark.rule(9)


@pytest.fixture
def files(tmp_path: Path) -> ZoneFiles:
    return ZoneFiles(tmp_path / "zones", "2026b")


def test_the_systems_copy_says_its_release(files: ZoneFiles):
    """In the first line of tzdata.zi."""
    with files.in_use():
        assert (tzdata_version(), tzdata_version_on_disk()) == ("2026b", "2026b")


def test_the_bsds_say_it_in_a_file_of_its_own(files: ZoneFiles):
    """`+VERSION`, as macOS has it."""
    (files.folder / "tzdata.zi").unlink()
    (files.folder / "+VERSION").write_text("2026c\n", encoding="ascii")
    with files.in_use():
        assert tzdata_version() == "2026c"


def test_a_copy_that_does_not_say_it_is_named_by_what_it_is(files: ZoneFiles):
    """Other rules, another name; the same rules, the same name."""
    (files.folder / "tzdata.zi").unlink()
    names = []
    for rule in ("EET-2", "EET-2", "EET-3"):
        files.zone("Europe/Kyiv", rule)
        with files.in_use():
            names.append(tzdata_version())
            assert tzdata_version_on_disk() is None
    assert names[0].startswith("system-")
    assert [names[0] == names[1], names[0] == names[2]] == [True, False]


def test_without_a_copy_the_package_says_it():
    """Containers often have none."""
    known = zoneinfo.TZPATH
    start_with(())
    try:
        assert tzdata_version() == tzdata_version_on_disk()
        assert tzdata_version()[:2] == "20"
    finally:
        start_with(known)


def test_what_was_read_stays_while_the_disk_goes_on(files: ZoneFiles):
    """A process keeps the rules that it began with."""
    with files.in_use():
        began_with = tzdata_version()
        (files.folder / "tzdata.zi").write_text("# version 2026d\n", encoding="utf-8")
        assert (tzdata_version(), tzdata_version_on_disk()) == (began_with, "2026d")
