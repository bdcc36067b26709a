"""`python -m deb.build`: dist/cally_VERSION_ARCH.deb, the same bytes wherever and whenever it is built."""

import argparse
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from click.shell_completion import BashComplete

from bundle import product, sbom, trees
from bundle.__main__ import LOCK, WHEELS
from cally.cli.commands import cally
from deb import manual

ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}
PACKAGING = product.ROOT / "packaging"
UNITS = ("service", "socket", "sysusers", "tmpfiles")
PROGRAMS = ("cally", "cally.rtupdate", "debian/rules")


def main() -> None:
    """Build for the architectures that are named, all of them otherwise."""
    words = argparse.ArgumentParser(prog="make deb")
    words.add_argument("architectures", nargs="*", choices=[*ARCHITECTURES, []], default=[])
    words.add_argument("--version", help="the package's version, unless it is Cally's own")
    words.add_argument("--quick", action="store_true", help="packed loosely, for trying out")
    words.add_argument("--out", type=Path, default=product.ROOT / "dist")
    asked = words.parse_args()
    os.umask(0o022)
    made = trees.bundle(LOCK, WHEELS)
    asked.out.mkdir(parents=True, exist_ok=True)
    for architecture in asked.architectures or list(ARCHITECTURES):
        version = asked.version or made.facts.version
        package = build(made, architecture, version, asked.out, quick=asked.quick)
        sys.stdout.write(f"{package}  {package.stat().st_size / 1e6:.1f} MB\n")


def build(made: trees.Bundle, architecture: str, version: str, out: Path, *, quick: bool = False) -> Path:
    """Lay the package's source out, let debhelper pack it, and move it to `out`."""
    work = product.ROOT / "build" / "deb" / architecture
    shutil.rmtree(work, ignore_errors=True)
    source = work / "cally"
    epoch = made.facts.epoch
    machine = ARCHITECTURES[architecture]
    trees.write((made.trees[trees.COMMON] | made.trees[machine]).items(), source / "bundle", epoch)
    trees.write(generated(made, version).items(), source, epoch)
    for program in PROGRAMS:
        (source / program).chmod(0o755)
    pack(source, architecture, epoch, quick=quick)
    package = next(work.glob("*.deb"))
    return Path(shutil.move(package, out / package.name))


def generated(made: trees.Bundle, version: str) -> trees.Files:
    """Everything beside the bundle, by its path in the source: what debhelper reads, and what is made from the code."""
    epoch = made.facts.epoch
    files = {
        "cally": (PACKAGING / "debian" / "cally.wrapper").read_bytes(),
        "cally.rtupdate": (PACKAGING / "debian" / "cally.rtupdate").read_bytes(),
        "cally.1": manual.command_page(epoch).encode(),
        "cally.toml.5": manual.settings_page(epoch).encode(),
        "cally.toml": manual.settings_file().encode(),
        "completion/cally": completion().encode(),
        "sbom.json": sbom.sbom(made),
        **{f"proxy/{path.name}": path.read_bytes() for path in (PACKAGING / "proxy").iterdir()},
        "debian/changelog": changelog(version, epoch).encode(),
        "debian/source/format": b"3.0 (native)\n",
    }
    files |= {f"debian/cally.{kind}": (PACKAGING / "systemd" / f"cally.{kind}").read_bytes() for kind in UNITS}
    outside = {"cally.wrapper", "cally.rtupdate"}
    files |= {
        f"debian/{path.name}": path.read_bytes()
        for path in (PACKAGING / "debian").iterdir()
        if path.name not in outside
    }
    return files


def changelog(version: str, epoch: int) -> str:
    """One entry: what changed is told in Cally's own release notes."""
    maintainer = next(
        line.partition(": ")[2]
        for line in (PACKAGING / "debian" / "control").read_text(encoding="utf-8").splitlines()
        if line.startswith("Maintainer: ")
    )
    day = format_datetime(datetime.fromtimestamp(epoch, UTC))
    return f"cally ({version}) unstable; urgency=medium\n\n  * Cally {version}.\n\n -- {maintainer}  {day}\n"


def completion() -> str:
    """What bash runs to complete `cally …`: click's own, which asks the program."""
    return BashComplete(cally, {}, "cally", "_CALLY_COMPLETE").source()


def pack(source: Path, architecture: str, epoch: int, *, quick: bool) -> None:
    """Run debhelper with nothing of this machine's habits in its environment."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(source.parent),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": str(epoch),
        "DEB_RULES_REQUIRES_ROOT": "no",
        "PACKED": "-Zgzip -z1" if quick else "-Zxz -z6",
    }
    words = ["dpkg-architecture", f"--host-arch={architecture}", "--force", "--command", "debian/rules binary"]
    done = subprocess.run(words, cwd=source, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


if __name__ == "__main__":
    main()
