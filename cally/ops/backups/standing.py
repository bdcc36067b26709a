"""How backups stand, in one sentence: when the last restore was proved, and what keeps the next from being made."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from cally.ops.backups.places import label
from cally.ops.backups.plan import next_due, plan_of
from cally.store import Reader, backup_targets, backups

DEGRADED_SECONDS = 26 * 3_600
FAILING_SECONDS = 3 * 86_400


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """`failing` when there is no proven backup of the last three days; `degraded` when one is late or a place fails."""

    status: Literal["ok", "degraded", "failing"]
    sentence: str


async def standing(db: Reader, now: int) -> Standing:
    """How backups stand now; a few rows are read."""
    plan, newest, last = await plan_of(db), await backups.newest_sound(db), await backups.last_run(db)
    found = await backup_targets.list_all(db)
    since = newest.made_at if newest else min((place.created_at for place in found), default=now)
    said = f"The last proven backup is of {_moment(since, plan.tz)}." if newest else "No backup has been proved yet."
    if now - since > FAILING_SECONDS:
        return Standing(status="failing", sentence=said)
    faults = [f"{label(place)}: {place.fault}" for place in found if place.enabled and place.fault]
    if faults:
        return Standing(status="degraded", sentence=f"{said} {faults[0]}")
    if last is not None and last.fault:
        return Standing(status="degraded", sentence=f"{said} The last one failed: {last.fault}")
    if now - since > DEGRADED_SECONDS:
        return Standing(status="degraded", sentence=said)
    if not plan.on:
        return Standing(status="degraded", sentence=f"{said} No backups are made by themselves.")
    upcoming = "" if newest else f" The first one is made at {_moment(next_due(plan, now), plan.tz)}."
    return Standing(status="ok", sentence=said + upcoming)


def _moment(at: int, tz: str) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(tz)).strftime("%Y-%m-%d %H:%M %Z")
