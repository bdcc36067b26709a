"""Bare Debian in a folder, with `python3` and nothing else; for another architecture only unpacked, and emulated."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bundle import product
from deb.prove.roots import mirror

KEPT = product.ROOT / "build" / "roots"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
EMULATOR = "/usr/bin/qemu-{}-static"
HANDLERS = Path("/proc/sys/fs/binfmt_misc")
# the head of an ELF file for aarch64, and which of its bits count
AARCH64 = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
BITS = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"


def bare(suite: str, architecture: str) -> Path | None:
    """A root of that release, made at the first time; None where the mirror has none."""
    root = KEPT / f"bare-{suite}-{architecture}"
    if (root / "usr/bin/python3").exists():
        return root
    print(f"Making a bare root of Debian {suite} for {architecture} ...", flush=True)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    own = architecture == platform.machine()
    words = ["debootstrap", "--variant=minbase", "--include=python3", f"--arch={ARCHITECTURES[architecture]}"]
    done = _run(*words, *([] if own else ["--foreign"]), suite, str(root), mirror())
    if done.returncode != 0:
        print(f"  not to be had: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
        shutil.rmtree(root, ignore_errors=True)
        return None
    if not own:
        for package in sorted((root / "var/cache/apt/archives").glob("*.deb")):
            _run("dpkg-deb", "--extract", str(package), str(root))
    return root


@contextmanager
def alive(root: Path) -> Iterator[None]:
    """While the block runs, the root has a /proc and the devices that every program expects."""
    for name, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
        with suppress(FileExistsError):
            os.mknod(root / "dev" / name, 0o666 | 0o020000, os.makedev(1, minor))
            (root / "dev" / name).chmod(0o666)
    _run("mount", "-t", "proc", "proc", str(root / "proc"))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(root / "proc"))


@contextmanager
def emulated(root: Path, architecture: str) -> Iterator[tuple[str, ...]]:
    """The words that start a program of another architecture in a root; none where the kernel hands it over itself.

    A handler in the kernel is registered for the while where that can be done, so that programs can start programs.
    """
    emulator = EMULATOR.format(architecture)
    shutil.copy(emulator, root / emulator[1:])
    handler = HANDLERS / f"cally-proof-{architecture}"
    mounted = (
        not (HANDLERS / "register").exists()
        and not _run("mount", "-t", "binfmt_misc", "none", str(HANDLERS)).returncode
    )
    try:
        (HANDLERS / "register").write_text(f":{handler.name}:M::{AARCH64}:{BITS}:{emulator}:F\n", encoding="ascii")
    except OSError:
        yield (emulator, "/usr/bin/python3")
    else:
        try:
            yield ()
        finally:
            handler.write_text("-1", encoding="ascii")
    finally:
        if mounted:
            _run("umount", str(HANDLERS))


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)
