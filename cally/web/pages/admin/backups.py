"""Backups for admins: when the last restore was proved, what is kept where, how it is made, and the way back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.amounts import amount
from cally.errors import CallyError
from cally.model.backups import Backup, BackupPlan, BackupTarget
from cally.ops.backups import places
from cally.ops.backups.plan import LAST_HOUR, MOST, change_plan, next_due, plan_of
from cally.ops.backups.running import Backups
from cally.ops.backups.standing import standing
from cally.ops.backups.targets.opening import SecretField, secrets_of
from cally.ops.backups.trailer import spaced
from cally.store import backups as kept
from cally.web import forms
from cally.web.dates import local
from cally.web.forms import Form
from cally.web.pages.admin.system import TONES
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.zone_names import zone_names

if TYPE_CHECKING:
    from cally.ops.backups.targets.host_keys import HostKey

HERE = "/admin/backups"
SHOWN = 60


class Tried(NamedTuple):
    """What came of testing a place: the words, whether it works, and the key that its server shows, if asked for."""

    id: int
    said: str
    ok: bool
    host_key: str = ""


class Copies(NamedTuple):
    """One backup, and where it is kept."""

    made_at: int
    why: str
    size_bytes: int
    name: str
    at: list[Backup]


@get(HERE)
async def show(admin: NamedDependency[Desk]) -> Page:
    """Everything on one page."""
    return await _page(admin)


@post(HERE, status_code=303)
async def make(admin: NamedDependency[Desk]) -> Page:
    """Make one as soon as can be; the page shows how far it is."""
    await _service(admin).ask(now=admin.now, actor=admin.admin)
    admin.doors.wake()
    return admin.back_to(HERE)


@post(HERE + "/{id:int}/proof", status_code=303)
async def prove(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Fetch one back and prove it once more."""
    await _service(admin).ask_proof(id, now=admin.now, actor=admin.admin)
    admin.doors.wake()
    return admin.back_to(HERE)


