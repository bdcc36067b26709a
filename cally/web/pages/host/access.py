"""Who gets to an event type's page: everybody, whoever knows a password, or only those with a private link."""

from datetime import date

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import set_page_password
from cally.bookings import (
    LinkDraft,
    code_of,
    create_private_link,
    list_private_links,
    private_link_by_id,
    revoke_private_link,
    set_links_only,
    uses_of_link,
)
from cally.errors import CallyError, not_found
from cally.hosts import event_type_by_id, may_change, team_by_id
from cally.model.hosts import EventType
from cally.model.private_pages import PrivateLink
from cally.store import page_access
from cally.web import forms
from cally.web.api.instants import day_end
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page

MOST_USES = 10_000


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A link in words; `url` is its whole address, `uses` says by whom it was used."""

    item: PrivateLink
    url: str
    is_live: bool
    state: str
    facts: tuple[str, ...]
    uses: tuple[tuple[str, str, str], ...]


@get("/app/event-types/{id:int}/access")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Password, switch and links on one page."""
    return await _page(desk, await _own(desk, id))


@post("/app/event-types/{id:int}/access/password", status_code=303)
async def password(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Set another password, or with `act` none."""
    item, form = await _own(desk, id), await forms.read(request)
    removed = form.text("act") == "none"
    try:
        wanted = None if removed else form.text("password")
        await set_page_password(desk.store, item.id, wanted, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _page(desk, item, password=form, status=422)
    said = "The page has no password any more." if removed else "The password is set; everybody is asked for it."
    return desk.back_to(_path(item), said)


@post("/app/event-types/{id:int}/access/visibility", status_code=303)
async def visibility(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let only private links open the page, or its address again."""
    item, form = await _own(desk, id), await forms.read(request)
    only = form.text("open_to") == "links"
    await set_links_only(desk.store, item.id, only, now=desk.now, actor=desk.actor)
    said = "Only private links lead here now." if only else "The page's address leads here again."
    return desk.back_to(_path(item), said)


@post("/app/event-types/{id:int}/access/links", status_code=303)
async def add_link(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Make a link."""
    item, form = await _own(desk, id), await forms.read(request)
    uses = form.number_or_none("most_uses", least=1, most=MOST_USES)
    minutes = form.number_or_none("duration_minutes", least=1, most=100_000)
    until = form.date("expires_on") if form.text("expires_on") else None
    if form.faults:
        return await _page(desk, item, link=form, status=422)
    try:
        draft = LinkDraft(
            name=form.text("name"),
            note=form.text("note"),
            guest_name=form.text("guest_name"),
            guest_email=form.text("guest_email"),
            duration_minutes=minutes,
            most_uses=uses,
            expires_at=_end_of(until, desk) if until else None,
        )
        made, _ = await create_private_link(desk.store, desk.vault, item, draft, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error, {"expires_at": "expires_on"})
        return await _page(desk, item, link=form, status=422)
    return desk.back_to(f"{_path(item)}#links", f"The link “{made.name}” is ready to be copied.")


@post("/app/event-types/{id:int}/access/links/{link:int}/revocation", status_code=303)
async def revoke(desk: NamedDependency[Desk], id: FromPath[int], link: FromPath[int]) -> Page:
    """Take a link back."""
    item = await _own(desk, id)
    found = await private_link_by_id(desk.db, item.id, link)
    await revoke_private_link(desk.store, found, now=desk.now, actor=desk.actor)
    return desk.back_to(f"{_path(item)}#links", f"The link “{found.name}” works no more.")


ROUTES = [show, password, visibility, add_link, revoke]


async def _own(desk: Desk, id: int) -> EventType:
    found = await event_type_by_id(desk.db, id)
    if found is None or not await may_change(desk.db, desk.account, found):
        raise not_found("event type")
    return found


async def _page(
    desk: Desk, item: EventType, *, password: Form | None = None, link: Form | None = None, status: int = 200
) -> Page:
    links = await list_private_links(desk.db, item.id)
    team = await team_by_id(desk.db, item.team_id) if item.team_id is not None else None
    return await desk.page(
        "pages/host/access.html",
        here="event-types" if team is None else "teams",
        status=status,
        item=item,
        action=_path(item),
        address=desk.link(item, team),
        access=await page_access.of(desk.db, item.id),
        password=password or Form(),
        link=link or Form.of(most_uses=1),
        links=[await _shown(desk, one) for one in links],
    )


async def _shown(desk: Desk, link: PrivateLink) -> Shown:
    is_live = link.is_live(desk.now)
    uses = await uses_of_link(desk.db, link)
    return Shown(
        item=link,
        url=f"{desk.doors.public_url()}/p/{await code_of(desk.db, desk.vault, link)}" if is_live else "",
        is_live=is_live,
        state=_state(link, desk.now),
        facts=tuple(_facts(link, desk)),
        uses=tuple(
            (
                use.uid if use.starts_at is not None else "",
                use.guest or "A place in the waitlist",
                desk.words.moment(use.starts_at if use.starts_at is not None else use.used_at),
            )
            for use in uses
        ),
    )


def _state(link: PrivateLink, now: int) -> str:
    if link.is_live(now):
        return "works"
    if link.revoked_at is not None:
        return "taken back"
    return "ended" if link.expires_at is not None and link.expires_at <= now else "used up"


def _facts(link: PrivateLink, desk: Desk) -> list[str]:
    """What there is to say of a link beside its name."""
    most = "any number of bookings" if link.most_uses is None else f"{link.uses} of {link.most_uses} used"
    found = [most if link.most_uses is not None or not link.uses else f"{link.uses} used, {most}"]
    if link.expires_at is not None:
        found.append(f"until {desk.words.moment(link.expires_at)}")
    if link.duration_minutes is not None:
        found.append(f"{link.duration_minutes} min only")
    if link.guest_name or link.guest_email:
        found.append(f"for {link.guest_name or link.guest_email}")
    return found


def _end_of(on: date, desk: Desk) -> int:
    return day_end(on, desk.host.tz, "expires_at")


def _path(item: EventType) -> str:
    return f"/app/event-types/{item.id}/access"
