"""The audit log for admins: found, read in plain words, taken along, and looked through for gaps."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from cally.accounts import list_accounts
from cally.errors import CallyError, not_found
from cally.model.audit import AuditFilter
from cally.ops import audit_log
from cally.ops.audit_export import KINDS, export
from cally.store import audit
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.audit_words import KINDS as ACTOR_KINDS
from cally.web.pages.host.audit_words import entry_shown
from cally.web.pages.host.desk import Asked, Desk, Page

PATH = "/admin/audit"
PAGE_SIZE = 50
LONGEST = 200
TEXTS = ("text", "tag", "subject", "address")
NAMES = ("text", "actor", "account", "tag", "subject", "address", "from", "to")
TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}


@get(PATH)
async def listing(admin: NamedDependency[Desk]) -> Page:
    """The latest entries first, or those that were asked for."""
    return await _page(admin, Form())


@get(PATH + "/export/{kind:str}")
async def take_along(admin: NamedDependency[Desk], kind: FromPath[str]) -> Stream:
    """The entries that were asked for, as a file."""
    known = next((one for one in KINDS if one == kind), None)
    if known is None:
        raise not_found("page")
    on = datetime.fromtimestamp(admin.now, UTC).date().isoformat()
    return Stream(
        export(admin.db, known, _wanted(admin)),
        media_type=TYPES[known],
        headers={
            "content-disposition": f'attachment; filename="cally-audit-{on}.{known}"',
            "cache-control": "no-store",
        },
    )


@post(PATH + "/verification", status_code=303)
async def verify(admin: NamedDependency[Desk]) -> Page:
    """Look through the whole chain; a long one takes longer than the answer."""
    check = admin.doors.audit_check
    await check.start(admin.store, admin.doors.clock)
    if check.running:
        return admin.back_to(PATH)
    found = await audit_log.last_verdict(admin.db)
    if found is not None and not found.ok:
        return admin.back_to(PATH, f"The log does not fit at entry {found.fault_id}.", kind="error")
    return admin.back_to(PATH, "Every entry fits.")


@post(PATH + "/retention", status_code=303)
async def retention(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Keep entries for more or fewer days."""
    form = await forms.read(request)
    days = form.number("audit_days", least=audit_log.LEAST_DAYS, most=audit_log.MOST_DAYS)
    if form.faults:
        return await _page(admin, form, status=422)
    try:
        await audit_log.change_keep_days(admin.store, days, now=admin.now, actor=admin.admin)
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    return admin.back_to(PATH, f"Entries are kept for {days} days.")


ROUTES = [listing, take_along, verify, retention]


async def _page(admin: Desk, form: Form, *, status: int = 200) -> Page:
    asked = admin.request.query_params
    accounts = await list_accounts(admin.db)
    names = {account.id: account.name for account in accounts}
    before = _number(asked.get("before", ""))
    found = await audit.list_latest(admin.db, before=before, limit=PAGE_SIZE + 1, wanted=_wanted(admin))
    kept = {name: asked.get(name, "")[:LONGEST] for name in NAMES if asked.get(name)}
    days = await audit_log.keep_days(admin.db)
    return await admin.page(
        "pages/admin/audit.html",
        here="audit",
        status=status,
        items=[entry_shown(entry, admin.words, names) for entry in found[:PAGE_SIZE]],
        asked={name: asked.get(name, "")[:LONGEST] for name in NAMES},
        is_filtered=bool(kept),
        more_open=bool(kept.keys() - {"text", "actor", "account"}),
        query=urlencode(kept),
        older=urlencode(kept | {"before": str(found[PAGE_SIZE - 1].id)}) if len(found) > PAGE_SIZE else "",
        is_first=before is None,
        kinds=ACTOR_KINDS.items(),
        accounts=[(str(account.id), account.name) for account in accounts],
        chain=await _chain(admin),
        form=form if form.pairs else Form.of(audit_days=days),
        least=audit_log.LEAST_DAYS,
        most=audit_log.MOST_DAYS,
    )


async def _chain(admin: Desk) -> dict[str, Any]:
    """The state of the chain in words."""
    check, verdict = admin.doors.audit_check, await audit_log.last_verdict(admin.db)
    said: dict[str, Any] = {"running": check.running, "done": check.done, "whole": check.whole, "tone": "", "hash": ""}
    if verdict is None:
        return said | {"said": "Nobody has looked through it yet."}
    at = admin.words.moment(verdict.at)
    if not verdict.ok:
        return said | {"tone": "danger", "said": f"Entry {verdict.fault_id} does not fit: {verdict.fault}. ({at})"}
    whole = f"Every entry up to number {verdict.last_id} fits. ({at})"
    return said | {"tone": "ok", "said": whole, "hash": f"{verdict.last_id} {verdict.hash}"}


def _wanted(admin: Desk) -> AuditFilter:
    """What the address asks for; what cannot be read leaves its question open."""
    asked: Mapping[str, str] = admin.request.query_params
    texts = {name: asked.get(name, "").strip()[:LONGEST] or None for name in TEXTS}
    last = _date(asked.get("to", ""))
    return AuditFilter(
        **texts,
        actor=asked.get("actor") if asked.get("actor") in ACTOR_KINDS else None,
        account_id=_number(asked.get("account", "")),
        from_at=_midnight(admin, _date(asked.get("from", ""))),
        to_at=_midnight(admin, last + timedelta(days=1) if last and last < date.max else last),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _midnight(admin: Desk, on: date | None) -> int | None:
    """The first instant of a date on the reader's clock."""
    if on is None or not 1970 < on.year < 9999:
        return None
    return int(datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(admin.host.tz)).timestamp())
