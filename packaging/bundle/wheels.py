"""The wheels that the lock names, for every machine: downloaded once, checked against the lock's hashes each time."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from bundle.machines import Machine

ENTRY = re.compile(r"^(?P<requirement>[A-Za-z0-9][^\\#]*?)\s*\\\n(?P<hashes>(?:\s+--hash=\S+\s*\\?\n?)+)", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9]\S*==", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Locked(NamedTuple):
    """One entry of the lock: `cffi==2.1.1 ; marker`, and the SHA-256 of each file that may be taken for it."""

    requirement: Requirement
    hashes: frozenset[str]

    @property
    def name(self) -> str:
        """Its name as indexes write it: `apsw-sqlite3mc`."""
        return canonicalize_name(self.requirement.name)

    def is_for(self, machine: Machine) -> bool:
        """Whether its marker lets it onto that machine."""
        return self.requirement.marker is None or self.requirement.marker.evaluate(machine.environment())


class Wheel(NamedTuple):
    """A file of the lock, chosen for a machine."""

    path: Path
    name: str
    version: str
    sha256: str


def locked(lock: Path) -> list[Locked]:
    """The entries of a lock as `uv pip compile --generate-hashes` writes it, in its order."""
    text = lock.read_text(encoding="utf-8")
    found = [
        Locked(Requirement(entry["requirement"]), frozenset(HASH.findall(entry["hashes"])))
        for entry in ENTRY.finditer(text)
    ]
    if len(found) != len(NAME.findall(text)):
        raise SystemExit(f"{lock} has entries that cannot be read.")
    return found


def chosen(lock: Path, cache: Path, machine: Machine) -> list[Wheel]:
    """A wheel of each package that the machine needs, sorted by name; downloads what the cache lacks."""
    wanted = [entry for entry in locked(lock) if entry.is_for(machine)]
    found = _found(wanted, cache, machine)
    if len(found) < len(wanted):
        _download(lock, cache, machine)
        found = _found(wanted, cache, machine)
    missing = {entry.name for entry in wanted} - {wheel.name for wheel in found}
    if missing:
        raise SystemExit(
            f"No wheel of the lock fits {machine.abi} on {machine.architecture}: {', '.join(sorted(missing))}"
        )
    return sorted(found, key=lambda wheel: wheel.name)


def _found(wanted: list[Locked], cache: Path, machine: Machine) -> list[Wheel]:
    ranks = {tag: rank for rank, tag in enumerate(machine.tags())}
    hashes = {entry.name: entry.hashes for entry in wanted}
    best: dict[str, tuple[int, Wheel]] = {}
    for path in sorted(cache.glob("*.whl")):
        name, version, _, tags = parse_wheel_filename(path.name)
        rank = min((ranks[tag] for tag in tags if tag in ranks), default=None)
        if rank is None or name not in hashes or (name in best and best[name][0] <= rank):
            continue
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if sha256 in hashes[name]:
            best[name] = (rank, Wheel(path, name, str(version), sha256))
    return [wheel for _, wheel in best.values()]


def _download(lock: Path, cache: Path, machine: Machine) -> None:
    """Let pip fetch and check what is missing."""
    sys.stderr.write(f"Wheels for {machine.abi} on {machine.architecture} …\n")
    cache.mkdir(parents=True, exist_ok=True)
    words = ["download", "-qq", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", str(lock)]
    words += ["--dest", str(cache), "--implementation", "cp", "--python-version", machine.version]
    words += [word for abi in (machine.abi, "abi3", "none") for word in ("--abi", abi)]
    words += [word for platform in machine.platforms() for word in ("--platform", platform)]
    environ = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([sys.executable, "-m", "pip", *words], env=environ, check=True, stdout=subprocess.DEVNULL)
