"""Making `cally.pyz` of a bundle: one packed part for each tree, the bootstrap, the facts, the bill of materials."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bundle.machines import ARCHITECTURES, GLIBC, PYTHONS
from bundle.trees import COMMON, Bundle, Files
from pyz import packing
from pyz.boot import first, machine

HERE = Path(__file__).parent
OWN = "cally"
TAGGED = re.compile(r"\.cpython-(3\d+)-")


def build(made: Bundle, sbom: bytes, to: Path, cache: Path) -> dict[str, int]:
    """Write the file; the sizes of its parts, packed. `cache` keeps packed parts, which only change with the lock."""
    _check()
    trees = parted(made)
    with ThreadPoolExecutor(2) as pool:
        packed = dict(zip(trees, pool.map(lambda name: _packed(name, trees[name], made, cache), trees), strict=True))
    texts = {"sbom.json": sbom, **bootstrap(made.build_id, trees, packed)}
    to.parent.mkdir(parents=True, exist_ok=True)
    new = to.with_suffix(".new")
    packing.executable_zip(new, texts, {f"{name}.tar.xz": data for name, data in packed.items()}, made.facts.epoch)
    new.replace(to)
    return {name: len(data) for name, data in packed.items()}


def parted(made: Bundle) -> dict[str, Files]:
    """The trees as they are packed: Cally's own files apart from the libraries, which change less often."""
    common = made.trees[COMMON]
    own = {path: data for path, data in common.items() if path.startswith(f"{OWN}/")}
    rest = {path: data for path, data in common.items() if path not in own}
    return {COMMON: rest, OWN: own, **{name: made.trees[name] for name in ARCHITECTURES}}


def bootstrap(build_id: str, trees: dict[str, Files], packed: Files) -> Files:
    """`__main__.py` and what it imports, with the facts filled in."""
    parts = {name: (hashlib.sha256(data).hexdigest(), needed(trees[name])) for name, data in packed.items()}
    found = {f"pyz/boot/{path.name}": path.read_bytes() for path in sorted((HERE / "boot").glob("*.py"))}
    found["pyz/__init__.py"] = (HERE / "__init__.py").read_bytes()
    found["__main__.py"] = found.pop("pyz/boot/first.py")
    found["pyz/boot/facts.py"] = (
        f'"""What the builder knows of this file."""\n\nBUILD = {build_id!r}\nPARTS = {parts!r}\n'.encode()
    )
    return found


def needed(files: Files) -> int:
    """The bytes a tree takes on a disk with blocks of 4 KiB, for the Python that needs the most."""
    shared, by_python = 0, dict.fromkeys(PYTHONS, 0)
    for path, data in files.items():
        size = (len(data) + 4_095) // 4_096 * 4_096
        tag = TAGGED.search(path)
        if tag:
            by_python[3, int(tag[1][1:])] += size
        else:
            shared += size
    return shared + max(by_python.values())


def _packed(name: str, files: Files, made: Bundle, cache: Path) -> bytes:
    return packing.squeezed(packing.tar(files, made.facts.epoch if name == OWN else 0), name, cache)


def _check() -> None:
    """What the bootstrap says of machines is what the bundle is for."""
    if [PYTHONS[0], PYTHONS[-1]] != [first.OLDEST, first.NEWEST]:
        raise SystemExit("The bootstrap and the bundle are for different Pythons.")
    if (machine.ARCHITECTURES, machine.GLIBC) != (ARCHITECTURES, GLIBC):
        raise SystemExit("The bootstrap and the bundle are for different machines.")
