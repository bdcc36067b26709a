"""How long the engine takes: each capsule of a folder, or three of its own, answered from scratch.

    python benchmarks/engine.py [FOLDER]

Prints {"results": {name: {"median_ms", "slots"}}}. Only the slots are timed, not the reading of JSON. Nothing is kept
from one run to the next but what depends on no question: the tables of zones, and recurrence rules as they were read.
"""

import json
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cally import engine
from cally.model.capsule import question_from_json
from cally.model.rules import Question

SECONDS_EACH = 1.0
LEAST_RUNS, MOST_RUNS = 5, 500
FIRST = datetime(2026, 2, 20, tzinfo=UTC)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def main(folder: str | None) -> None:
    """Measure and print."""
    questions = read(Path(folder)) if folder else {name: question_from_json(c) for name, c in invented().items()}
    print(json.dumps({"results": {name: measured(question) for name, question in questions.items()}}, indent=2))


def read(folder: Path) -> dict[str, Question]:
    """The capsules of a folder, by file name."""
    return {path.stem: question_from_json(json.loads(path.read_bytes())) for path in sorted(folder.glob("*.json"))}


def measured(question: Question) -> dict[str, Any]:
    """The median time of many answers, and how many slots each has."""
    found = engine.slots(question)
    times: list[float] = []
    until = time.perf_counter() + SECONDS_EACH
    while len(times) < LEAST_RUNS or (len(times) < MOST_RUNS and time.perf_counter() < until):
        started = time.perf_counter()
        engine.slots(question)
        times.append(time.perf_counter() - started)
    return {"median_ms": round(statistics.median(times) * 1_000, 4), "slots": len(found)}


def invented() -> dict[str, dict[str, Any]]:
    """31 days over both ends of Ramadan in Casablanca: two changes of the clock; 15-minute steps."""
    return {
        "one_host_200_busy": capsule("single", hosts=1, busy=200),
        "collective_20_hosts_40_busy": capsule("collective", hosts=20, busy=40),
        "round_robin_20_hosts_200_busy": capsule("round_robin", hosts=20, busy=200),
    }


def capsule(assignment: str, *, hosts: int, busy: int) -> dict[str, Any]:
    """A month of office hours with that much busy time for each host."""
    dice = random.Random(20260220)  # noqa: S311 - dice, not secrets
    return {
        "now": text(FIRST - timedelta(days=1)),
        "window": [text(FIRST), text(FIRST + timedelta(days=31))],
        "event_type": {"duration_minutes": 30, "step_minutes": 15, "buffer_after_minutes": 5, "assignment": assignment},
        "hosts": [
            {
                "id": f"h{number}",
                "schedule": {
                    "tz": "Africa/Casablanca",
                    "weekly": [{"days": WEEKDAYS, "from": "09:00", "to": "17:00"}],
                    "overrides": [{"on": f"2026-03-{number % 20 + 1:02}", "hours": [["10:00", "12:00"]]}],
                },
                "busy": sorted(meeting(dice, number, index, busy) for index in range(busy)),
            }
            for number in range(hosts)
        ],
    }


def meeting(dice: random.Random, host: int, index: int, busy: int) -> list[str]:
    """One busy event; they are spread evenly over the month, within office hours for the most part."""
    day = index * 31 // busy
    start = FIRST + timedelta(days=day, minutes=8 * 60 + dice.randrange(0, 600, 5) + host % 3)
    return [text(start), text(start + timedelta(minutes=dice.choice([15, 25, 45, 60])))]


def text(moment: datetime) -> str:
    """An instant as capsules write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
