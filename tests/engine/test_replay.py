"""`cally replay`: answers out, faults on one line, and nothing hostile that takes long."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cally.cli.replay import replay

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CAPSULE: dict[str, Any] = {
    "now": "2026-06-01T00:00:00Z",
    "window": ["2026-06-08T00:00:00Z", "2026-06-09T00:00:00Z"],
    "event_type": {"duration_minutes": 60},
    "hosts": [{"schedule": {"weekly": [{"days": WEEK, "from": "09:00", "to": "11:00"}]}}],
}
ANSWER = {"slots": ["2026-06-08T09:00:00Z", "2026-06-08T10:00:00Z"]}


def replayed(*words: str, given: str | None = None) -> Result:
    """What the command does."""
    return CliRunner().invoke(replay, words, input=given)


def test_a_file_is_answered(tmp_path: Path) -> None:
    """JSON on standard output."""
    file = tmp_path / "capsule.json"
    file.write_text(json.dumps(CAPSULE))
    assert json.loads(replayed(str(file)).stdout) == ANSWER


def test_standard_input_is_answered_line_by_line() -> None:
    """One answer a line, in order; a broken line gets its fault in its place."""
    done = replayed("--lines", "-", given=json.dumps(CAPSULE) + '\n{"now": 1}\nnonsense\n' + json.dumps(CAPSULE))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.exit_code, answers[0], answers[3]) == (0, ANSWER, ANSWER)
    assert answers[1] == {"error": "window: This field is required."}
    assert answers[2]["error"].startswith("capsule: This is not JSON")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            json.dumps({**CAPSULE, "hosts": [{"schedule": {"weekly": [{"days": ["mon"]}]}}]}),
            "hosts[0].schedule.weekly[0].from: ",
        ),
        (json.dumps({**CAPSULE, "a\nb": 1}), "'a\\nb': "),
        (json.dumps(CAPSULE).replace('"now"', '"now": "2026-06-02T00:00:00Z", "now"'), "now: "),
        (json.dumps(CAPSULE).replace('"from"', '"to": "12:00", "from"'), "hosts[0].schedule.weekly[0].to: "),
        (json.dumps(CAPSULE).replace("60", "NaN"), "capsule: "),
        (json.dumps(CAPSULE).replace("60", "1" * 5_000), "capsule: "),
        ("[" * 100_000, "capsule: "),
        ("\xff", "capsule: "),
        ("", "capsule: "),
        ("[]", "capsule: "),
    ],
)
def test_a_broken_capsule_gets_one_line_and_exit_code_two(given: str, said: str) -> None:
    """The path and the fault, and no traceback."""
    done = replayed("-", given=given)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(said)


def test_a_file_that_is_not_there_is_said_so() -> None:
    """One line again."""
    done = replayed("nowhere.json")
    assert (done.exit_code, done.stderr) == (2, "nowhere.json: No such file or directory\n")


def test_a_year_by_the_minute_with_ten_thousand_events_is_answered() -> None:
    """Hostile only by its size: more than a hundred thousand slots, less than a few seconds."""
    busy = [[f"2026-{1 + n % 12:02}-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:00Z"] * 2 for n in range(10_000)]
    capsule = {
        **CAPSULE,
        "window": ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
        "now": "2025-01-01T00:00:00Z",
        "event_type": {"duration_minutes": 1},
        "hosts": [{"busy": busy, "schedule": {"weekly": [{"days": WEEK, "from": "00:00", "to": "24:00"}]}}],
    }
    done = replayed("-", given=json.dumps(capsule))
    assert len(json.loads(done.stdout)["slots"]) == 365 * 1_440


def test_rules_that_never_match_end() -> None:
    """Patterns for the 30th of February, and ones that count from 1970 on; their counting is soon over."""
    never = {
        "rrule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=10000",
        "anchored_on": "1970-01-01",
        "from": "09:00",
        "to": "10:00",
    }
    often = {**never, "rrule": "FREQ=YEARLY;BYMONTHDAY=30;BYDAY=MO;COUNT=10000"}
    capsule = {**CAPSULE, "hosts": [{"schedule": {"patterns": [never] * 3 + [often] * 47}}]}
    assert json.loads(replayed("-", given=json.dumps(capsule)).stdout) == {"slots": []}
