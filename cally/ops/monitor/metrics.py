"""What Prometheus is told: of the process, its requests, its work, its disks, its health. Nothing names a person."""

from collections.abc import Mapping
from typing import Any

from cally.model.samples import Figure
from cally.ops.health import SEVERITY, HealthReport
from cally.ops.monitor import machine, versions
from cally.ops.monitor.exposition import Family, Kind, Reading, Value
from cally.ops.monitor.latency import BOUNDS
from cally.ops.monitor.requests import CLASSES, Counts, Requests
from cally.ops.monitor.sampler import Monitor
from cally.store import Reader, Store, backups, recurring_jobs
from cally.store.totals import totals

LES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
MICRO = 1_000_000
DAY = 86_400
KINDS: Mapping[str, tuple[str, str]] = {
    "bookings": ("status", "Bookings that are kept."),
    "messages": ("state", "Messages to guests and hosts: waiting in the outbox, sent, failed, obsolete."),
    "jobs": ("state", "Work in the background."),
    "accounts": ("role", "Accounts that may sign in."),
    "calendars": ("state", "Calendars of others that are read."),
    "event_types": ("state", "Event types."),
}


async def families(store: Store, monitor: Monitor, report: HealthReport) -> list[Family]:
    """Everything that is known now; reads a few counts from the database."""
    return [
        *_of_process(monitor),
        *_of_requests(monitor.requests),
        *_of_store(store, monitor),
        *_of_disks(monitor),
        *_of_health(report),
        *await _of_totals(store.reader),
        *await _of_work(store.reader, monitor),
        *await _of_backups(store.reader),
    ]


def _of_process(monitor: Monitor) -> list[Family]:
    known = versions.known()
    labels = {"version": known["Cally"], "python": known["Python"], "sqlite": known["SQLite"]}
    found = [
        Family("cally_build_info", "gauge", "What runs here.", [Reading("", labels, 1)]),
        _one("cally_cores", "gauge", "Processor cores that the process may use.", machine.cores()),
        _one("cally_memory_limit_bytes", "gauge", "Memory that the process may have.", machine.memory_limit()),
        _one("process_max_fds", "gauge", "Files and connections that may be open.", machine.most_open_files()),
    ]
    if monitor.started_at is not None:
        at = monitor.started_at
        found.append(_one("process_start_time_seconds", "gauge", "When this process began, since 1970.", at))
    seen = monitor.reading
    if seen is not None:
        found += [
            Family(
                "process_cpu_seconds",
                "counter",
                "Processor time used.",
                [Reading("_total", {}, round(seen.cpu_seconds, 3))],
            ),
            _one("process_resident_memory_bytes", "gauge", "Memory in use.", seen.memory_bytes),
            _one("process_open_fds", "gauge", "Files and connections that are open.", seen.open_files),
            _one("cally_threads", "gauge", "Threads of the process.", seen.threads),
        ]
    lag = _figure(monitor, "lag_us")
    if lag is not None:
        found += [
            _one("cally_event_loop_lag_seconds", "gauge", "Lateness of the loop, 95 of 100 times.", lag.value / MICRO),
            _one("cally_event_loop_lag_max_seconds", "gauge", "Its longest lateness of late.", lag.highest / MICRO),
        ]
    return found


def _of_requests(requests: Requests) -> list[Family]:
    counted = [
        Reading("_total", {"part": part, "status": CLASSES[place]}, count)
        for part, counts in requests.parts.items()
        for place, count in enumerate(counts.classes)
        if count
    ]
    durations = [reading for part, counts in requests.parts.items() for reading in _histogram(part, counts)]
    return [
        Family("cally_http_requests", "counter", "Requests answered, by part of the house and status.", counted),
        Family("cally_http_request_duration_seconds", "histogram", "How long answers took.", durations),
        _one("cally_http_requests_in_flight", "gauge", "Requests being answered now.", requests.in_flight),
    ]


