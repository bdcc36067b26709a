"""The error inbox: what failed unexpectedly, how often and when, and how far somebody has got with it."""

from typing import NamedTuple

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from cally.errors import not_found
from cally.model.errors import ErrorKind
from cally.ops.errors import change_state, error_by_code, forget_error
from cally.store import error_kinds
from cally.store.error_kinds import Hour
from cally.web import forms
from cally.web.pages.host.desk import Asked, Desk, Page

HERE = "/admin/errors"
DAYS, HOURS = 14, 48
DAY_HOURS = 24
SHOWN = ("open", "known", "resolved", "all")
DONE = {
    "open": "It is open again: it counts and alarms.",
    "known": "It is known: it is counted, and alarms nobody.",
    "resolved": "It is resolved. If it comes back, it is open again.",
}


class Bar(NamedTuple):
    """A bar of a sparkline: where it begins and how high it is, of 100, and how many it stands for."""

    x: int
    height: int
    times: int


class Row(NamedTuple):
    """A kind of error in the list."""

    kind: ErrorKind
    lately: int
    bars: list[Bar]


@get("/admin/errors")
async def listing(admin: NamedDependency[Desk], of: FromQuery[str] = "open", code: FromQuery[str] = "") -> Page:
    """Every kind, the latest first; `code` is what somebody was shown on the page of an error."""
    if code.strip():
        found = await error_by_code(admin.db, code.strip().lower()[:20])
        if found is not None:
            return admin.back_to(f"{HERE}/{found.fault.code}")
    wanted = of if of in SHOWN else "open"
    every = await error_kinds.list_all(admin.db)
    counts = {state: sum(one.state == state for one in every) for state in SHOWN[:3]} | {"all": len(every)}
    hours = await error_kinds.hours(admin.db, since=admin.now // 3_600 - DAYS * DAY_HOURS + 1)
    shown = [one for one in every if wanted in {one.state, "all"}]
    return await admin.page(
        "pages/admin/errors.html",
        here="system",
        tab="errors",
        of=wanted,
        code=code.strip()[:20],
        counts=counts,
        rows=[_row(kind, hours, admin.now) for kind in shown],
        tz=admin.host.tz,
    )


@get("/admin/errors/{code:str}")
async def detail(admin: NamedDependency[Desk], code: FromPath[str]) -> Page:
    """One kind: where, how often, and the way there through the code."""
    kind = await error_by_code(admin.db, code)
    if kind is None:
        raise not_found("error")
    since = admin.now // 3_600 - HOURS + 1
    hours = [one for one in await error_kinds.hours(admin.db, since=since) if one.error_id == kind.id]
    return await admin.page(
        "pages/admin/error.html",
        here="system",
        tab="errors",
        kind=kind,
        bars=_bars(hours, since, HOURS, 1),
        tz=admin.host.tz,
    )


@post("/admin/errors/{code:str}/state", status_code=303)
async def change(request: Asked, admin: NamedDependency[Desk], code: FromPath[str]) -> Page:
    """Resolved, known, or open again."""
    form = await forms.read(request)
    kind = await change_state(admin.store, code, form.text("state"), now=admin.now, actor=admin.admin)
    return admin.back_to(f"{HERE}/{code}", DONE[kind.state])


@post("/admin/errors/{code:str}/removal", status_code=303)
async def remove(admin: NamedDependency[Desk], code: FromPath[str]) -> Page:
    """Forget a kind with its counts."""
    await forget_error(admin.store, code, now=admin.now, actor=admin.admin)
    return admin.back_to(HERE, "The error is removed.")


ROUTES = [listing, detail, change, remove]


def _row(kind: ErrorKind, hours: list[Hour], now: int) -> Row:
    own = [one for one in hours if one.error_id == kind.id]
    since = now // 3_600 - DAYS * DAY_HOURS + 1
    bars = _bars(own, since, DAYS, DAY_HOURS)
    return Row(kind, sum(bar.times for bar in bars), bars)


def _bars(hours: list[Hour], since: int, number: int, width: int) -> list[Bar]:
    """So many bars of so many hours each, from one hour on; what happened at all can be seen."""
    times = [0] * number
    for one in hours:
        place = (one.hour - since) // width
        if 0 <= place < number:
            times[place] += one.times
    highest = max(times, default=0) or 1
    return [Bar(x, max(12, round(100 * many / highest)) if many else 0, many) for x, many in enumerate(times)]
