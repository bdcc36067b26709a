"""`make bench`: run every benchmark, or those named, and print their figures as JSON."""

import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from typing import Any

from benchmarks import engine

ALL = ("engine", "starting", "onefile", "serving", "booking", "queued", "growing", "webhooks")


def main() -> None:
    """Run them one after the other, for each needs the machine to itself."""
    figures: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
    }
    for name in sys.argv[1:] or ALL:
        sys.stderr.write(f"bench: {name}\n")
        figures[name] = _engine() if name == "engine" else importlib.import_module(f"benchmarks.{name}").measure()
    print(json.dumps(figures, indent=2))


def _engine() -> dict[str, Any]:
    return {name: engine.measured(engine.question_from_json(capsule)) for name, capsule in engine.invented().items()}


if __name__ == "__main__":
    main()