@post(HERE + "/plan", status_code=303)
async def plan(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """When backups are made, and how many are kept."""
    admin.require_recent(HERE)
    form = await forms.read(request)
    wanted = BackupPlan(
        on=form.flag("on"),
        hour=form.number("hour", least=0, most=LAST_HOUR),
        tz=form.zone("tz"),
        daily=form.number("daily", least=1, most=MOST["daily"]),
        weekly=form.number("weekly", least=0, most=MOST["weekly"]),
        monthly=form.number("monthly", least=0, most=MOST["monthly"]),
    )
    if form.faults:
        return await _page(admin, plan_form=form, status=422)
    await change_plan(admin.store, wanted, now=admin.now, actor=admin.admin)
    return admin.back_to(f"{HERE}#plan", "Saved. It counts from now on.")


@post(HERE + "/targets", status_code=303)
async def add(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """One more place; its kind says which secrets are asked for in a second step."""
    admin.require_recent(HERE)
    form = await forms.read(request)
    try:
        fields = secrets_of(form.text("address"))
        if fields and not any(form.has(field.name) for field in fields):
            return await _page(admin, form, secrets=_typed(fields))
        secret = {field.name: form.text(field.name) for field in _typed(fields)}
        place = await places.add_place(
            admin.store, admin.vault, form.text("address"), secret, now=admin.now, actor=admin.admin
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, secrets=_fields(form), status=422)
    return await _page(admin, tried=await _try(admin, place))


@post(HERE + "/targets/{id:int}/test", status_code=200)
async def test(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Put a file there, find it, fetch it back, remove it, and say how it went."""
    return await _page(admin, tried=await _try(admin, await places.place_by_id(admin.db, id)))


@post(HERE + "/targets/{id:int}/trust", status_code=303)
async def trust(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Know the server by the key that was shown."""
    admin.require_recent(HERE)
    form = await forms.read(request)
    key = form.text("host_key")
    place = await places.trust_server(admin.store, admin.vault, id, key, now=admin.now, actor=admin.admin)
    return await _page(admin, tried=await _try(admin, place))


@post(HERE + "/targets/{id:int}/use", status_code=303)
async def use(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Keep backups there, or no more."""
    admin.require_recent(HERE)
    enabled = (await forms.read(request)).flag("enabled")
    await places.use_place(admin.store, id, enabled=enabled, now=admin.now, actor=admin.admin)
    said = "Backups are kept there." if enabled else "No backups are kept there from now on; those that are there stay."
    return admin.back_to(f"{HERE}#places", said)


@post(HERE + "/targets/{id:int}/removal", status_code=303)
async def remove(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Forget a place and its secrets."""
    admin.require_recent(HERE)
    await places.remove_place(admin.store, id, now=admin.now, actor=admin.admin)
    return admin.back_to(f"{HERE}#places", "The place is removed. The backups that are there stay.")


ROUTES = [show, make, prove, plan, add, test, trust, use, remove]


async def _page(
    admin: Desk,
    form: Form | None = None,
    *,
    plan_form: Form | None = None,
    secrets: Sequence[SecretField] = (),
    tried: Tried | None = None,
    status: int = 200,
) -> Page:
    found, chosen, known = await kept.list_all(admin.db), await plan_of(admin.db), await places.list_places(admin.db)
    stands, proved_at, last = await standing(admin.db, admin.now), await kept.last_proof_at(admin.db), None
    last = await kept.last_run(admin.db)
    watch = admin.doors.backup_watch
    waiting = bool(await kept.list_asked(admin.db)) or any(one.proof_wanted for one in found)
    return await admin.page(
        "pages/admin/backups.html",
        amount=amount,
        here="system",
        tab="backups",
        status=status,
        sentence=_sentence(admin, proved_at),
        stands=stands,
        tone=TONES[stands.status],
        next_at=next_due(chosen, admin.now) if chosen.on else None,
        running=watch.running or waiting,
        watch=watch,
        fault=last.fault if last else "",
        copies=_copies(found)[:SHOWN],
        largest=max((one.size_bytes for one in found), default=1),
        places=[(place, places.label(place), places.needs_look(place, admin.vault)) for place in known],
        labels={place.id: places.label(place) for place in known},
        form=form or Form(),
        plan_form=plan_form or Form.of(**msgspec.structs.asdict(chosen)),
        plan_tz=chosen.tz,
        hours=[(hour, admin.words.said.minute(hour * 60)) for hour in range(LAST_HOUR + 1)],
        zones=zone_names(),
        secrets=secrets,
        tried=tried,
        fingerprint=spaced(admin.vault.key_id),
        tz=admin.host.tz,
    )


async def _try(admin: Desk, place: BackupTarget) -> Tried:
    """A server that nobody has looked at yet is asked for its key first; nothing secret is said to it before."""
    try:
        offered = await _other_key(admin, place)
        if offered is not None:
            return Tried(place.id, offered.fingerprint, places.needs_look(place, admin.vault), offered.line)
        target = _service(admin).keeper.open(place)
        try:
            return Tried(place.id, await places.test_place(target), True)
        finally:
            await target.close()
    except CallyError as error:
        return Tried(place.id, error.sentence, False)


async def _other_key(admin: Desk, place: BackupTarget) -> "HostKey | None":
    """The key that an SFTP server shows, if it is not the one that is kept."""
    if not place.address.startswith("sftp:"):
        return None
    from cally.ops.backups.targets.host_keys import offered_host_key  # noqa: PLC0415 - heavy: for SFTP alone

    offered = await offered_host_key(place.address, allowed=admin.doors.allowed_networks)
    return None if places.secret_of(place, admin.vault).get("host_key") == offered.line else offered


def _service(admin: Desk) -> Backups:
    doors = admin.doors
    return Backups(
        doors.store, doors.vault, allowed=doors.allowed_networks, clock=doors.clock, watch=doors.backup_watch
    )


def _typed(fields: Sequence[SecretField]) -> list[SecretField]:
    return [field for field in fields if field.typed]


def _fields(form: Form) -> list[SecretField]:
    try:
        return _typed(secrets_of(form.text("address")))
    except CallyError:
        return []


def _copies(found: Sequence[Backup]) -> list[Copies]:
    named: dict[str, list[Backup]] = {}
    for one in found:
        named.setdefault(one.name, []).append(one)
    return [Copies(ones[0].made_at, ones[0].why, ones[0].size_bytes, name, ones) for name, ones in named.items()]


def _sentence(admin: Desk, proved_at: int | None) -> str:
    if proved_at is None:
        return "No backup has been proved yet"
    tz = admin.host.tz
    on, today = local(proved_at, tz).date(), local(admin.now, tz).date()
    days = (today - on).days
    said = {0: "today", 1: "yesterday"}.get(days) or admin.words.said.short_day(on)
    return f"Last proven restore: {said} {admin.words.said.time(proved_at, tz)}"
