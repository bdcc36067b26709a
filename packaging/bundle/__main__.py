"""`python -m bundle [FOLDER]`: lay the trees out (in build/stage unless named) and say how large they are."""

import shutil
import sys
from pathlib import Path

from bundle import product, sbom, trees

WHEELS = product.ROOT / "build" / "wheels"
LOCK = product.ROOT / "requirements.lock"
STAGE = product.ROOT / "build" / "stage"


def main() -> None:
    """Build, write, report."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else STAGE
    made = trees.bundle(LOCK, WHEELS)
    shutil.rmtree(folder, ignore_errors=True)
    trees.written(made, folder)
    (folder / "sbom.json").write_bytes(sbom.sbom(made))
    sys.stdout.write(table(made))


def table(made: trees.Bundle) -> str:
    """Sizes by tree and package, what was left out and why, and the build's id."""
    lines = [f"build {made.build_id[:16]}  version {made.facts.version}  commit {made.facts.commit or 'unknown'}"]
    for name, tree in made.trees.items():
        lines.append(f"\n{name}: {len(tree):,} files, {_mb(sum(map(len, tree.values())))}")
        sizes: dict[str, int] = {}
        for path, data in tree.items():
            top = path.partition("/")[0]
            sizes[top] = sizes.get(top, 0) + len(data)
        largest = sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0]))[:10]
        lines += [f"  {_mb(size):>9}  {top}" for top, size in largest]
    lines.append(f"\nleft out: {_mb(sum(made.left_out.values()))}")
    most = sorted(made.left_out.items(), key=lambda entry: -entry[1])
    lines += [f"  {_mb(size):>9}  {why}" for why, size in most]
    return "\n".join(lines) + "\n"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


if __name__ == "__main__":
    main()
