"""Watching the health checks: what changes for good is kept and told in one transaction, so never lost or doubled."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from cally.errors import CallyError
from cally.model.alerts import Alert, AlertRules, Telling
from cally.notify import MailSettings
from cally.ops.alerts import telling
from cally.ops.alerts.judging import Judgement, judged
from cally.ops.alerts.rules import alert_rules
from cally.ops.alerts.telling import Audience
from cally.ops.health import Check, HealthReport
from cally.store import Reader, Store, Writer, alert_messages, alerts, error_kinds
from cally.vault import Vault

LATELY_SECONDS = 6 * 3_600
KEPT_SECONDS = 400 * 86_400
CANNOT_WRITE = frozenset({"storage_full", "storage_failed"})
WELL = Check(status="ok")

log = logging.getLogger("cally.alerts")


class _Known(NamedTuple):
    """What was read before a look, or remembered from the last one when reading is impossible."""

    rules: AlertRules
    lasting: list[Alert]
    audience: Audience
    newest: dict[str, int]


class _Change(NamedTuple):
    before: Alert | None
    after: Alert | None
    telling: Telling | None


class Watcher:
    """Looks at each health report. `public_url` and `mail` are read at each message; `wake` tells the job worker.

    While the database cannot be written to, what changes is kept in memory and told at once, without the outbox; it is
    written as told when that is possible again. `newest` says when something was last added to what a check counts.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        *,
        public_url: Callable[[], str],
        mail: Callable[[], MailSettings | None],
        wake: Callable[[], None],
        allowed: tuple[str, ...] = (),
    ) -> None:
        self._store = store
        self._vault = vault
        self._public_url = public_url
        self._mail = mail
        self._wake = wake
        self._allowed = allowed
        self._known = _Known(AlertRules(), [], Audience([], []), {})
        self._unkept: dict[int, Alert | None] = {}
        self._telling: set[asyncio.Task[int]] = set()

    async def look(self, report: HealthReport, now: int) -> None:
        """Take in how every check stands; a fault of its own is logged, and never ends who calls."""
        try:
            await self._look(report, now)
        except CallyError as failure:
            log.warning("Alerts could not be looked after: %s", failure.sentence)
        except Exception:
            log.exception("Alerts could not be looked after.")

    async def _look(self, report: HealthReport, now: int) -> None:
        await self._read()
        lasting = self._lasting()
        changes = await self._changes(report, lasting, now)
        if not changes and not self._unkept:
            return
        told = [(one.after, one.telling) for one in changes if one.after is not None and one.telling is not None]
        try:
            async with self._store.write() as tx:
                await self._keep(tx, changes)
                if told:
                    others = _others(lasting, changes)
                    message = telling.written(told, others, public_url=self._public_url(), now=now)
                    to, has_server = self._known.audience, self._mail() is not None
                    await telling.plan(tx, message, told, to, has_server=has_server)
        except CallyError as failure:
            if failure.code not in CANNOT_WRITE:
                raise
            self._unkept.update(_ids(changes))
            if told:
                self._tell_at_once(told, _others(lasting, changes), now)
            return
        self._unkept.clear()
        if told:
            self._wake()
            log.info("Alert: %s", message.title)

    async def _read(self) -> None:
        """What is known, anew; a database that cannot be read leaves us with what it said before."""
        try:
            db = self._store.reader
            rules = await alert_rules(db)
            to = await telling.audience(db, rules)
            self._known = _Known(rules, await alerts.lasting(db), to, await _newest(db))
        except CallyError as failure:
            log.warning("Alerts go by what was known before: %s", failure.sentence)

    def _lasting(self) -> dict[str, Alert]:
        found = [alert for alert in self._known.lasting if alert.id not in self._unkept]
        found += [alert for alert in self._unkept.values() if alert is not None and alert.ended_at is None]
        return {alert.check: alert for alert in found}

    async def _changes(self, report: HealthReport, lasting: dict[str, Alert], now: int) -> list[_Change]:
        """A check that is not made any more counts as well; but while the database fails, hardly any is made."""
        checks = dict(report.checks)
        if checks.get("database", WELL).status == "ok":
            checks |= {name: WELL for name in lasting if name not in checks}
        found = []
        for name, check in checks.items():
            before = lasting.get(name)
            after, said = await self._judged(before, name, check, now)
            if after != before:
                found.append(_Change(before, after, said))
        return found

    async def _judged(self, before: Alert | None, name: str, check: Check, now: int) -> Judgement:
        lately = 0
        if before is not None and check.status == "ok" and self._store.failed is None:
            lately = await alerts.count_ended(self._store.reader, name, since=now - LATELY_SECONDS)
        newest_at = self._known.newest.get(name, 0)
        return judged(before, name, check, rules=self._known.rules, now=now, lately=lately, newest_at=newest_at)

    async def _keep(self, tx: Writer, changes: list[_Change]) -> None:
        for row, alert in (self._unkept | _ids(changes)).items():
            if alert is None:
                await alerts.delete(tx, row)
            else:
                await alerts.put(tx, alert)

    def _tell_at_once(self, told: list[tuple[Alert, Telling]], others: list[Alert], now: int) -> None:
        """Beside the pulse, which must not wait for anybody's server."""
        public_url = self._public_url()
        message = telling.written(told, others, public_url=public_url, now=now)
        log.error("Alert, told without the database: %s", message.title)
        saying = telling.tell_at_once(
            self._store.reader,
            self._vault,
            message,
            self._known.audience,
            mail=self._mail(),
            public_url=public_url,
            allowed=self._allowed,
        )
        task = asyncio.create_task(saying, name="alert at once")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


async def sweep_alerts(store: Store, now: int) -> None:
    """Forget alerts and messages of more than a year ago."""
    async with store.write() as tx:
        await alerts.delete_old(tx, before=now - KEPT_SECONDS)
        await alert_messages.delete_old(tx, before=now - KEPT_SECONDS)


async def _newest(db: Reader) -> dict[str, int]:
    return {"errors": await error_kinds.newest_at(db)}


def _ids(changes: list[_Change]) -> dict[int, Alert | None]:
    found: dict[int, Alert | None] = {}
    for before, after, _ in changes:
        if after is not None:
            found[after.id] = after
        elif before is not None:
            found[before.id] = None
    return found


def _others(lasting: dict[str, Alert], changes: list[_Change]) -> list[Alert]:
    """What is wrong besides, and was told before."""
    changed = {one.before.id for one in changes if one.before is not None and one.telling is not None}
    return [one for one in lasting.values() if one.id not in changed and one.told_at and one.well_since is None]
