"""What a look at one check makes of its alert: begun, told, worse, over; arithmetic of instants and nothing else."""

from typing import NamedTuple

import msgspec

from cally.model.alerts import Alert, AlertRules, Grade, Telling
from cally.model.ids import new_id
from cally.ops.health import SEVERITY, Check, Chosen

REMINDER_SECONDS = 86_400
MORE_SECONDS = 3_600
FIVE_TIMES = 5
TWICE = 2
LONGEST_CALM_SECONDS = 3_600
MEANT_SECONDS = {"maintenance": 2 * 3_600}  # somebody wants it so; it is told when they may have forgotten it


class Judgement(NamedTuple):
    """How the alert stands now (None: there is none any more), and what there is to tell."""

    alert: Alert | None
    telling: Telling | None = None


def counts(name: str, check: Check, rules: AlertRules) -> bool:
    """Whether admins want to know of a check that stands like this."""
    level = rules.levels.get(name, "degraded")
    if check.status == "ok" or level == "never" or isinstance(check, Chosen):
        return False
    return SEVERITY.index(check.status) >= SEVERITY.index(level)


def judged(
    alert: Alert | None, name: str, check: Check, *, rules: AlertRules, now: int, lately: int = 0, newest_at: int = 0
) -> Judgement:
    """Look at a check once more. `lately` is how often it was over in the last hours: who comes and goes calms slower.

    `newest_at` is when the last thing was added to what the check counts, where each of them is worth telling.
    """
    if not counts(name, check, rules):
        return Judgement(None) if alert is None else _well(alert, rules, now, lately)
    if alert is None:
        alert = _begun(name, check, now)
    return _unwell(_noted(alert, check, now), check, rules, now, newest_at)


def _begun(name: str, check: Check, now: int) -> Alert:
    return Alert(id=new_id(now), check=name, status=_grade(check), detail=check.detail, began_at=now, since=now)


def _grade(check: Check) -> Grade:
    return "failing" if check.status == "failing" else "degraded"


def _noted(alert: Alert, check: Check, now: int) -> Alert:
    """Not well after all, or with another weight; a clock that was set back does not make it wait for that day."""
    since = now if check.status != alert.status else min(alert.since, now)
    grade = _grade(check)
    began_at = min(alert.began_at, now)
    if (alert.status, alert.since, alert.began_at, alert.well_since) == (grade, since, began_at, None):
        return alert
    return msgspec.structs.replace(
        alert, status=grade, detail=check.detail, since=since, began_at=began_at, well_since=None
    )


def _unwell(alert: Alert, check: Check, rules: AlertRules, now: int, newest_at: int) -> Judgement:
    telling = None if now < rules.silent_until else _telling(alert, rules, now, newest_at)
    if telling is None:
        return Judgement(alert)
    told = msgspec.structs.replace(alert, detail=check.detail, told_status=alert.status, told_at=now)
    return Judgement(told, telling)


def _telling(alert: Alert, rules: AlertRules, now: int, newest_at: int) -> Telling | None:
    grave = alert.status == "failing" and now - alert.since >= rules.patience_seconds
    if alert.told_at is None or alert.told_status is None:
        patience = max(FIVE_TIMES * rules.patience_seconds, MEANT_SECONDS.get(alert.check, 0))
        return "began" if grave or now - alert.began_at >= patience else None
    if grave and alert.told_status == "degraded":
        return "worse"
    told_ago = now - min(alert.told_at, now)
    if newest_at > alert.told_at and told_ago >= MORE_SECONDS:
        return "more"
    return "reminder" if told_ago >= REMINDER_SECONDS else None


def _well(alert: Alert, rules: AlertRules, now: int, lately: int) -> Judgement:
    """Well again; that is believed, and told, when it has lasted."""
    well_since = min(alert.well_since if alert.well_since is not None else now, now)
    lasting = msgspec.structs.replace(alert, well_since=well_since)
    calm = min(TWICE * rules.patience_seconds << min(lately, 10), LONGEST_CALM_SECONDS)
    if now - well_since < calm:
        return Judgement(lasting)
    if alert.told_at is None:
        return Judgement(None)
    if now < rules.silent_until:
        return Judgement(lasting)
    return Judgement(msgspec.structs.replace(lasting, ended_at=well_since), "over")
