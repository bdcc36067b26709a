"""`python -m pyz.prove [FILE]`: try the one file on bare systems, print what was seen; exit 1 if anything failed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from pyz.__main__ import FILE
from pyz.prove import booking, places, refusing, roots, service
from pyz.prove.places import Place

NEEDED = {
    "debootstrap": "debootstrap",
    "qemu-aarch64-static": "qemu-user-static",
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
}
ROOTS = (("bookworm", "x86_64"), ("trixie", "x86_64"), ("sid", "x86_64"), ("bookworm", "aarch64"))


def main() -> None:
    """Everything that can be had here; what cannot is said."""
    if os.geteuid() != 0:
        raise SystemExit("This makes roots and mounts: please run it as root.")
    file = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else FILE
    _install()
    print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="cally-proof-") as name:
        for python in places.interpreters():
            failed += _booked(places.of_interpreter(python, Path(name) / "booked", file))
        for suite, architecture in ROOTS:
            failed += _in_root(suite, architecture, file)
        for what, good, said in service.under_systemd(file, Path(name)):
            failed += _told(what, said, good=good)
        failed += _refused(places.of_interpreter(places.interpreters()[0], Path(name) / "refused", file))
    print("All as it must be." if not failed else f"{failed} FAILED", flush=True)
    raise SystemExit(1 if failed else 0)


def _booked(place: Place) -> int:
    try:
        seen = booking.seen(place)
    except SystemExit as error:
        print(f"FAILED  {error}", flush=True)
        return 1
    said = (
        f"Python {seen.python}, first start {seen.first_start:.1f} s ({seen.unpacked_mb:.0f} MB unpacked), then"
        f" {seen.next_start:.2f} s, first answer {seen.first_answer:.2f} s, booked {seen.booked},"
        f" the same time again {seen.again}, stopped with {seen.exit_code}"
    )
    return _told(place.name, said, good=seen.again == 409 and seen.exit_code == 0)


def _in_root(suite: str, architecture: str, file: Path) -> int:
    kept = roots.bare(suite, architecture)
    if kept is None:
        print(f"left out: Debian {suite} for {architecture} cannot be had here", flush=True)
        return 0
    with ExitStack() as stack:
        before: tuple[str, ...] = ()
        if architecture != os.uname().machine:
            before = stack.enter_context(roots.emulated(kept, architecture))
        stack.enter_context(roots.alive(kept))
        return _booked(places.of_root(f"bare Debian {suite}, {architecture}", kept, file, before))


def _refused(place: Place) -> int:
    failed = 0
    for what, good, said in refusing.refusals(place):
        failed += _told(what, said, good=good)
    for python in _others():
        done = subprocess.run([python, str(place.file), "version"], capture_output=True, text=True, check=False)
        good = done.returncode == refusing.WRONG and len(done.stderr.splitlines()) == 1
        failed += _told(Path(python).name, done.stderr.strip(), good=good)
    return failed


def _told(what: str, said: str, *, good: bool) -> int:
    """Print a line; how many failed."""
    print(f"{'ok' if good else 'FAILED':6}  {what}: {said}", flush=True)
    return 0 if good else 1


def _others() -> Iterator[str]:
    """Pythons that are too old, where there are any."""
    for name in ("python3.10", "python3.9", "pypy3"):
        found = shutil.which(name)
        if found and not subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode:
            yield found


def _install() -> None:
    missing = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if missing:
        print(f"Installing {', '.join(missing)} ...", flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=True, env=environ
        )


if __name__ == "__main__":
    main()
