"""Diagnostics for a bug report: how this instance is, with every value that could name somebody left out or masked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cally.config import Described
from cally.model.errors import ErrorKind
from cally.ops.doctor import Finding
from cally.ops.errors.masking import without_values
from cally.ops.health import HealthReport
from cally.ops.monitor import machine, versions
from cally.ops.monitor.figures import together
from cally.ops.monitor.latency import quantile
from cally.ops.monitor.requests import CLASSES, Requests
from cally.ops.monitor.sampler import Monitor
from cally.store import Reader, error_kinds, recurring_jobs
from cally.store.totals import totals

FORMAT = "cally-diagnostics-1"
DAY = 86_400
ERRORS = 20
SHOWN = frozenset({"CALLY_LIMITS", "CALLY_LOG"})  # what can only be one of a few words


async def diagnostics(
    db: Reader,
    monitor: Monitor,
    *,
    report: HealthReport,
    findings: Sequence[Finding],
    settings: Sequence[Described],
    now: int,
) -> dict[str, Any]:
    """Everything as plain values. Free sentences are masked, settings only said to be set, paths and addresses gone."""
    return {
        "format": FORMAT,
        "made_at": _instant(now),
        "running_seconds": now - monitor.started_at if monitor.started_at is not None else None,
        "versions": versions.known(),
        "machine": {
            "cores": machine.cores(),
            "memory_limit_bytes": machine.memory_limit(),
            "most_open_files": machine.most_open_files(),
        },
        "settings": [_setting(one) for one in settings],
        "health": {
            "status": report.status,
            "checks": {
                name: {"status": check.status, "detail": without_values(check.detail)}
                for name, check in report.checks.items()
            },
        },
        "doctor": [
            {"name": without_values(one.name), "verdict": one.verdict, "sentence": without_values(one.sentence)}
            for one in findings
        ],
        "disks": [
            {
                "name": one.disk.name,
                "free_bytes": one.disk.free_bytes,
                "total_bytes": one.disk.total_bytes,
                "full_in_days": one.ahead.full_in_days,
            }
            for one in monitor.outlooks
        ],
        "totals": await totals(db),
        "now": {name: figure.value for name, figure in monitor.samples[-1].figures.items()} if monitor.samples else {},
        "last_day": await _last_day(db, monitor, now),
        "requests": _requests(monitor.requests),
        "recurring_jobs": await _recurring(db),
        "errors": [_error(kind) for kind in (await error_kinds.list_all(db))[:ERRORS]],
    }


async def _last_day(db: Reader, monitor: Monitor, now: int) -> dict[str, Any]:
    samples = await monitor.between(db, now - DAY, now)
    if not samples:
        return {}
    whole = together(samples)
    return {
        "seconds": whole.seconds,
        "figures": {name: {"value": one.value, "highest": one.highest} for name, one in whole.figures.items()},
        "answered_within_seconds": {f"p{part * 100:.0f}": quantile(whole.latency, part) for part in (0.5, 0.95, 0.99)},
    }


def _setting(one: Described) -> dict[str, Any]:
    told: dict[str, Any] = {"name": one.name, "origin": one.origin.split(" ")[0], "set": bool(one.value)}
    return told | {"value": one.value} if one.name in SHOWN else told


def _requests(requests: Requests) -> dict[str, dict[str, int]]:
    return {
        part: {CLASSES[place]: count for place, count in enumerate(counts.classes) if count}
        for part, counts in requests.parts.items()
    }


async def _recurring(db: Reader) -> list[dict[str, Any]]:
    return [
        {
            "name": run.name,
            "due_at": _instant(run.due_at),
            "last_run_at": _instant(run.last_run_at) if run.last_run_at is not None else None,
            "last_error": without_values(run.last_error),
        }
        for run in await recurring_jobs.list_all(db)
    ]


def _error(kind: ErrorKind) -> dict[str, Any]:
    fault = kind.fault
    return {
        "code": fault.code,
        "type": fault.type,
        "place": fault.place,
        "message": fault.message,
        "trace": fault.trace,
        "state": kind.state,
        "version": kind.version,
        "times": kind.times,
        "first_at": _instant(kind.first_at),
        "last_at": _instant(kind.last_at),
    }


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
