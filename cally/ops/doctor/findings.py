"""What the doctor finds: a check by name, a verdict, a sentence, and what to do."""

from typing import Literal

import msgspec

from cally.ops.health import Check

Verdict = Literal["ok", "advice", "fault"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check: `fault` needs a person, `advice` may wait; `fix` says what to do."""

    name: str
    verdict: Verdict
    sentence: str
    fix: str = ""


def needs_a_person(found: list[Finding]) -> bool:
    """Whether anything is at fault."""
    return any(finding.verdict == "fault" for finding in found)


def ok(name: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(name=name, verdict="ok", sentence=sentence)


def advice(name: str, sentence: str, fix: str) -> Finding:
    """It works, and could be better."""
    return Finding(name=name, verdict="advice", sentence=sentence, fix=fix)


def fault(name: str, sentence: str, fix: str) -> Finding:
    """Somebody has to do something."""
    return Finding(name=name, verdict="fault", sentence=sentence, fix=fix)


def from_health(name: str, check: Check, fix: str) -> Finding:
    """A health check as a finding: what is degraded may wait, what is failing may not."""
    if check.status == "ok":
        return ok(name, check.detail)
    return fault(name, check.detail, fix) if check.status == "failing" else advice(name, check.detail, fix)
