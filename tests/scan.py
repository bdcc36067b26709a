"""`make scan`: what machines find in the program and in what it is made of; the SBOM goes to dist/sbom.json.

ruff's S rules and bandit judge the program, pip-audit (where it is installed and reaches its data) the locked packages.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SBOM = ROOT / "dist" / "sbom.json"
# ruff's rule S105 is bandit's B105; a line that ruff was told about, with a reason, is explained
EXPLAINED = re.compile(r"#\s*noqa:\s*(?P<rules>[A-Z0-9, ]+?)\s*(?:-{1,2}|–)\s*(?P<reason>\S.*)")
# What bandit finds and ruff does not: the file, the rule, a piece of the line, and why it is no fault.
KNOWN = (
    ("cally/cli/commands.py", "B105", '"cally.cli.token:token"', "where a command stands"),
    ("cally/notify/letter_words.py", "B105", '"reset_password": "reset"', "a piece of an address"),
    ("cally/notify/digests.py", "B106", 'secret=""', "a letter without any"),
    ("cally/ops/sealing.py", "B404", "import subprocess", "systemd's own program, with words of ours"),
    ("cally/ops/upgrades/programs.py", "B404", "import subprocess", "the version that an operator names"),
    ("cally/web/errors.py", "B105", '"password_needed": 403', "a status"),
    ("cally/web/pages/account/devices.py", "B105", '"password": "password"', "words about a factor"),
    ("cally/web/pages/admin/jobs_words.py", "B105", "_password", "names of letters"),
    ("cally/web/pages/admin/jobs_words.py", "B105", "password_changed", "as above"),
    ("cally/web/pages/oauth/token.py", "B105", '"token_type": "Bearer"', "what RFC 6750 calls a token's kind"),
    ("cally/web/pages/setup/again.py", "B106", 'password=""', "an empty field of a form"),
)


class Issue(NamedTuple):
    """Something that bandit has found, in `path` at `line`."""

    path: str
    line: int
    rule: str
    said: str
    code: str


def main() -> None:
    """Run everything, say what came of it; exit 1 when something is open."""
    wrong = [*_ruff(), *(f"{one.path}:{one.line}: {one.rule} {one.said}" for one in open_issues()), *_packages()]
    sbom()
    print(*wrong, sep="\n")  # noqa: T201 - it is a command
    print(f"{len(wrong)} open. The SBOM is {SBOM.relative_to(ROOT)}.")  # noqa: T201 - as above
    raise SystemExit(1 if wrong else 0)


def open_issues(folder: str = "cally", root: Path = ROOT) -> list[Issue]:
    """What bandit finds and nobody has explained, in the line itself or in `KNOWN`."""
    done = _run("bandit", "--quiet", "--recursive", folder, "--format", "json", root=root)
    found = json.loads(done.stdout)
    if found["errors"]:
        raise SystemExit(f"bandit could not read: {found['errors']}")
    return [issue for one in found["results"] if not _is_explained(issue := _issue(one), one["line_range"], root)]


def sbom(to: Path = SBOM) -> None:
    """The software bill of materials (CycloneDX) of the locked packages; the same lock gives the same bytes."""
    to.parent.mkdir(parents=True, exist_ok=True)
    words = ("requirements", "requirements.lock", "--pyproject", "pyproject.toml", "--output-reproducible")
    done = _run("cyclonedx-py", *words, "--short-PURLs", "--of", "JSON", "-o", str(to))
    if done.returncode:
        raise SystemExit(f"The SBOM could not be made:\n{done.stderr}")


def _ruff() -> Iterator[str]:
    done = _run("ruff", "check", "--select", "S", "--output-format", "concise", "cally")
    if done.returncode:
        yield from (line for line in done.stdout.splitlines() if ": S" in line)


def _packages() -> Iterator[str]:
    """Known holes of the locked packages; a tool that is not there, or cannot ask, is said and is no fault."""
    tool = shutil.which("pip-audit") or shutil.which(str(BIN / "pip-audit"))
    if tool is None:
        print("pip-audit is not installed: the locked packages were not asked about.")  # noqa: T201 - a command
        return
    words = ("--requirement", "requirements.lock", "--require-hashes", "--disable-pip", "--format", "json")
    done = _run(tool, *words)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"pip-audit could not reach its data; the locked packages were not judged: {why}")  # noqa: T201 - as above
        return
    for package in found:
        for hole in package.get("vulns", ()):
            yield f"{package['name']} {package['version']}: {hole['id']}"


def _is_explained(issue: Issue, lines: list[int], root: Path) -> bool:
    text = (root / issue.path).read_text(encoding="utf-8").splitlines()
    for number in lines:
        note = EXPLAINED.search(text[number - 1])
        if note and issue.rule.replace("B", "S") in note["rules"].replace(" ", "").split(","):
            return True
    return any((issue.path, issue.rule) == known[:2] and known[2] in issue.code for known in KNOWN)


def _issue(found: dict[str, Any]) -> Issue:
    return Issue(found["filename"], found["line_number"], found["test_id"], found["issue_text"], found["code"])


def _run(tool: str, *words: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    program = tool if "/" in tool else str(BIN / tool)
    return subprocess.run([program, *words], cwd=root, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main()
