"""`make prove-deb`: install, use, kill, hang, seal, upgrade, remove and purge the package on a booted Debian."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from bundle import trees
from bundle.__main__ import LOCK, WHEELS
from deb import build
from deb.prove import roots, sights
from deb.prove.machine import Machine

TOOLS = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "dh": "debhelper",
    "nsenter": "util-linux",
}
NEXT = "+next"


def main() -> None:
    """Prove it on each release that is named, on Debian 12 otherwise; exit 1 when something was not as promised."""
    if os.geteuid() != 0:
        sys.exit("Only root can boot a Debian in a folder.")
    install_tools()
    work = Path(tempfile.mkdtemp(prefix="cally-prove-deb-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        old, new = packages(work)
        seen = [prove(suite, work, old, new) for suite in sys.argv[1:] or ["bookworm"]]
    finally:
        shutil.rmtree(work)
    sys.exit(0 if all(seen) else 1)


def install_tools() -> None:
    """Bring what is needed to boot a root, where it is missing."""
    missing = [package for program, package in TOOLS.items() if shutil.which(program) is None]
    if missing:
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=True)


def packages(work: Path) -> tuple[Path, Path]:
    """This version, and a later one with a change in its program."""
    print("Building this version and the next …", flush=True)
    made = trees.bundle(LOCK, WHEELS)
    version = made.facts.version
    old = build.build(made, "amd64", version, work, quick=True)
    common = made.trees[trees.COMMON]
    common["cally/__init__.py"] = common["cally/__init__.py"].replace(version.encode(), (version + NEXT).encode())
    return old, build.build(made, "amd64", version + NEXT, work, quick=True)


def prove(suite: str, work: Path, old: Path, new: Path) -> bool:
    """Everything, on one release; whether all of it was as promised."""
    root = roots.unpacked(suite, work / suite)
    shutil.copy(old, root / "root" / "old.deb")
    shutil.copy(new, root / "root" / "new.deb")
    shutil.copy(Path(__file__).with_name("probe.py"), root / "root" / "probe.py")
    print(f"\nDebian {suite}", flush=True)
    with Machine(root) as machine:
        return sights.look(machine, NEXT)


if __name__ == "__main__":
    main()
