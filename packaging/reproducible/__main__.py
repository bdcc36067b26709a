"""`python -m reproducible [NAME…]`: clone the commit twice, build elsewhere and otherwise, compare the bytes."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bundle import product
from bundle.__main__ import WHEELS

BUILT = {"pyz": ("pyz", "cally.pyz*"), "deb": ("deb.build", "*.deb")}
"""By name: the builder's module, and what of dist/ it makes."""


class Circumstances(NamedTuple):
    """What must not be seen in what is built."""

    folder: str
    umask: str
    environ: dict[str, str]


CIRCUMSTANCES = (
    Circumstances("a", "022", {"TZ": "UTC", "LC_ALL": "C", "HOME": "/root", "PYTHONHASHSEED": "1"}),
    Circumstances(
        "b/deeper", "077", {"TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8", "HOME": "/", "PYTHONHASHSEED": "2"}
    ),
)


def main() -> None:
    """Build each thing twice, one after the other; print every sum."""
    names = sys.argv[1:] or [name for name, (module, _) in BUILT.items() if _is_there(module)]
    sums: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="cally-twice-") as scratch:
        for given in CIRCUMSTANCES:
            folder = Path(scratch) / given.folder
            subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(product.ROOT), str(folder)], check=True)
            sums.append(_sums(folder, given, names))
    for name in sorted({*sums[0], *sums[1]}):
        first, second = sums[0].get(name, "missing"), sums[1].get(name, "missing")
        print(f"{first}  {name}" if first == second else f"{first}  {name} DIFFERS\n{second}")
    same = bool(sums[0]) and sums[0] == sums[1]
    print(f"Commit {product.facts().commit.rstrip('+')}: {'the same, bit by bit' if same else 'NOT REPRODUCIBLE'}.")
    raise SystemExit(0 if same else 1)


def _sums(folder: Path, given: Circumstances, names: list[str]) -> dict[str, str]:
    (folder / "build").mkdir()
    if WHEELS.is_dir():
        (folder / "build" / "wheels").symlink_to(WHEELS)
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "XZ_")) or name == "PATH"}
    environ = {**kept, **given.environ, "PYTHONPATH": str(folder / "packaging")}
    found: dict[str, str] = {}
    for name in names:
        module, pattern = BUILT[name]
        print(f"{name} in {given.folder}, umask {given.umask}, {given.environ} ...", flush=True)
        words = ["sh", "-c", f'umask {given.umask} && exec "$0" -m "$1"', sys.executable, module]
        subprocess.run(words, cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)
        for path in sorted((folder / "dist").glob(pattern)):
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _is_there(module: str) -> bool:
    place = product.ROOT / "packaging" / module.replace(".", "/")
    return place.with_suffix(".py").exists() or (place / "__main__.py").exists()


if __name__ == "__main__":
    main()