def _histogram(part: str, counts: Counts) -> list[Reading]:
    total = sum(counts.buckets)
    within = [(repr(le), sum(counts.buckets[: BOUNDS.index(le) + 1])) for le in LES]
    return [
        *(Reading("_bucket", {"part": part, "le": le}, count) for le, count in [*within, ("+Inf", total)]),
        Reading("_count", {"part": part}, total),
        Reading("_sum", {"part": part}, round(counts.seconds, 6)),
    ]


def _of_store(store: Store, monitor: Monitor) -> list[Family]:
    times = [Reading("_count", {}, store.commits.count), Reading("_sum", {}, round(store.commits.seconds, 6))]
    found = [Family("cally_commit_duration_seconds", "summary", "How long the disk took to keep changes.", times)]
    for name, what in (("database", "The database file."), ("log", "The write-ahead log beside it.")):
        figure = _figure(monitor, f"{name}_bytes")
        if figure is not None:
            found.append(_one(f"cally_{name}_size_bytes", "gauge", what, figure.value))
    return found


def _of_disks(monitor: Monitor) -> list[Family]:
    found = [(one.disk.name, one) for one in monitor.outlooks]
    ahead = [(name, one.ahead.full_in_days) for name, one in found]
    return [
        _by("cally_disk_free_bytes", "gauge", "Room left.", "disk", {name: one.disk.free_bytes for name, one in found}),
        _by(
            "cally_disk_size_bytes",
            "gauge",
            "Room in all.",
            "disk",
            {name: one.disk.total_bytes for name, one in found},
        ),
        _by(
            "cally_disk_full_in_seconds",
            "gauge",
            "When it will be full at the present pace; absent while it does not fill.",
            "disk",
            {name: round(days * DAY) for name, days in ahead if days is not None},
        ),
    ]


def _of_health(report: HealthReport) -> list[Family]:
    readings = [
        Reading("", {"check": name, "status": status}, int(check.status == status))
        for name, check in report.checks.items()
        for status in SEVERITY
    ]
    return [Family("cally_health_status", "gauge", "1 for the status that a check has, 0 for the others.", readings)]


async def _of_totals(db: Reader) -> list[Family]:
    found = await totals(db)
    return [_by(f"cally_{noun}", "gauge", what, label, found[noun]) for noun, (label, what) in KINDS.items()]


async def _of_work(db: Reader, monitor: Monitor) -> list[Family]:
    found: list[Family] = []
    for name, figure, what in (
        ("cally_jobs_due", "due_jobs", "Jobs that wait although they are due."),
        ("cally_jobs_lateness_seconds", "late_seconds", "How long the oldest of them has been due."),
    ):
        seen = _figure(monitor, figure)
        if seen is not None:
            found.append(_one(name, "gauge", what, seen.value))
    runs = await recurring_jobs.list_all(db)
    ended = {run.name: run.last_run_at for run in runs if run.last_run_at is not None}
    failed = {run.name: int(bool(run.last_error)) for run in runs}
    return [
        *found,
        _by("cally_recurring_job_last_run_timestamp_seconds", "gauge", "When it last ended.", "job", ended),
        _by("cally_recurring_job_failed", "gauge", "1 if its last run failed.", "job", failed),
    ]


async def _of_backups(db: Reader) -> list[Family]:
    newest = await backups.newest_sound(db)
    if newest is None:
        return []
    what = "When the newest backup was made whose restore was proved."
    return [
        _one("cally_backup_last_proven_timestamp_seconds", "gauge", what, newest.made_at),
        _one("cally_backup_last_proven_size_bytes", "gauge", "Its size.", newest.size_bytes),
    ]


def _figure(monitor: Monitor, name: str) -> Figure | None:
    return monitor.samples[-1].figures.get(name) if monitor.samples else None


def _one(name: str, kind: Kind, what: str, value: Value) -> Family:
    return Family(name, kind, what, [Reading("", {}, value)])


def _by(name: str, kind: Kind, what: str, label: str, values: Mapping[str, Any]) -> Family:
    return Family(name, kind, what, [Reading("", {label: key}, value) for key, value in values.items()])
