"""The bundle as trees: what is the same everywhere, and what belongs to one architecture, named by its Python."""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bundle import leaving_out, product
from bundle.machines import ARCHITECTURES, MACHINES
from bundle.product import Facts
from bundle.wheels import Wheel, chosen

COMMON = "common"
TREES = (COMMON, *ARCHITECTURES)
BUILD = "cally/build.json"
NATIVE = re.compile(r"\.so(\.|$)|\.libs/")
METADATA = re.compile(r"\.dist-info/METADATA$")

Files = dict[str, bytes]


class Bundle(NamedTuple):
    """The trees by name (see `TREES`), paths in them with `/`; the wheels they are made of; the facts of the build.

    `left_out`: bytes not taken, by reason.
    """

    trees: dict[str, Files]
    wheels: dict[str, list[Wheel]]
    facts: Facts
    build_id: str
    left_out: dict[str, int]


def bundle(lock: Path, cache: Path, root: Path = product.ROOT) -> Bundle:
    """Everything, read from the wheels that the lock names and from the package."""
    trees: dict[str, Files] = {name: {} for name in TREES}
    wheels: dict[str, list[Wheel]] = {name: [] for name in ARCHITECTURES}
    left_out: dict[str, int] = {}
    for machine in MACHINES:
        for wheel in chosen(lock, cache, machine):
            if wheel in wheels[machine.architecture]:
                continue
            wheels[machine.architecture].append(wheel)
            for path, data in unpacked(wheel.path):
                why = leaving_out.reason(path)
                if why is not None:
                    left_out[why] = left_out.get(why, 0) + len(data)
                    continue
                _put(trees[machine.architecture if NATIVE.search(path) else COMMON], path, data)
    for path, data in product.files(root).items():
        _put(trees[COMMON], path, data)
    facts = product.facts(root)
    build_id = identity(trees, facts)
    trees[COMMON][BUILD] = _described(facts, build_id)
    return Bundle(trees, wheels, facts, build_id, left_out)


def unpacked(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a wheel as they lie once installed; no scripts, no data outside of the packages."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = _installed(name)
            if path is not None:
                data = archive.read(name)
                yield path, _head(data) if METADATA.search(path) else data


def identity(trees: dict[str, Files], facts: Facts) -> str:
    """The SHA-256, hexadecimal, of every path and content, with version, commit and release key."""
    digest = hashlib.sha256(json.dumps([facts.version, facts.commit, facts.release_key]).encode())
    for name in TREES:
        for path, data in sorted(trees[name].items()):
            if path != BUILD:
                digest.update(f"{name}/{path}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


def written(bundle_: Bundle, folder: Path) -> None:
    """Write the trees below a new folder; files 0644 with the build's time."""
    for name in TREES:
        write(bundle_.trees[name].items(), folder / name, bundle_.facts.epoch)


def write(files: Iterable[tuple[str, bytes]], folder: Path, epoch: int) -> None:
    """Write files below a folder, in order."""
    for path, data in sorted(files):
        to = folder / path
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(data)
        to.chmod(0o644)
        os.utime(to, (epoch, epoch))


def _put(tree: Files, path: str, data: bytes) -> None:
    if tree.setdefault(path, data) != data:
        raise SystemExit(f"{path} differs between the wheels of two Pythons or architectures.")


def _installed(name: str) -> str | None:
    """Where a wheel's file goes: `x.data/purelib/a.py` is `a.py`; None for folders, scripts and headers."""
    if name.endswith("/"):
        return None
    first, _, rest = name.partition("/")
    if not first.endswith(".data"):
        return str(PurePosixPath(name))
    kind, _, path = rest.partition("/")
    return path if kind in {"purelib", "platlib"} else None


def _head(metadata: bytes) -> bytes:
    """A package's name, version, licence and needs, without its read-me."""
    return metadata.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"


def _described(facts: Facts, build_id: str) -> bytes:
    said = {"id": build_id, "version": facts.version, "commit": facts.commit, "release_key": facts.release_key}
    return json.dumps(said, indent=2).encode() + b"\n"
