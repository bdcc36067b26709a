"""What machines find in the program is nothing, or explained; and they do find something where there is something."""

import json
from pathlib import Path

from tests.scan import KNOWN, ROOT, open_issues, sbom


def test_bandit_has_nothing_open():
    """Each suppression has its reason, in its line or in the list of `tests/scan.py`."""
    assert open_issues() == []


def test_an_open_issue_and_one_without_a_reason_are_seen(tmp_path: Path):
    """A suppression that gives no reason is none."""
    folder = tmp_path / "leaky"
    folder.mkdir()
    (folder / "one.py").write_text(
        "import hashlib\n"
        "first = hashlib.md5(b'x')\n"
        "second = hashlib.md5(b'x')  # noqa: S324\n"
        "third = hashlib.md5(b'x')  # noqa: S324 - a name, not a secret\n"
    )
    assert [(issue.line, issue.rule) for issue in open_issues("leaky", tmp_path)] == [(2, "B324"), (3, "B324")]


def test_no_explanation_is_left_over():
    """What was explained is still there."""
    for path, _, piece, reason in KNOWN:
        assert piece in (ROOT / path).read_text(encoding="utf-8")
        assert reason


def test_the_bill_of_materials_is_the_same_twice_and_complete(tmp_path: Path):
    """Every locked package is in it, with its version."""
    for name in ("one.json", "two.json"):
        sbom(tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    found = json.loads((tmp_path / "one.json").read_text())
    locked = [line.split()[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line[:60]]
    named = {f"{part['name']}=={part['version']}".lower() for part in found["components"]}
    assert locked
    assert [name for name in locked if name.lower().replace("_", "-").split(";")[0] not in named] == []
