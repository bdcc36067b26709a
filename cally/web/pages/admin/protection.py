"""What keeps strangers and machines off: limits in use, lockouts, the blocklist, and from where one may come."""

from datetime import UTC, datetime, timedelta

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import lift, lockouts
from cally.brakes import PARTS, allow_only, allowed, block, list_blocked, unblock
from cally.brakes.limiter import Limit
from cally.brakes.limits import ACCOUNT, CHANGES, LOOKS, MAILBOX, PAGE, REQUESTS
from cally.errors import CallyError
from cally.web import forms
from cally.web.addresses import client_address, is_here
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page

HERE = "/admin/protection"
SHOWN_REFUSALS = 20
SHOWN_LIMITS: tuple[tuple[Limit, str, str], ...] = (
    (REQUESTS, "Requests", "from one network"),
    (LOOKS, "Looking for free times", "from one network"),
    (CHANGES, "Booking and changing", "from one network"),
    (PAGE, "Booking at one page", "from everywhere; above that, browsers work for a moment"),
    (ACCOUNT, "Programs with a token", "of one account"),
    (MAILBOX, "Mail to one guest", "caused by people without a token"),
)
REFUSED_BY = {
    "work": "was asked for work",
    "trap": "filled in what nobody sees",
    "blocklist": "is on the blocklist",
    "sign-in": "tried too many passwords",
    "holds": "held too many times at once",
    "allow-list:desk": "may not reach the desk",
    "allow-list:admin": "may not reach this server's pages",
}


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A limit, and how much of it the busiest one has used."""

    name: str
    whose: str
    quota: int
    seconds: int
    used: int
    by: str


@get("/admin/protection")
async def show(admin: NamedDependency[Desk]) -> Page:
    """Everything on one page."""
    return await _page(admin)


@post("/admin/protection/lockouts/{id:int}/lifting", status_code=303)
async def lift_one(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let the next try be judged at once."""
    await lift(admin.store, id, now=admin.now, actor=admin.admin)
    return admin.back_to(f"{HERE}#lockouts", "The lockout is lifted.")


@post("/admin/protection/blocklist", status_code=303)
async def add(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """One more who may not book."""
    form = await forms.read(request)
    last = form.date("expires") if form.text("expires").strip() else None
    try:
        if form.faults:
            return await _page(admin, form, status=422)
        until = int(datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC).timestamp()) if last else None
        entry = await block(
            admin.store,
            form.text("value"),
            note=form.text("note"),
            expires_at=until,
            now=admin.now,
            actor=admin.admin,
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    return admin.back_to(f"{HERE}#blocklist", f"{entry.value} can book no more.")


@post("/admin/protection/blocklist/{id:int}/removal", status_code=303)
async def remove(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let them book again."""
    entry = await unblock(admin.store, id, now=admin.now, actor=admin.admin)
    return admin.back_to(f"{HERE}#blocklist", f"{entry.value} can book again.")


@post("/admin/protection/allow-lists", status_code=303)
async def keep_to(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Keep the desk and these pages to some networks; a list without the address one comes from is refused."""
    form, address = await forms.read(request), _address(admin)
    local = is_here(request.scope, admin.doors.trusted_proxies)
    admin.require_recent(HERE)
    for part in PARTS:
        text = form.text(part)
        if form.flag(f"{part}-here"):
            text = f"{text}\n{address}"
        try:
            await allow_only(admin.store, part, text, address=address, is_local=local, now=admin.now, actor=admin.admin)
        except CallyError as error:
            form.note(error)
            return await _page(admin, form, status=422)
    return admin.back_to(f"{HERE}#networks", "The networks are kept.")


ROUTES = [show, lift_one, add, remove, keep_to]


async def _page(admin: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    kept = {part: "\n".join(await allowed(admin.db, part)) for part in PARTS}
    found = await lockouts(admin.db, admin.now)
    return await admin.page(
        "pages/admin/protection.html",
        here="protection",
        status=status,
        form=form or Form.of(**kept),
        kept=kept,
        address=_address(admin),
        limits_on=admin.doors.limits,
        uses=[_use(admin, *row) for row in SHOWN_LIMITS],
        lockouts=found,
        refusals=[
            (one.at, one.network, REFUSED_BY.get(one.what, "asked too much"))
            for one in list(admin.doors.guests.refusals)[:SHOWN_REFUSALS]
        ],
        blocked=await list_blocked(admin.db, admin.now),
        tz=admin.host.tz,
    )


def _use(admin: Desk, limit: Limit, name: str, whose: str) -> Use:
    busiest = admin.doors.guests.limiter.busiest(limit, admin.now)
    by, used = (busiest[0], limit.quota - busiest[1].left) if busiest else ("", 0)
    shown = "" if limit in {ACCOUNT, MAILBOX} else by  # whose mailbox it is, is nobody's business
    return Use(name=name, whose=whose, quota=limit.quota, seconds=limit.window_seconds, used=used, by=shown)


def _address(admin: Desk) -> str:
    return client_address(admin.request.scope, admin.doors.trusted_proxies)
