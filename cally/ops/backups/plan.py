"""When backups are made and how long they are kept: what an admin chose, when the next is due, which ones may go."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from cally.errors import invalid
from cally.model.accounts import Actor
from cally.model.backups import Backup, BackupPlan
from cally.model.zones import zone
from cally.store import Reader, Store, accounts, audit, hosts, settings

SETTING = "backups"
RETRY_SECONDS = 3_600
DAY_SECONDS = 86_400
KEPT_BEFORE_UPGRADES = 3
LAST_HOUR = 23
MOST = {"daily": 90, "weekly": 104, "monthly": 120}


async def plan_of(db: Reader) -> BackupPlan:
    """What counts now; until an admin has chosen, it is 3 in the night by the clocks of the first admin."""
    kept = await settings.value(db, SETTING)
    if kept is not None:
        return msgspec.json.decode(kept, type=BackupPlan)
    admins = [account for account in await accounts.list_all(db) if account.role == "admin"]
    host = await hosts.by_id(db, min(admins, key=lambda one: one.id).id) if admins else None
    return BackupPlan(tz=host.tz) if host else BackupPlan()


async def change_plan(store: Store, plan: BackupPlan, *, now: int, actor: Actor) -> None:
    """Keep another plan. Raises `invalid`."""
    zone(plan.tz, "tz")
    if not 0 <= plan.hour <= LAST_HOUR:
        raise invalid("hour", "The hour is one from 0 to 23.")
    for name, most in MOST.items():
        if not (1 if name == "daily" else 0) <= getattr(plan, name) <= most:
            raise invalid(name, f"This should be a whole number up to {most}; of days at least one.")
    async with store.write() as tx:
        await settings.put(tx, SETTING, msgspec.json.encode(plan).decode())
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:setting:change", subject=f"setting:{SETTING}")


def last_due(plan: BackupPlan, now: int) -> int:
    """The latest instant up to now at which a backup was to be made."""
    tz = ZoneInfo(plan.tz)
    today = datetime.fromtimestamp(now, UTC).astimezone(tz).date()
    return max(at for at in (_at(plan, tz, today - timedelta(days=n)) for n in (-1, 0, 1)) if at <= now)


def next_due(plan: BackupPlan, now: int) -> int:
    """The first instant after now at which a backup is to be made."""
    tz = ZoneInfo(plan.tz)
    today = datetime.fromtimestamp(now, UTC).astimezone(tz).date()
    return min(at for at in (_at(plan, tz, today + timedelta(days=n)) for n in (-1, 0, 1, 2)) if at > now)


def is_due(plan: BackupPlan, *, since: int, good_at: int | None, tried_at: int | None, now: int) -> bool:
    """Whether one is to be made now: none since its time, and the last try that failed is an hour ago.

    `since` is when backups began here, `good_at` when the last good one was begun, `tried_at` when the last try ended.
    """
    if not plan.on:
        return False
    due_at = last_due(plan, now)
    if due_at < since or (good_at is not None and due_at <= good_at <= now):
        return False
    return tried_at is None or not due_at <= tried_at <= now or now - tried_at >= RETRY_SECONDS


def may_go(found: Iterable[Backup], plan: BackupPlan, now: int) -> list[Backup]:
    """Those of one target that are kept no longer, by the plan.

    Of each kept day, week and month the newest stays, a proven one before others; all of the last 24 hours stay, and
    the newest proven one always. What was made before an upgrade is counted apart. One that is not sound goes once
    there is a newer one that is.
    """
    everything = sorted(found, key=lambda one: one.made_at, reverse=True)
    upgrades = [one for one in everything if one.why == "before upgrade"]
    others = [one for one in everything if one.why != "before upgrade"]
    kept = {one.id for one in [*upgrades[:KEPT_BEFORE_UPGRADES], *_kept(others, plan, now)]}
    proven = [one for one in everything if one.sound]
    kept |= {one.id for one in (proven[:1] or everything[:1])}
    return [one for one in everything if one.id not in kept]


def _kept(found: list[Backup], plan: BackupPlan, now: int) -> list[Backup]:
    tz = ZoneInfo(plan.tz)
    newest_sound = max((one.made_at for one in found if one.sound), default=None)
    usable = [one for one in found if one.sound is not False or newest_sound is None or one.made_at > newest_sound]
    kept = [one for one in usable if one.made_at > now - DAY_SECONDS]
    for shape, most in (("%Y-%j", plan.daily), ("%G-W%V", plan.weekly), ("%Y-%m", plan.monthly)):
        spans: dict[str, list[Backup]] = {}
        for one in usable:
            span = datetime.fromtimestamp(one.made_at, UTC).astimezone(tz).strftime(shape)
            spans.setdefault(span, []).append(one)
        kept += [next((one for one in ones if one.sound), ones[0]) for ones in list(spans.values())[:most]]
    return kept


def _at(plan: BackupPlan, tz: ZoneInfo, day: date) -> int:
    """The hour on a day's clocks; one that they leave out is as far after midnight, one they show twice the first."""
    return int(datetime.combine(day, time(plan.hour), tz).timestamp())
