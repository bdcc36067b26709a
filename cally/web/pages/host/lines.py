"""Who waits at the desk: for one slot or for all, with what a host may do about it."""

from collections.abc import Iterable

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import active_of_slot, entry_by_uid, leave, list_waitlist, offer_by_hand, offer_by_id
from cally.errors import CallyError, not_found
from cally.model.waitlist import ACTIVE, WaitlistEntry
from cally.web import forms
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error
from cally.web.pages.host.wording import until

PAGE = "/app/waitlist"
MOST = 200


class LineShown(msgspec.Struct, frozen=True, kw_only=True):
    """One guest in a line, in words."""

    uid: str
    name: str
    email: str
    title: str
    when: str
    since: str
    state: str
    is_offered: bool


@get("/app/waitlist")
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Everybody who waits for a time of this host that lies ahead."""
    found = await list_waitlist(desk.db, host_id=desk.host.id, from_at=desk.now, limit=MOST)
    active = [entry for entry in found if entry.state in ACTIVE]
    return await desk.page("pages/host/waitlist.html", here="bookings", line=await _shown(desk, active), back=PAGE)


@post("/app/waitlist/{uid:str}/offer", status_code=303)
async def offer_place(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Offer a guest the time out of turn."""
    form, entry = await forms.read(request), await _own(desk, uid)
    try:
        offered = await offer_by_hand(desk.store, uid, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to(_back(form), of_error(error).sentence, kind="error")
    desk.doors.wake()
    moment = desk.words.moment(offered.expires_at or 0)
    return desk.back_to(_back(form), f"{entry.guest.name} is asked; the place is kept until {moment}.")


@post("/app/waitlist/{uid:str}/removal", status_code=303)
async def remove(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Take a guest out of the line, or take back what they were offered."""
    form, entry = await forms.read(request), await _own(desk, uid)
    await leave(desk.store, uid, now=desk.now, actor=desk.actor)
    desk.doors.wake()
    return desk.back_to(_back(form), f"{entry.guest.name} does not wait any more.")


ROUTES = [listing, offer_place, remove]


async def line_of(desk: Desk, *, event_type_id: int, starts_at: int) -> list[LineShown]:
    """Who waits for one slot, in the order they came."""
    return await _shown(desk, await active_of_slot(desk.db, event_type_id=event_type_id, starts_at=starts_at))


async def _shown(desk: Desk, entries: Iterable[WaitlistEntry]) -> list[LineShown]:
    words, titles = desk.words, dict[int, str]()
    found = []
    for entry in entries:
        if entry.event_type_id not in titles:
            titles[entry.event_type_id] = (await offer_by_id(desk.db, entry.event_type_id)).event_type.title
        is_offered = entry.state == "offered"
        asked = "invited" if entry.invited else "asked"
        found.append(
            LineShown(
                uid=entry.uid,
                name=entry.guest.name,
                email=entry.guest.email,
                title=titles[entry.event_type_id],
                when=words.when(entry.starts_at, entry.ends_at),
                since=until(entry.created_at, words.now),
                state=f"{asked}, until {words.moment(entry.expires_at or 0)}" if is_offered else "waits",
                is_offered=is_offered,
            )
        )
    return found


async def _own(desk: Desk, uid: str) -> WaitlistEntry:
    entry = await entry_by_uid(desk.db, uid)
    if entry is None or entry.host_id != desk.host.id:
        raise not_found("entry of the waitlist")
    return entry


def _back(form: forms.Form) -> str:
    """The page of the desk that the button was on."""
    asked = form.text("back")
    known = asked.startswith(("/app/sessions/", "/app/bookings/")) and asked.replace("/", "").isalnum()
    return asked if known else PAGE
