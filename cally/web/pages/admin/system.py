"""How this server is, beginning with one sentence; every check in words, with the page that helps."""

from litestar import get
from litestar.di import NamedDependency

from cally.ops.health import Status
from cally.web.pages.host.desk import Desk, Page

NAMES = {
    "database": "Database",
    "disk": "Disk",
    "jobs": "Work in the background",
    "mail": "Mail",
    "calendars": "Calendars",
    "clock": "Clock",
    "time_zones": "Time zones",
    "maintenance": "Maintenance mode",
}
TONES: dict[Status, str] = {"ok": "", "degraded": "warn", "failing": "danger"}
VERDICTS: dict[Status, str] = {"ok": "fine", "degraded": "needs attention", "failing": "does not work"}
FIXES = {"mail": "/admin/settings#mail", "jobs": "/app/outbox?of=all", "calendars": "/app/calendars", "maintenance": "/admin/updates#maintenance"}


@get("/admin/system")
async def show(admin: NamedDependency[Desk]) -> Page:
    """Everything is fine, or what is not."""
    report = await admin.doors.health()
    wrong = [NAMES.get(name, name) for name, check in report.checks.items() if check.status != "ok"]
    return await admin.page(
        "pages/admin/system.html",
        here="system",
        tab="system",
        sentence=_sentence(report.status, wrong),
        tone=TONES[report.status],
        checks=[
            {
                "name": NAMES.get(name, name),
                "tone": TONES[check.status],
                "verdict": VERDICTS[check.status],
                "detail": check.detail,
                "fix": FIXES.get(name, "") if check.status != "ok" else "",
            }
            for name, check in report.checks.items()
        ],
    )


ROUTES = [show]


def _sentence(status: Status, wrong: list[str]) -> str:
    if status == "ok":
        return "Everything is fine"
    named = wrong[0] if len(wrong) == 1 else f"{', '.join(wrong[:-1])} and {wrong[-1]}"
    verb = "needs" if len(wrong) == 1 else "need"
    return f"{named} {verb} attention" if status == "degraded" else f"Something does not work: {named}"
