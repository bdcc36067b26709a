"""The builders: the lock is followed, what is left out is left out, and the same files give the same bytes."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bundle import leaving_out, product, trees, wheels
from bundle.__main__ import LOCK
from bundle.machines import MACHINES, Machine
from pyz import building
from tests.packaging.conftest import ROOT, Build, tiny

AGAIN = """
import os, sys
sys.path[:0] = {paths!r}
from pathlib import Path
from pyz import building
from tests.packaging.conftest import tiny
os.umask({umask})
building.build(tiny({{"a": b"1"}}), b"{{}}", Path(sys.argv[1]), Path(sys.argv[1]).parent / "parts")
"""


def test_two_builds_are_the_same_bit_by_bit(tmp_path: Path):
    """In other folders, time zones and languages, with another umask and another seed for hashes."""
    sums = set()
    for number, (tz, language, umask) in enumerate([("UTC", "C", 0o022), ("Asia/Kathmandu", "tr_TR.UTF-8", 0o077)]):
        to = tmp_path / f"folder-{number}" / "cally.pyz"
        environ = {**os.environ, "TZ": tz, "LANG": language, "LC_ALL": language, "PYTHONHASHSEED": str(number)}
        code = AGAIN.format(paths=[str(ROOT), str(ROOT / "packaging")], umask=umask)
        subprocess.run([sys.executable, "-c", code, str(to)], env=environ, cwd=tmp_path, check=True)
        sums.add(hashlib.sha256(to.read_bytes()).hexdigest())
        assert to.stat().st_mode & 0o777 == 0o755
    assert len(sums) == 1


def test_the_file_begins_as_a_program_and_is_a_zip_with_its_bill(build: Build):
    """What it is made of can be read without running it."""
    file = build()
    assert file.read_bytes().startswith(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(file) as packed:
        assert {"__main__.py", "sbom.json", "common.tar.xz", "cally.tar.xz", "aarch64.tar.xz"} < {*packed.namelist()}
        assert {entry.date_time[0] for entry in packed.infolist()} == {2026}


def test_the_lock_is_read_whole():
    """Every entry with its hashes; what is for other systems is told apart."""
    found = {entry.name: entry for entry in wheels.locked(LOCK)}
    assert len(found) > 60
    assert all(entry.hashes for entry in found.values())
    assert not found["colorama"].is_for(MACHINES[0])
    assert found["granian"].is_for(MACHINES[0])


def test_the_best_wheel_of_the_lock_is_chosen(tmp_path: Path):
    """Another version, Python or architecture, and a file that the lock does not know, are passed over."""
    best = "thing-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"
    others = ("thing-1.0-cp38-abi3-manylinux_2_17_x86_64.whl", "thing-1.0-cp312-cp312-manylinux_2_28_aarch64.whl")
    newer, pure = "thing-1.0-cp312-cp312-manylinux_2_34_x86_64.whl", "thing-1.0-py3-none-any.whl"
    for name in (best, *others, newer, pure):
        (tmp_path / name).write_bytes(name.encode())
    lock = tmp_path / "lock"
    hashes = [hashlib.sha256(name.encode()).hexdigest() for name in (best, *others, newer)]
    lock.write_text("thing==1.0 \\\n" + " \\\n".join(f"    --hash=sha256:{one}" for one in hashes) + "\n")
    machine = Machine((3, 12), "x86_64")
    assert [wheel.path.name for wheel in wheels.chosen(lock, tmp_path, machine)] == [best]
    (tmp_path / best).write_bytes(b"something else")
    assert [wheel.path.name for wheel in wheels.chosen(lock, tmp_path, machine)] == [others[0]]


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("apsw/tests/__main__.py", True),
        ("jinja2/tests.py", False),
        ("faker/providers/__init__.py", True),
        ("babel/locale-data/de.dat", False),
        ("holidays/locale/de/LC_MESSAGES/AT.mo", False),
        ("_cffi_backend.cpython-311-x86_64-linux-gnu.so", False),
        ("PIL/_webp.cpython-311-x86_64-linux-gnu.so", False),
        ("PIL/_avif.cpython-311-x86_64-linux-gnu.so", True),
        ("click-8.5.1.dist-info/METADATA", False),
        ("click-8.5.1.dist-info/licenses/LICENSE.txt", False),
        ("click-8.5.1.dist-info/RECORD", True),
        ("msgspec/__init__.pyi", True),
    ],
)
def test_only_what_is_needed_at_run_time_goes_in(path: str, *, left_out: bool):
    """Dates in the reader's language need their data; licences stay with what they license."""
    assert (leaving_out.reason(path) is not None) is left_out


def test_the_package_goes_in_as_git_knows_it():
    """No caches, no tests; templates, styles and migrations."""
    found = product.files()
    assert {"cally/__main__.py", "cally/web/static/css/tokens.css"} < found.keys()
    assert not [path for path in found if "__pycache__" in path or not path.startswith("cally/")]


def test_every_byte_is_in_the_builds_id():
    """So are version, commit and the key that upgrades are trusted by."""
    made = tiny({"a": b"1"})
    key = made.facts._replace(release_key="RWQ")
    ids = {made.build_id, tiny({"a": b"2"}).build_id, tiny({"b": b"1"}).build_id, trees.identity(made.trees, key)}
    assert len(ids) == 4
    assert tiny({"a": b"1"}).build_id == made.build_id


def test_the_release_key_must_be_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Given as its line or as minisign's file; anything else stops the build."""
    key = base64.b64encode(b"Ed" + bytes(40)).decode()
    file = tmp_path / "release.pub"
    file.write_text(f"untrusted comment: minisign public key 0\n{key}\n")
    for given in (key, str(file)):
        monkeypatch.setenv("RELEASE_KEY", given)
        assert product.release_key() == key
    monkeypatch.setenv("RELEASE_KEY", "not a key")
    with pytest.raises(SystemExit, match="minisign public key"):
        product.release_key()


def test_the_room_it_takes_is_that_of_the_python_that_needs_most():
    """In blocks; what all share counts once."""
    files = {"a.py": b"1", "b.cpython-311-x86_64-linux-gnu.so": bytes(5_000), "b.cpython-312-x.so": bytes(9_000)}
    assert building.needed(files) == 4_096 + 12_288


def test_the_bootstrap_says_what_the_bundle_is_for(monkeypatch: pytest.MonkeyPatch, build: Build):
    """A Python that one of them does not know stops the build."""
    build()
    monkeypatch.setattr("pyz.boot.first.NEWEST", (3, 15))
    with pytest.raises(SystemExit, match="different Pythons"):
        build()


def test_the_build_facts_are_those_the_program_reads(monkeypatch: pytest.MonkeyPatch):
    """What the builder writes, `cally/build.py` understands."""
    import msgspec  # noqa: PLC0415 - as above

    from cally import build as of_cally  # noqa: PLC0415 - a name that the fixtures have too

    facts = product.Facts("0.1.0", "c0ffee+", None, 0)
    read = msgspec.json.decode(trees._described(facts, "ab" * 32), type=of_cally.Build)
    assert (read.id, read.short_commit, read.from_source) == ("ab" * 32, "c0ffee+", False)
    assert json.loads(trees._described(facts, "x"))["release_key"] is None
