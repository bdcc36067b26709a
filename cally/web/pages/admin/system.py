"""How this server is, beginning with one sentence: its figures, every check in words, its disks, its versions."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from cally.amounts import amount, duration
from cally.ops.alerts import wording
from cally.ops.health import SEVERITY, HealthReport, Status
from cally.ops.monitor import versions
from cally.ops.monitor.disk import Outlook
from cally.store import alerts
from cally.web.pages.admin.system_tiles import SPANS, Span, tiles
from cally.web.pages.host.desk import Desk, Page

HERE = "/admin/system"
TONES: dict[Status, str] = {"ok": "", "degraded": "warn", "failing": "danger"}
VERDICTS: dict[Status, str] = {"ok": "fine", "degraded": "needs attention", "failing": "does not work"}
PLACES = {"state": "Data", "backups": "Backups"}


@get(HERE)
async def show(admin: NamedDependency[Desk], span: FromQuery[str] = "hour") -> Page:
    """Everything is fine, or what is not."""
    monitor, now = admin.doors.monitor, admin.now
    name = span if span in SPANS else "hour"
    shown = SPANS[name]
    report = await admin.doors.health()
    wrong = [wording.known(name).name for name, check in report.checks.items() if check.status != "ok"]
    samples = await monitor.between(admin.db, now - shown.seconds, now)
    large, small = tiles(samples, shown, now=now)
    return await admin.page(
        "pages/admin/system.html",
        here="system",
        tab="system",
        sentence=_sentence(report.status, wrong),
        tone=TONES[report.status],
        checked_at=admin.words.clock(now),
        checks=await _checks(admin, report),
        span=name,
        spans=_spans(SPANS),
        large=large,
        small=small,
        disks=[_disk(one) for one in monitor.outlooks],
        database=_database(monitor.samples[-1].figures) if monitor.samples else "",
        versions=versions.known(),
        running=duration(now - monitor.started_at) if monitor.started_at else "",
    )


ROUTES = [show]


async def _checks(admin: Desk, report: HealthReport) -> list[dict[str, Any]]:
    """What is wrong comes first, the gravest at the top."""
    since = {alert.check: alert.began_at for alert in await alerts.lasting(admin.db)}
    found = sorted(report.checks.items(), key=lambda item: -SEVERITY.index(item[1].status))
    return [
        {
            "name": wording.known(name).name,
            "tone": TONES[check.status],
            "verdict": VERDICTS[check.status],
            "detail": check.detail,
            "lasts": duration(admin.now - since[name]) if check.status != "ok" and name in since else "",
            "fix": _fix(name) if check.status != "ok" else "",
        }
        for name, check in found
    ]


def _fix(check: str) -> str:
    """The page that helps; empty for this one."""
    page = wording.known(check).page
    return "" if page == HERE else page


def _spans(spans: dict[str, Span]) -> list[tuple[str, str, str]]:
    return [(name, one.words.removeprefix("last ").capitalize(), f"{HERE}?span={name}") for name, one in spans.items()]


def _disk(one: Outlook) -> dict[str, Any]:
    return {
        "name": PLACES.get(one.disk.name, one.disk.name),
        "used": one.disk.used_bytes,
        "total": one.disk.total_bytes,
        "percent": round(one.disk.used_bytes / one.disk.total_bytes * 100) if one.disk.total_bytes else 0,
        "words": _room(one),
        "ahead": one.forecast_words,
        "tone": TONES[one.trouble],
    }


def _room(one: Outlook) -> str:
    """What is used, or what is left where that is what matters."""
    total = amount(one.disk.total_bytes)
    if one.trouble != "ok":
        return f"{amount(one.disk.free_bytes)} left of {total}"
    return f"{amount(one.disk.used_bytes)} of {total}"


def _database(figures: dict[str, Any]) -> str:
    size, log = figures.get("database_bytes"), figures.get("log_bytes")
    if size is None:
        return ""
    return amount(size.value) + (f", and {amount(log.value)} of changes to fold in" if log and log.value else "")


def _sentence(status: Status, wrong: list[str]) -> str:
    if status == "ok":
        return "Everything is fine"
    named = wrong[0] if len(wrong) == 1 else f"{', '.join(wrong[:-1])} and {wrong[-1]}"
    verb = "needs" if len(wrong) == 1 else "need"
    return f"{named} {verb} attention" if status == "degraded" else f"Something does not work: {named}"
