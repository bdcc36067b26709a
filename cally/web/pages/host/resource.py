"""One resource: its week, who has it when, and stretches in which nobody can."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import list_uses
from cally.errors import CallyError
from cally.hosts import block_resource, host_by_id, keeps, unblock_resource
from cally.model.rules import DAYS
from cally.model.teams import Resource
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo
from cally.web.pages.host.resource_week import asked_week, drawn, midnight
from cally.web.pages.host.resources import PATH, kept, usable

TEN, ELEVEN = "10:00", "11:00"
MOST_AHEAD = 20
AHEAD_DAYS = 366
BLOCK_FIELDS = {"ends_at": "to"}


@get(PATH + "/{id:int}")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """The week that lies around a date, this one when none is asked for."""
    return await _page(desk, await usable(desk, id))


@post(PATH + "/{id:int}/blocks", status_code=303)
async def block(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Close it for a while; what is booked is never pushed aside."""
    form, item = await forms.read(request), await kept(desk, id)
    starts_at, ends_at = _instant(form, "from", desk), _instant(form, "to", desk)
    if starts_at is None or ends_at is None:
        return await _page(desk, item, form=form, status=422)
    try:
        await block_resource(
            desk.store,
            id,
            starts_at=starts_at,
            ends_at=ends_at,
            note=form.text("note"),
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error, BLOCK_FIELDS)
        return await _page(desk, item, form=form, status=422)
    week = desk.words.on(starts_at).isoformat()
    return desk.back_to(f"{PATH}/{id}?week={week}", f"Nobody can have “{item.name}” then.")


@post(PATH + "/{id:int}/blocks/{uid:str}/removal", status_code=303)
async def unblock(desk: NamedDependency[Desk], id: FromPath[int], uid: FromPath[str]) -> Page:
    """Open it again."""
    item = await kept(desk, id)
    gone = await unblock_resource(desk.store, id, uid, now=desk.now, actor=desk.actor)
    fields = (("from", _typed(gone.starts_at, desk)), ("to", _typed(gone.ends_at, desk)), ("note", gone.note))
    undo = Undo(action=f"{PATH}/{id}/blocks", fields=fields)
    week = desk.words.on(gone.starts_at).isoformat()
    return desk.back_to(f"{PATH}/{id}?week={week}", f"“{item.name}” can be had again.", undo=undo)


ROUTES = [show, block, unblock]


async def _page(desk: Desk, item: Resource, *, form: Form | None = None, status: int = 200) -> Page:
    words = desk.words
    asked = form.text("week") if form else str(desk.request.query_params.get("week", ""))
    first = asked_week(asked, words, DAYS.index(desk.host.week_starts_on))
    from_at, to_at = midnight(first, words.tz), midnight(first + timedelta(days=len(DAYS)), words.tz)
    uses = await list_uses(desk.db, item.id, host_id=desk.host.id, from_at=from_at, to_at=to_at, now=desk.now)
    keeper = await host_by_id(desk.db, item.host_id)
    may_change = keeps(desk.account, item)
    return await desk.page(
        "pages/host/resource.html",
        here="resources",
        status=status,
        item=item,
        keeper=keeper.name if keeper else "",
        may_change=may_change,
        week=drawn(first, item.hours, uses, words, mirrored=words.said.direction == "rtl"),
        this_week=first == asked_week("", words, DAYS.index(desk.host.week_starts_on)),
        first=first.isoformat(),
        ahead=await _ahead(desk, item) if may_change else [],
        form=form or _empty(first, words.on(desk.now)),
    )


async def _ahead(desk: Desk, item: Resource) -> list[tuple[str, str, str]]:
    """When, who and where to look of what is booked with it from now on."""
    to_at = desk.now + AHEAD_DAYS * 86_400
    uses = await list_uses(desk.db, item.id, host_id=desk.host.id, from_at=desk.now, to_at=to_at, now=desk.now)
    return [
        (
            desk.words.when(use.starts_at, use.ends_at),
            use.booking.guest.name if use.booking else f"booked by {use.by}",
            f"/app/bookings/{use.uid}" if use.booking else "",
        )
        for use in uses
        if use.kind == "booking"
    ][:MOST_AHEAD]


def _empty(first: date, today: date) -> Form:
    on = max(first, today).isoformat()
    return Form((("from", f"{on}T{TEN}"), ("to", f"{on}T{ELEVEN}")))


def _instant(form: Form, name: str, desk: Desk) -> int | None:
    """What a field of date and time says, on the host's clock."""
    try:
        moment = datetime.fromisoformat(form.text(name).strip())
    except ValueError:
        form.fault(name, "Please choose a date and a time.")
        return None
    return int(moment.replace(tzinfo=ZoneInfo(desk.host.tz)).timestamp())


def _typed(at: int, desk: Desk) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(desk.host.tz)).strftime("%Y-%m-%dT%H:%M")
