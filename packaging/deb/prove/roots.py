"""Debian in a folder: made once by debootstrap from this machine's own mirror, unpacked for each proof."""

import shutil
import subprocess
from pathlib import Path

from bundle import product

KEPT = product.ROOT / "build" / "roots"
PACKAGES = "systemd,systemd-sysv,python3,ca-certificates"


def unpacked(suite: str, folder: Path) -> Path:
    """A fresh root of that release in the folder."""
    archive = KEPT / f"{suite}.tar"
    if not archive.exists():
        _make(suite, archive)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run("tar", "--extract", "--numeric-owner", "--xattrs", f"--file={archive}", f"--directory={folder}")
    return folder


def mirror() -> str:
    """Where this machine's own packages come from."""
    listed = _run("apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages")
    found = [line.partition("|")[2] for line in listed.splitlines() if line.startswith("Debian|")]
    if not found:
        raise SystemExit("This machine's apt knows no mirror of Debian, so that no root can be made.")
    return found[0]


def _make(suite: str, archive: Path) -> None:
    print(f"Making a root of Debian {suite} …", flush=True)
    making = archive.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(making), mirror())
    shutil.rmtree(making / "var" / "cache" / "apt" / "archives")
    part = archive.with_suffix(".part")
    _run("tar", "--create", "--numeric-owner", "--xattrs", f"--file={part}", f"--directory={making}", ".")
    part.rename(archive)
    shutil.rmtree(making)


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{words[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout
