"""The pulse: feeds the watchdog while Cally is alive, and logs when its health changes."""

import asyncio
import logging
import time
from contextlib import suppress

from cally.errors import CallyError
from cally.jobs import Worker
from cally.ops import health, notify_systemd, reserve
from cally.ops.alerts import Watcher
from cally.ops.errors import write_errors
from cally.store import Store
from cally.web.doors import Doors

LOOP_SECONDS = 60
WRITER_SECONDS = 15
PULSE_SECONDS = 10.0
BEARABLE = frozenset({"storage_busy", "storage_full"})  # starting anew would help neither

log = logging.getLogger("cally")


async def beat(doors: Doors, worker: Worker) -> None:
    """Feed the watchdog for as long as the database answers and the job loop turns; log when health changes."""
    known = health.HealthReport(status="ok", checks={})
    watcher = Watcher(
        doors.store,
        doors.vault,
        public_url=doors.public_url,
        mail=doors.mail,
        wake=doors.wake,
        allowed=doors.allowed_networks,
    )
    while True:
        reserve.look_after(doors.store.path.parent)
        if await _alive(doors.store, worker):
            notify_systemd.notify("WATCHDOG=1")
        known = await _told(doors, known)
        await write_errors(doors.store, doors.errors, doors.clock())
        await watcher.look(known, doors.clock())
        with suppress(CallyError):
            await doors.refusals.flush(doors.store, doors.clock())
        await asyncio.sleep(notify_systemd.watchdog_seconds() or PULSE_SECONDS)


async def _told(doors: Doors, known: health.HealthReport) -> health.HealthReport:
    report = await doors.health()
    for name, check in report.checks.items():
        if name not in known.checks or known.checks[name].status != check.status:
            level = {"ok": logging.INFO, "degraded": logging.WARNING, "failing": logging.ERROR}[check.status]
            log.log(level, "%s: %s", name, check.detail, extra={"check": name, "status": check.status})
    return report


async def _alive(store: Store, worker: Worker) -> bool:
    try:
        async with asyncio.timeout(WRITER_SECONDS), store.write():
            pass
    except (CallyError, TimeoutError) as error:
        if not isinstance(error, CallyError) or error.code not in BEARABLE:
            return False
    return time.monotonic() - worker.turned_at < LOOP_SECONDS
