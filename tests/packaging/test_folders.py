"""Where the one file unpacks itself, and where it refuses to."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from pyz import building
from pyz.boot import first, folders, machine, unpacking
from pyz.boot.machine import UnfitError
from tests.packaging.conftest import Build, Start

ROOT = os.geteuid() == 0
TEMPORARY = f"{folders.TEMPORARY}/cally"
WRONG = [("pypy", (3, 11, 4)), ("cpython", (3, 10, 13)), ("cpython", (3, 15, 0)), ("cpython", (3, 8, 1))]


def test_a_named_folder_is_the_only_one_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Cally's own variable wins over systemd's, which may name several."""
    monkeypatch.setenv("CACHE_DIRECTORY", f"{tmp_path}/one:{tmp_path}/two")
    assert [folder.path for folder in folders.candidates()] == [tmp_path / "one"]
    monkeypatch.setenv("CALLY_CACHE_DIR", f"{tmp_path}/mine")
    assert [folder.path for folder in folders.candidates()] == [tmp_path / "mine"]


def test_without_one_the_users_cache_is_tried_and_then_a_private_one(monkeypatch: pytest.MonkeyPatch):
    """Root's lies where those whose power a command takes on can read it."""
    for name in ("CALLY_CACHE_DIR", "CACHE_DIRECTORY", "XDG_CACHE_HOME", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setattr("os.geteuid", lambda: 1_000)
    assert [str(folder.path) for folder in folders.candidates()] == ["/home/ada/.cache/cally", f"{TEMPORARY}-1000"]
    monkeypatch.setenv("XDG_CACHE_HOME", "/srv/cache")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert [str(folder.path) for folder in folders.candidates()] == [
        "/var/cache/cally-root",
        "/srv/cache/cally",
        f"{TEMPORARY}-0",
    ]


def test_a_folder_that_others_may_write_to_is_refused(build: Build, start: Start, cache: Path):
    """They could put programs there; the sentence says what to type."""
    cache.mkdir()
    cache.chmod(0o777)
    ran = start(build())
    assert (ran.returncode, ran.stderr.splitlines()[-1].endswith(f"chmod go-w {cache}")) == (78, True)
    assert not list(cache.iterdir())


def test_an_unpacked_tree_is_not_run_from_a_folder_that_others_may_write_to(build: Build, start: Start, cache: Path):
    """The warm way asks as well."""
    file = build()
    assert start(file).returncode == 0
    cache.chmod(0o770)
    assert start(file).returncode == 78


def test_a_folder_below_one_that_others_may_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Unless it is sticky, like /tmp."""
    below = tmp_path / "open" / "cache"
    below.mkdir(parents=True)
    below.parent.chmod(0o777)
    assert "where others may write" in str(folders.refusal(below))
    below.parent.chmod(0o1777)
    assert folders.refusal(below) is None


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Mallory made it first."""
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    if ROOT:
        os.chown(tmp_path, 4_711, 4_711)
    assert "belongs to another user" in str(folders.refusal(tmp_path))


def test_a_folder_mounted_noexec_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Before thousands of files are unpacked for nothing."""
    monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(f_flag=os.ST_NOEXEC))
    assert "noexec. Set CALLY_CACHE_DIR" in str(folders.refusal(tmp_path))


def test_a_folder_that_cannot_be_made_is_said(build: Build, start: Start):
    """No stack trace."""
    ran = start(build(), CALLY_CACHE_DIR="/proc/nowhere/cache")
    assert ran.returncode == 78
    assert ran.stderr.startswith("The cache folder /proc/nowhere/cache cannot be made (")


def test_too_little_room_is_said_before_anything_is_written(
    build: Build, start: Start, cache: Path, monkeypatch: pytest.MonkeyPatch
):
    """How much it takes, and where."""
    monkeypatch.setattr(building, "needed", lambda _: 10**15)
    ran = start(build())
    assert ran.returncode == 78
    assert ran.stderr.startswith(f"The disk is full: Cally needs 3000000001 MB in {cache}.")
    assert {path.name for path in cache.iterdir()} == {"lock"}


def test_a_disk_that_fills_meanwhile_keeps_nothing_half(build: Build, cache: Path, monkeypatch: pytest.MonkeyPatch):
    """The error comes from the writing itself."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    import zipfile  # noqa: PLC0415 - here alone

    with zipfile.ZipFile(build()) as packed:
        said: dict[str, dict[str, tuple[str, int]]] = {}
        exec(packed.read("pyz/boot/facts.py"), said)  # noqa: S102 - our own, built a moment ago
    monkeypatch.setattr("pyz.boot.facts.PARTS", said["PARTS"])
    monkeypatch.setattr(unpacking, "_file", full)
    monkeypatch.setenv("CALLY_CACHE_DIR", str(cache))
    with pytest.raises(UnfitError, match="The disk is full"):
        unpacking.unpacked(build(), f"build-0-{machine.name()}")
    assert {path.name for path in cache.iterdir()} == {"lock"}


@pytest.mark.parametrize(
    ("name", "version"),
    [("pypy", (3, 11, 4)), ("cpython", (3, 10, 13)), ("cpython", (3, 15, 0)), ("cpython", (3, 8, 1))],
)
def test_what_is_no_python_of_ours_is_told(
    name: str, version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Which it is, and which it must be."""
    fake = SimpleNamespace(name=name)
    monkeypatch.setattr("sys.implementation", fake)
    monkeypatch.setattr("sys.version_info", version)
    with pytest.raises(SystemExit) as ended:
        first.main()
    monkeypatch.undo()
    assert ended.value.code == 78
    assert ".".join(map(str, version)) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("where", "what", "said"),
    [
        ("os.uname", lambda: SimpleNamespace(machine="riscv64", sysname="Linux"), "this is Linux on riscv64"),
        ("sys.platform", "darwin", "Cally needs Linux"),
        ("sys.maxsize", 2**31 - 1, "a Python of 32 bits"),
        ("sys.abiflags", "t", "ABI flags 't'"),
        ("os.confstr", lambda _: "glibc 2.27", "this system has 2.27"),
        ("os.confstr", lambda _: None, "another C library"),
    ],
)
def test_a_machine_that_the_bundle_has_nothing_for_is_told(
    where: str, what: object, said: str, monkeypatch: pytest.MonkeyPatch
):
    """One sentence, what is needed and what is there."""
    monkeypatch.setattr(where, what)
    with pytest.raises(UnfitError, match=said):
        machine.name()


def test_old_glibc_is_compared_as_numbers(monkeypatch: pytest.MonkeyPatch):
    """2.100 is newer than 2.28."""
    monkeypatch.setattr("os.confstr", lambda _: "glibc 2.100")
    assert machine.name().startswith("cp3")


@pytest.mark.skipif(not ROOT, reason="only root can start as somebody else")
def test_what_root_unpacks_can_be_read_by_whom_it_becomes(build: Build, start: Start, tmp_path: Path):
    """A command of root's gives its power up and goes on importing."""
    tree = Path(start(build()).stdout.split()[0])
    assert tree.parent.stat().st_mode & 0o777 == 0o755
    unpacked = [path for path in tree.rglob("*") if "__pycache__" not in path.parts]
    assert {path.stat().st_mode & 0o044 for path in unpacked} == {0o044}


def test_a_link_that_has_come_since_the_folder_was_chosen_is_refused(tmp_path: Path):
    """In /tmp, somebody else may have been quicker: what the link leads to would be theirs to choose at any moment."""
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "cally").symlink_to(tmp_path / "mine")
    assert folders.refusal(tmp_path / "mine") is None
    assert folders.refusal(tmp_path / "cally") == f"{tmp_path}/cally is not a folder. {folders.HINT}."
