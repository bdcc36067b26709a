"""`python -m pyz [FILE]`: build `dist/cally.pyz` (unless named otherwise), its bill of materials and signature."""

import hashlib
import sys
from pathlib import Path

from bundle import product, sbom, trees
from bundle.__main__ import LOCK, WHEELS
from pyz import building, signing

FILE = product.ROOT / "dist" / "cally.pyz"
PARTS = product.ROOT / "build" / "parts"


def main() -> None:
    """Build, sign, report."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    made = trees.bundle(LOCK, WHEELS)
    bill = sbom.sbom(made)
    sizes = building.build(made, bill, file, PARTS)
    file.with_name(f"{file.name}.cdx.json").write_bytes(bill)
    signature = signing.signed(file, made)
    print(f"{file}  {file.stat().st_size / 1e6:.1f} MB")
    for name, size in sizes.items():
        print(f"  {size / 1e6:6.1f} MB  {name}")
    print(f"  build   {made.build_id}")
    print(f"  commit  {made.facts.commit or 'unknown'}")
    print(f"  trusts  {made.facts.release_key or 'no release key: it takes no upgrade'}")
    print(f"  signed  {signature or 'not signed (MINISIGN_KEY names no key)'}")
    print(f"  sha256  {hashlib.sha256(file.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
