"""`make torture`: kill -9 in the middle of bookings, power cuts, and broken builds that the same oracle must catch.

Prints its figures as JSON; exits with 1 when a promise was broken, or when a broken build went unnoticed.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.process import cuts, kills, mutants

OVER_HTTP = (
    mutants.guard_dropped,
    mutants.outbox_outside,
    mutants.claims_outside,
    mutants.key_forgotten,
    mutants.acknowledged_before_commit,
)


def main() -> int:
    """Run everything; 0 when the build keeps its promises and every mutant was caught."""
    wanted = _arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cally-torture-") as name:
        figures = _run(Path(name), wanted)
    figures["seconds"] = round(time.monotonic() - began)
    print(json.dumps(figures, indent=2))  # noqa: T201 - the figures are the result
    return 0 if figures["passed"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=25, help="how often the server is killed")
    parser.add_argument("--images", type=int, default=400, help="how many disks of power cuts are judged")
    parser.add_argument("--mutant-images", type=int, default=60, help="how many for each broken build")
    parser.add_argument("--mutant-kills", type=int, default=3, help="how many kills for each broken build")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _run(directory: Path, wanted: argparse.Namespace) -> dict[str, Any]:
    _say(f"{wanted.kills} kills while guests book over HTTP")
    killed = asyncio.run(kills.kill(directory / "kills", kills=wanted.kills, seed=wanted.seed))
    _say(f"{wanted.images} power cuts")
    cut = cuts.cut(directory / "cuts", images=wanted.images, seed=wanted.seed, mutant=mutants.none)
    caught = {mutant.__name__: _caught(directory, mutant, wanted) for mutant in mutants.MUTANTS}
    caught |= {mutant.__name__: {"by kills": _by_kills(directory, mutant, wanted)} for mutant in mutants.OF_TEAMS}
    passed = not killed.violations and set(cut) == {"kept"} and all(any(found.values()) for found in caught.values())
    return {"passed": passed, "kill -9": killed._asdict(), "power cuts": dict(cut), "broken builds": caught}


def _caught(directory: Path, mutant: Any, wanted: argparse.Namespace) -> dict[str, dict[str, int]]:
    """Which promises the oracle saw broken, by power cuts and, where a kill can show it, by kills."""
    name = mutant.__name__
    _say(f"the broken build {name}")
    by_cuts = cuts.cut(directory / name / "cuts", images=wanted.mutant_images, seed=wanted.seed, mutant=mutant)
    by_cuts.pop("kept", None)
    if mutant not in OVER_HTTP:
        return {"by power cuts": dict(by_cuts)}
    return {"by power cuts": dict(by_cuts), "by kills": _by_kills(directory, mutant, wanted)}


def _by_kills(directory: Path, mutant: Any, wanted: argparse.Namespace) -> dict[str, int]:
    name = mutant.__name__
    _say(f"kills of the broken build {name}")
    killed = kills.kill(directory / name / "kills", kills=wanted.mutant_kills, seed=wanted.seed, mutant=name)
    return asyncio.run(killed).violations


def _say(what: str) -> None:
    sys.stderr.write(f"torture: {what}\n")


if __name__ == "__main__":
    sys.exit(main())
