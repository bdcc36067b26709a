"""The one file under a booted systemd, with the unit of docs/one-file.md: no home, no user of its own."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bundle import product
from deb.prove import roots
from deb.prove.machine import Machine

UNIT = re.compile(r"```ini\n(.*?)```", re.DOTALL)
NOEXEC = "[Service]\nNoExecPaths=/var/cache/private/cally\n"
DROPPED = "/etc/systemd/system/cally.service.d/proof.conf"


def under_systemd(file: Path, folder: Path) -> Iterator[tuple[str, bool, str]]:
    """What was tried, whether it went as it must, and what was said."""
    root = roots.unpacked("bookworm", folder / "systemd")
    (root / "opt/cally").mkdir(parents=True)
    shutil.copy(file, root / "opt/cally/cally.pyz")
    (root / "etc/systemd/system/cally.service").write_text(unit(), encoding="utf-8")
    with Machine(root) as machine:
        yield _started(machine, "first start under ProtectSystem=strict, ProtectHome, DynamicUser")
        yield _started(machine, "started again")
        held = machine.sh(f"grep -c /var/cache/private/cally/build- /proc/{machine.main_process()}/maps").out.strip()
        yield "it runs from its CacheDirectory", int(held or 0) > 0, f"{held} mappings of its files"
        yield _without_programs(machine)


def unit() -> str:
    """The unit as the guide has it."""
    found = UNIT.search((product.ROOT / "docs" / "one-file.md").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("docs/one-file.md has no unit.")
    return found[1]


def _started(machine: Machine, what: str) -> tuple[str, bool, str]:
    began = time.monotonic()
    done = machine.run("systemctl", "restart", "cally.service")
    seconds = time.monotonic() - began
    state = machine.shown("cally.service", "ActiveState")
    said = f"{state} after {seconds:.1f} s" if done.code == 0 else machine.sh("journalctl -u cally -n 20").out
    return what, (done.code, state) == (0, "active"), said


def _without_programs(machine: Machine) -> tuple[str, bool, str]:
    """A cache that no program may be loaded from."""
    machine.run("systemctl", "stop", "cally.service")
    machine.run("mkdir", "-p", DROPPED.rpartition("/")[0])
    machine.run("tee", DROPPED, text=NOEXEC)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "cally.service")
    code = machine.shown("cally.service", "ExecMainStatus")
    said = machine.sh("journalctl -u cally -o cat | grep noexec | tail -1").out.strip()
    return "NoExecPaths over its cache", code == "78" and "CALLY_CACHE_DIR" in said, said
