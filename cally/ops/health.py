"""Is Cally well? A few cheap checks with one answer in words each, for `/api/health`, the watchdog and the doctor."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from cally import __version__, bookings
from cally.errors import CallyError
from cally.model.time_law import CaseCounts
from cally.model.zones import tzdata_version, tzdata_version_on_disk
from cally.ops import certificate, errors
from cally.ops.backups.standing import standing
from cally.ops.maintenance import Maintenance, current
from cally.ops.memory import MemoryWatch
from cally.ops.monitor import machine
from cally.ops.monitor.disk import Outlook, judged
from cally.ops.monitor.trend import UNKNOWN
from cally.ops.upgrades import watching
from cally.store import Reader, Store, health, log_rot, recurring_jobs

Status = Literal["ok", "degraded", "failing"]
SEVERITY: tuple[Status, ...] = ("ok", "degraded", "failing")

LATE_SECONDS = 300
VERY_LATE_SECONDS = 900
ENDLESS_SECONDS = 12 * 3_600
MAIL_LOOKED_AT, MAIL_TRIES = 20, 3
MAIL_AWAY_SECONDS = 3_600
LOOP_SECONDS = 60
STALE_SECONDS = 3 * 3_600
CLOCK_SECONDS = 120


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check: how it stands, and why, in words; `detail` is empty for those who may not know."""

    status: Status
    detail: str = ""


class Chosen(Check, frozen=True, kw_only=True):
    """A check that is not well because nobody has set it up: it is shown, but nobody is alarmed by it."""


class HealthReport(msgspec.Struct, frozen=True, kw_only=True):
    """All checks by name; the worst of them is the status. `failing` is answered with 503, the others with 200.

    `checked_at` is when they were made; None when nobody looked.
    """

    status: Status
    checks: dict[str, Check]
    checked_at: int | None = None

    def without_details(self) -> "HealthReport":
        """What anybody may see."""
        bare = {name: Check(status=check.status) for name, check in self.checks.items()}
        return HealthReport(status=self.status, checks=bare, checked_at=self.checked_at)


async def report(
    store: Store,
    *,
    state_dir: Path,
    now: int,
    mail_set_up: bool,
    turned_seconds_ago: float | None,
    disks: Sequence[Outlook] = (),
    memory: MemoryWatch | None = None,
    public_url: str = "",
) -> HealthReport:
    """Run every check; takes well under a millisecond.

    `turned_seconds_ago` is how long ago the job loop last went round, None when none runs in this process. `disks` are
    what the monitor makes of them, `memory` watches this process, `public_url` is what guests type; the room
    that is left for the data is looked up anew.
    """
    upkeep = current(state_dir)
    checks = {
        "database": await database(store),
        "disk": disk(_as_now(disks, state_dir)),
    }
    if checks["database"].status == "ok":
        db = store.reader
        checks["jobs"] = await jobs(db, now, turned_seconds_ago, mail_set_up=mail_set_up, resting=upkeep is not None)
        checks["mail"] = await mail(db, now, set_up=mail_set_up)
        checks["calendars"] = await calendars(db, now)
        checks["clock"] = await clock(db, now)
        checks["time_zones"] = await time_zones(db)
        if public_url:
            checks["certificate"] = await shown_certificate(db, public_url, now)
        checks["errors"] = await unexpected(db, now)
        if memory is not None:
            status, detail = await memory.standing(db, now)
            checks["memory"] = Check(status=status, detail=detail)
        checks["backups"] = await backups(db, now)
        checks["maintenance"] = maintenance(upkeep)
        checks["version"] = await version(db)
    return HealthReport(status=worst([check.status for check in checks.values()]), checks=checks, checked_at=now)


def worst(statuses: Sequence[Status]) -> Status:
    """The gravest of several."""
    return max(statuses, key=SEVERITY.index, default="ok")


