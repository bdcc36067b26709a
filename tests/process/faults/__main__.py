"""Inflict every fault, or those named, one after the other; prints a line each and JSON at the end.

Exits with 1 when a promise was broken. `--quick` is what `make test` runs of it.
"""

import argparse
import asyncio
import importlib
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.process.faults.judged import Found, Left

FAULTS = (
    "full_disk",
    "failing_sync",
    "failing_write",
    "stopping",
    "two_processes",
    "clocks",
    "bit_rot",
    "cut_short",
    "slow_clients",
    "one_slot",
)


def main() -> int:
    """Run them; 0 when every promise was kept."""
    wanted = _arguments()
    results = {}
    for number, name in enumerate(wanted.faults, 1):
        sys.stderr.write(f"faults: {number} of {len(wanted.faults)}, {name.replace('_', ' ')} …\n")
        results[name] = inflicted(name, quick=wanted.quick)
        _say(name, results[name])
    passed = not any(result.get("broken") for result in results.values())
    sys.stdout.write(json.dumps({"passed": passed, "faults": results}, indent=2) + "\n" if wanted.json else "")
    return 0 if passed else 1


def inflicted(name: str, *, quick: bool) -> dict[str, Any]:
    """The figures of one fault, in a folder of its own."""
    module = importlib.import_module(f"tests.process.faults.{name}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"cally-{name}-") as directory:
        try:
            found: Found | Left = asyncio.run(module.inflict(Path(directory), quick))
        except AssertionError as error:  # a server that does not start, an answer that makes no sense
            found = Found({"said": str(error)[-2_000:]}, {"could not go on": 1})
    if isinstance(found, Left):
        return {"left_out": found.reason}
    return {**found.figures, "seconds": round(time.monotonic() - began, 1), "broken": dict(+Counter(found.broken))}


def _say(name: str, result: dict[str, Any]) -> None:
    if "left_out" in result:
        sys.stdout.write(f"LEFT OUT  {name}: {result['left_out']}\n")
        return
    figures = ", ".join(f"{what} {value}" for what, value in result.items() if what not in {"broken", "seconds"})
    verdict = f"BROKEN {result['broken']}" if result["broken"] else "kept"
    sys.stdout.write(f"{verdict:9} {name} ({result['seconds']} s): {figures}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("faults", nargs="*", default=list(FAULTS), metavar="fault", help=", ".join(FAULTS))
    parser.add_argument("--quick", action="store_true", help="the short forms")
    parser.add_argument("--json", action="store_true", help="print everything as JSON at the end")
    wanted = parser.parse_args()
    if unknown := set(wanted.faults) - set(FAULTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return wanted


if __name__ == "__main__":
    sys.exit(main())
