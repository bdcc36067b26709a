"""What admins have decided about alerts: of which checks they are told, how soon, by mail or not, and when nothing."""

from collections.abc import Mapping

import msgspec

from cally.errors import invalid
from cally.model.accounts import Actor
from cally.model.alerts import AlertRules, Level
from cally.store import Reader, Store, Writer, audit, settings

NAME = "alerts"
PATIENCE = (0, 60, 300)
LEVELS: tuple[Level, ...] = ("degraded", "failing", "never")
MOST_HOURS = 7 * 24


async def alert_rules(db: Reader) -> AlertRules:
    """What counts now."""
    kept = await settings.value(db, NAME)
    return msgspec.json.decode(kept, type=AlertRules) if kept else AlertRules()


async def change_rules(
    store: Store, *, levels: Mapping[str, str], patience_seconds: int, by_mail: bool, now: int, actor: Actor
) -> AlertRules:
    """Keep of which checks admins are told and how soon. Raises `invalid` naming `levels` or `patience`."""
    if patience_seconds not in PATIENCE:
        raise invalid("patience", "Please choose how soon you want to be told.")
    wanted: dict[str, Level] = {}
    for name, level in levels.items():
        found = next((known for known in LEVELS if known == level), None)
        if found is None:
            raise invalid("levels", "Please choose from when on you want to be told.")
        if found != "degraded":
            wanted[name] = found
    async with store.write() as tx:
        before = await alert_rules(tx)
        kept = msgspec.structs.replace(before, levels=wanted, patience_seconds=patience_seconds, by_mail=by_mail)
        await _keep(tx, kept, now, actor)
    return kept


async def silence(store: Store, hours: int, *, now: int, actor: Actor) -> AlertRules:
    """Tell nothing for so many hours; 0 ends a silence. Raises `invalid` naming `hours`."""
    if not 0 <= hours <= MOST_HOURS:
        raise invalid("hours", f"Alerts can be silent for up to {MOST_HOURS} hours.")
    async with store.write() as tx:
        until = now + hours * 3_600 if hours else 0
        kept = msgspec.structs.replace(await alert_rules(tx), silent_until=until)
        await _keep(tx, kept, now, actor)
    return kept


async def _keep(tx: Writer, kept: AlertRules, now: int, actor: Actor) -> None:
    await settings.put(tx, NAME, msgspec.json.encode(kept).decode())
    await audit.insert(
        tx,
        now=now,
        actor=actor,
        tag=f"{actor.kind}:setting:change",
        subject=f"setting:{NAME}",
        patience_seconds=kept.patience_seconds,
        by_mail=int(kept.by_mail),
        silent_until=kept.silent_until,
        levels=", ".join(f"{name} {level}" for name, level in sorted(kept.levels.items())),
    )