async def database(store: Store) -> Check:
    """Does it answer, and may it still be written to?"""
    if store.failed is not None:
        return Check(status="failing", detail=store.failed.sentence)
    try:
        await health.answers(store.reader)
    except (CallyError, OSError) as error:
        return Check(status="failing", detail=str(error))
    if kept := log_rot.kept_logs(store.path):
        detail = f"The log was damaged and changes are lost. It is kept as {kept[-1].name}: compare, then remove it."
        return Check(status="degraded", detail=detail)
    return Check(status="ok", detail="The database answers.")


def disk(found: Sequence[Outlook]) -> Check:
    """Is there room for what will be booked, and for how long?"""
    status, detail = judged(found)
    return Check(status=status, detail=detail)


def _as_now(disks: Sequence[Outlook], state_dir: Path) -> list[Outlook]:
    """The monitor looks every ten seconds; a disk can be full before that."""
    ahead = {one.disk.name: one.ahead for one in disks}
    now = [
        Outlook(disk=one, ahead=ahead.get(name, UNKNOWN)) for name, one in machine.disks({"state": state_dir}).items()
    ]
    return [*now, *(one for one in disks if one.disk.name != "state")]


async def jobs(
    db: Reader, now: int, turned_seconds_ago: float | None, *, mail_set_up: bool, resting: bool = False
) -> Check:
    """Is due work being done? Mail is meant to wait while there is no server for it, everything during maintenance."""
    if turned_seconds_ago is not None and turned_seconds_ago > LOOP_SECONDS:
        return Check(status="failing", detail=f"The job loop has stood still for {int(turned_seconds_ago)} seconds.")
    if resting:
        return Check(status="ok", detail="Work in the background waits until maintenance is over.")
    due_at = await health.oldest_due(db, mail_set_up=mail_set_up)
    late = max(0, now - due_at) if due_at is not None else 0
    if late > LATE_SECONDS:
        grave: Status = "failing" if late > VERY_LATE_SECONDS else "degraded"
        return Check(status=grave, detail=f"The oldest waiting job is {late // 60} minutes late.")
    if turned_seconds_ago is not None and (slow := await _slow_recurring(db, now)) is not None:
        return slow
    dead = await health.count_dead(db)
    if dead:
        return Check(status="degraded", detail=f"Jobs that were given up: {dead}.")
    return Check(status="ok", detail="No job is late.")


async def _slow_recurring(db: Reader, now: int) -> Check | None:
    """What should run every so often and does not begin, or not end."""
    for run in await recurring_jobs.list_all(db):
        late = now - run.due_at
        if run.started_at is None and late > LATE_SECONDS:
            grave: Status = "failing" if late > VERY_LATE_SECONDS else "degraded"
            return Check(status=grave, detail=f"The recurring job “{run.name}” is {late // 60} minutes late.")
        if run.started_at is not None and now - run.started_at > ENDLESS_SECONDS:
            hours = (now - run.started_at) // 3_600
            return Check(
                status="degraded", detail=f"The recurring job “{run.name}” has been running for {hours} hours."
            )
    return None


async def mail(db: Reader, now: int, *, set_up: bool) -> Check:
    """Can guests and hosts be written to?"""
    if not set_up:
        return Chosen(status="degraded", detail="No mail server is set up: messages wait in the outbox.")
    stuck = await _stuck_mail(db, now)
    if stuck is not None:
        return stuck
    failed = await health.count_failed_messages(db)
    if failed:
        return Check(status="degraded", detail=f"Messages that could not be delivered: {failed}.")
    return Check(status="ok", detail="A mail server is set up.")


