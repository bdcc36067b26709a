"""Disks: how much room there is, when they will be full, and whether somebody should look after them."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from cally.amounts import amount, days
from cally.ops.monitor.figures import FigureName
from cally.ops.monitor.keeping import history
from cally.ops.monitor.machine import Disk
from cally.ops.monitor.trend import LONG_DAYS, UNKNOWN, Forecast, Usage, forecast
from cally.store import Reader

DAY = 86_400
MIB, GIB = 1024**2, 1024**3
FAILING_BYTES = 64 * MIB
DEGRADED_BYTES = 512 * MIB
DEGRADED_PART, DEGRADED_PART_BELOW = 0.05, 10 * GIB
SOON_DAYS = 14
SAID_DAYS = 365
FIGURES: dict[str, tuple[FigureName, FigureName]] = {
    "state": ("state_used_bytes", "state_total_bytes"),
    "backups": ("backups_used_bytes", "backups_total_bytes"),
}

Trouble = Literal["ok", "degraded", "failing"]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A disk now, and what is ahead of it."""

    disk: Disk
    ahead: Forecast = UNKNOWN

    @property
    def trouble(self) -> Trouble:
        """`failing` when hardly anything can be written any more, `degraded` when room is short or soon will be."""
        free, total, soon = self.disk.free_bytes, self.disk.total_bytes, self.ahead.full_in_days
        if free < FAILING_BYTES and self.disk.name == "state":
            return "failing"
        short = free < DEGRADED_BYTES or (free < total * DEGRADED_PART and free < DEGRADED_PART_BELOW)
        return "degraded" if short or (soon is not None and soon < SOON_DAYS) else "ok"

    @property
    def sentence(self) -> str:
        """Room and forecast in words."""
        room = f"{amount(self.disk.free_bytes)} of {amount(self.disk.total_bytes)} are free."
        soon = self.ahead.full_in_days
        if soon is None or soon > SAID_DAYS:
            return room
        return f"{room} At the present pace it will be full in {days(soon)}."

    @property
    def forecast_words(self) -> str:
        """The forecast alone, like `Full in 23 days, at 2.1 GB a day`; also when there is none to be made."""
        soon = self.ahead.full_in_days
        if not self.ahead.known:
            return "A forecast needs three days."
        if soon is None or soon > SAID_DAYS:
            return "It is not filling up."
        return f"Full in {days(soon)}, at {amount(self.ahead.bytes_per_day)} a day."


async def outlooks(db: Reader, disks: Mapping[str, Disk], now: int) -> dict[str, Outlook]:
    """Each of these disks with its forecast by the history that is kept."""
    return {name: Outlook(disk=disk, ahead=await _ahead(db, disk, now)) for name, disk in disks.items()}


def judged(found: Sequence[Outlook]) -> tuple[Trouble, str]:
    """The worst of several disks, and all of them in words."""
    if not found:
        return "degraded", "The disk cannot be looked at."
    order: tuple[Trouble, ...] = ("ok", "degraded", "failing")
    worst = max((one.trouble for one in found), key=order.index)
    if len(found) == 1:
        return worst, found[0].sentence
    names = {"state": "Data", "backups": "Backups"}
    return worst, " ".join(f"{names.get(one.disk.name, one.disk.name)}: {one.sentence}" for one in found)


async def _ahead(db: Reader, disk: Disk, now: int) -> Forecast:
    if disk.name not in FIGURES:
        return UNKNOWN
    used, total = FIGURES[disk.name]
    since = now - LONG_DAYS * DAY
    sizes = {point.at: point.value for point in await history(db, total, since, now)}
    usage = [
        Usage(point.at, point.value, sizes[point.at])
        for point in await history(db, used, since, now)
        if point.at in sizes
    ]
    return forecast(usage, free_bytes=disk.free_bytes, now=now)
