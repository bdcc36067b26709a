"""Alerts: what is wrong since when, whom that reaches, of what admins are told, and what was wrong before."""

from typing import NamedTuple

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.amounts import duration
from cally.errors import CallyError, not_found
from cally.model.alerts import Alert, AlertChannel, AlertDelivery, AlertRules
from cally.ops.alerts import (
    add_alert_channel,
    alert_rules,
    change_alert_channel,
    change_rules,
    list_alert_channels,
    remove_alert_channel,
    silence,
    test_alert_channel,
    wording,
)
from cally.ops.alerts.rules import LEVELS, PATIENCE
from cally.store import accounts, alert_messages, alerts
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.admin.system import TONES
from cally.web.pages.host.desk import Asked, Desk, Page

HERE = "/admin/alerts"
SHOWN = 20
SILENCES = (1, 4, 12, 24, 72)


class Shown(NamedTuple):
    """An alert in words: the dot before it, its sentence, how long, and the page that helps."""

    alert: Alert
    tone: str
    sentence: str
    lasted: str
    page: str


class Sent(NamedTuple):
    """A message, and how it went on each of its ways."""

    title: str
    body: str
    made_at: int
    ways: list[AlertDelivery]


@get("/admin/alerts")
async def show(admin: NamedDependency[Desk]) -> Page:
    """Everything on one page."""
    return await _page(admin)


@post("/admin/alerts/rules", status_code=303)
async def decide(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Of what admins are told, how soon, and whether by mail."""
    form, known = await forms.read(request), await alert_rules(admin.db)
    sent = {name.removeprefix("level-"): value for name, value in form.pairs if name.startswith("level-")}
    checks = (await admin.doors.health()).checks.keys() | known.levels.keys()
    levels = {name: sent.get(name, known.levels.get(name, "degraded")) for name in checks}
    patience = int(form.choice("patience", [str(seconds) for seconds in PATIENCE]))
    if form.faults:
        return await _page(admin, form, status=422)
    try:
        await change_rules(
            admin.store,
            levels=levels,
            patience_seconds=patience,
            by_mail=form.flag("by_mail"),
            now=admin.now,
            actor=admin.admin,
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    return admin.back_to(f"{HERE}#rules", "Saved. It counts from now on.")


@post("/admin/alerts/silence", status_code=303)
async def be_silent(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Nothing is told for some hours; 0 ends a silence."""
    form = await forms.read(request)
    hours = int(form.choice("hours", [str(hours) for hours in (0, *SILENCES)]))
    if form.faults:
        return await _page(admin, form, status=422)
    await silence(admin.store, hours, now=admin.now, actor=admin.admin)
    said = f"Nothing is told for {hours} hours." if hours else "The silence is over."
    return admin.back_to(HERE, said.replace(" 1 hours", " an hour"))


@post("/admin/alerts/channels", status_code=303)
async def add(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """One more channel that alerts go to."""
    form = await forms.read(request)
    try:
        made = await add_alert_channel(
            admin.store,
            admin.vault,
            name=form.text("name"),
            address=form.text("address"),
            now=admin.now,
            actor=admin.admin,
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    return admin.back_to(f"{HERE}#channels", f"“{made.name}” is added. Send a test to see whether it arrives.")


@post("/admin/alerts/channels/{id:int}", status_code=303)
async def change(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Another name, and another address where one is given."""
    form = await forms.read(request)
    try:
        saved = await change_alert_channel(
            admin.store,
            admin.vault,
            id,
            name=form.text("name"),
            address=form.text("address"),
            now=admin.now,
            actor=admin.admin,
        )
    except CallyError as error:
        if error.code != "invalid":
            raise
        return admin.back_to(f"{HERE}#channels", error.sentence, kind="error")
    return admin.back_to(f"{HERE}#channels", f"“{saved.name}” is saved.")


@post("/admin/alerts/channels/{id:int}/test", status_code=303)
async def try_out(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Send a test message and say what the channel answered."""
    channel, where = await _channel(admin, id), f"{admin.doors.public_url()}{HERE}"
    allowed = admin.doors.allowed_networks
    try:
        answer = await test_alert_channel(admin.store, admin.vault, id, where=where, allowed=allowed)
    except CallyError as error:
        sentence = f"“{channel.name}” did not take the test: {error.sentence}"
        return admin.back_to(f"{HERE}#channels", sentence, kind="error")
    return admin.back_to(f"{HERE}#channels", f"“{channel.name}” took the test: {answer}")


@post("/admin/alerts/channels/{id:int}/removal", status_code=303)
async def remove(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Forget a channel and its address."""
    gone = await remove_alert_channel(admin.store, id, now=admin.now, actor=admin.admin)
    return admin.back_to(f"{HERE}#channels", f"“{gone.name}” is removed.")


ROUTES = [show, decide, be_silent, add, change, try_out, remove]


async def _page(admin: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    rules, channels = await alert_rules(admin.db), await list_alert_channels(admin.db)
    people = [one for one in await accounts.list_all(admin.db) if one.role == "admin" and one.disabled_at is None]
    lasting = [_shown(alert, admin.now) for alert in await alerts.lasting(admin.db)]
    has_server = admin.doors.mail() is not None
    return await admin.page(
        "pages/admin/alerts.html",
        here="system",
        tab="alerts",
        status=status,
        form=form or Form(),
        rules=rules,
        silent_until=rules.silent_until if rules.silent_until > admin.now else None,
        silences=[(hours, "An hour" if hours == 1 else f"{hours} hours") for hours in SILENCES],
        lasting=[one for one in lasting if one.alert.well_since is None],
        calming=[one for one in lasting if one.alert.well_since is not None and one.alert.told_at is not None],
        ended=[_shown(alert, admin.now) for alert in await alerts.ended(admin.db, limit=SHOWN)],
        sent=await _sent(admin),
        channels=channels,
        people=people,
        has_server=has_server,
        reaches_nobody=not channels and not (has_server and rules.by_mail),
        levels=await _levels(admin, rules),
        patience=[(0, "At once, also of every hiccup"), (60, "After a moment"), (300, "When it has lasted")],
        tz=admin.host.tz,
    )


async def _levels(admin: Desk, rules: AlertRules) -> list[tuple[str, str, str]]:
    """Each check with its name in words and what is decided about it."""
    checks = (await admin.doors.health()).checks.keys() | rules.levels.keys()
    ordered = [*(name for name in wording.CHECKS if name in checks), *sorted(checks - wording.CHECKS.keys())]
    return [(name, wording.known(name).name, rules.levels.get(name, LEVELS[0])) for name in ordered]


async def _sent(admin: Desk) -> list[Sent]:
    found = []
    for message in await alert_messages.latest(admin.db, limit=SHOWN):
        ways = await alert_messages.deliveries(admin.db, message.id)
        found.append(Sent(message.title, message.body, message.made_at, ways))
    return found


async def _channel(admin: Desk, id: int) -> AlertChannel:
    for channel in await list_alert_channels(admin.db):
        if channel.id == id:
            return channel
    raise not_found("channel")


def _shown(alert: Alert, now: int) -> Shown:
    until = alert.ended_at if alert.ended_at is not None else now
    return Shown(
        alert=alert,
        tone=TONES[alert.status],
        sentence=wording.headline(alert),
        lasted=duration(max(0, until - alert.began_at)),
        page=wording.known(alert.check).page,
    )