async def _stuck_mail(db: Reader, now: int) -> Check | None:
    """Mail that is tried again and again is not late; but when that is all there is, the mail server is away."""
    tried = [one for one in await health.next_mail(db, limit=MAIL_LOOKED_AT) if one[0] > 0]
    stuck = [one for one in tried if one[0] >= MAIL_TRIES and now - one[1] >= VERY_LATE_SECONDS]
    if not stuck or 2 * len(stuck) < len(tried):
        return None
    _, since, error = min(stuck, key=lambda one: one[1])
    grave: Status = "failing" if now - since >= MAIL_AWAY_SECONDS else "degraded"
    detail = f"Mail has been tried for {(now - since) // 60} minutes and does not get out. {error}".strip()
    return Check(status=grave, detail=detail)


async def calendars(db: Reader, now: int) -> Check:
    """Is busy time from outside known?"""
    stale = await health.count_stale_calendars(db, before=now - STALE_SECONDS)
    if stale:
        return Check(status="degraded", detail=f"Calendars without a reading in the last three hours: {stale}.")
    return Check(status="ok", detail="Every calendar was read lately.")


async def clock(db: Reader, now: int) -> Check:
    """Has the clock gone backwards?"""
    latest = await health.latest_entry_at(db)
    if latest is not None and latest > now + CLOCK_SECONDS:
        behind = (latest - now) // 60
        return Check(status="degraded", detail=f"The clock is {behind} minutes behind what was already noted.")
    return Check(status="ok", detail="The clock has not gone backwards.")


async def unexpected(db: Reader, now: int) -> Check:
    """Has something failed in a way that it should not? What an admin calls known does not count."""
    status, detail = await errors.standing(db, now)
    return Check(status=status, detail=detail)


async def time_zones(db: Reader) -> Check:
    """By which rules do clocks go, and did the last change of them concern bookings? (M5)

    A process keeps the rules that it began with: newer ones on disk are used by the next one.
    """
    version, on_disk = tzdata_version(), tzdata_version_on_disk()
    if on_disk is not None and on_disk != version:
        detail = f"Time zone rules on disk ({on_disk}) are newer than those in use ({version}): start Cally again."
        return Check(status="degraded", detail=detail)
    law = await bookings.law_in_use(db)
    if law is None or law.changed_at is None or law.version != version:
        return Check(status="ok", detail=f"Rules of {version} are in use.")
    since = datetime.fromtimestamp(law.changed_at, UTC).date().isoformat()
    found = await bookings.time_law_counts(db, version)
    detail = f"Rules of {version} since {since} (before: {law.before}). {_concerned(found)}"
    return Check(status="ok", detail=detail)


async def backups(db: Reader, now: int) -> Check:
    """Can what is here be had again after the disk has died?"""
    found = await standing(db, now)
    return Check(status=found.status, detail=found.sentence)


async def version(db: Reader) -> Check:
    """Is a newer version out that mends a hole? (R35)"""
    found = await watching.seen(db) if await watching.is_wanted(db) else None
    newer = found.newer if found is not None else None
    if newer is None:
        return Check(status="ok", detail=f"Cally {__version__} runs.")
    if newer.security:
        return Check(
            status="degraded", detail=f"Cally {newer.version} is out and mends a security hole; {__version__} runs."
        )
    return Check(status="ok", detail=f"Cally {newer.version} is out; {__version__} runs.")


async def shown_certificate(db: Reader, public_url: str, now: int) -> Check:
    """Will browsers believe the public address, and for how long?"""
    status, detail = certificate.standing(await certificate.remembered(db), public_url, now)
    return Check(status=status, detail=detail)


def maintenance(upkeep: Maintenance | None) -> Check:
    """Is everybody kept from changing anything? Wanted, but not for ever."""
    if upkeep is None:
        return Check(status="ok", detail="Maintenance mode is off.")
    since = datetime.fromtimestamp(upkeep.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Check(status="degraded", detail=f"Maintenance mode is on since {since} ({upkeep.by}).")


def _concerned(found: CaseCounts) -> str:
    if not found.affected:
        return "No booking was affected."
    settled = found.affected - found.open
    return f"Bookings affected: {found.affected}; settled {settled}, open {found.open}."
