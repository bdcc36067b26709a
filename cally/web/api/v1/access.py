"""What closes an event type's page: a password, or that only private links open it; and those links."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
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
from cally.errors import not_found
from cally.model.hosts import EventType
from cally.model.private_pages import PrivateLink
from cally.store import page_access
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import Instant, epoch, instant
from cally.web.api.v1.pages import Page, Paged, page

noun = Noun("Private pages")


class AccessShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whether guests need a password, and whether only private links lead to it; the password is never told."""

    password_protected: bool
    only_by_link: bool


class AccessChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change: another `password` (8 to 200 characters), or `null` for none; `only_by_link`."""

    password: str | UnsetType | None = UNSET
    only_by_link: bool | UnsetType = UNSET


class PrivateLinkWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link of its own. `most_uses` is how often it can be booked through (1: a one-time link), `null` any number.

    `guest_name` and `guest_email` are filled in on the form, `duration_minutes` leaves that length only.
    """

    name: str
    note: str = ""
    guest_name: str = ""
    guest_email: str = ""
    duration_minutes: int | None = None
    most_uses: int | None = None
    expires_at: Instant | None = None


class LinkUseShown(msgspec.Struct, frozen=True, kw_only=True):
    """A booking, or a place in a waitlist, that was made through the link, by its uid."""

    uid: str
    used_at: datetime


class PrivateLinkShown(msgspec.Struct, frozen=True, kw_only=True):
    """A private link. `url` is a secret; it is shown to tokens that may write event types."""

    id: str
    name: str
    note: str
    guest_name: str
    guest_email: str
    duration_minutes: int | None
    most_uses: int | None
    uses: int
    is_live: bool
    expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    used_by: tuple[LinkUseShown, ...]
    url: str | UnsetType = UNSET


class PrivateLinksShown(Page, frozen=True, kw_only=True):
    """An event type's links, the newest first."""

    links: tuple[PrivateLinkShown, ...]


@noun.does(
    "GET", "/event-types/{id}/access", scope="event-types:read", answers={200: AccessShown}, refuses=("not_found",)
)
async def show_access(call: Call) -> Answer:
    """Show what closes an event type."""
    return answer(await _access(call, await _own(call)))


@noun.does(
    "PATCH",
    "/event-types/{id}/access",
    scope="event-types:write",
    body=AccessChanges,
    answers={200: AccessShown},
    refuses=("not_found",),
)
async def change_access(call: Call) -> Answer:
    """Close an event type, or open it; whoever came in with the password before is asked for the new one."""
    known, asked, actor = await _own(call), call.body, call.token_holder.actor()
    if asked.password is not UNSET:
        await set_page_password(call.doors.store, known.id, asked.password, now=call.now, actor=actor)
    if asked.only_by_link is not UNSET:
        await set_links_only(call.doors.store, known.id, asked.only_by_link, now=call.now, actor=actor)
    return answer(await _access(call, known))


@noun.does(
    "GET",
    "/event-types/{id}/links",
    scope="event-types:read",
    query=Paged,
    answers={200: PrivateLinksShown},
    refuses=("not_found",),
)
async def list_links(call: Call) -> Answer:
    """List the private links of an event type, those that work no more included."""
    found = await list_private_links(call.doors.store.reader, (await _own(call)).id)
    kept, more = page(found, call.query, lambda link: (link.id,), latest_first=True)
    return answer(PrivateLinksShown(links=tuple([await _shown(call, link) for link in kept]), next_cursor=more))


@noun.does(
    "POST",
    "/event-types/{id}/links",
    scope="event-types:write",
    body=PrivateLinkWanted,
    answers={201: PrivateLinkShown},
    refuses=("not_found", "conflict"),
)
async def create_link(call: Call) -> Answer:
    """Make a private link; whoever has its `url` needs no password."""
    known, asked = await _own(call), call.body
    draft = LinkDraft(
        name=asked.name,
        note=asked.note,
        guest_name=asked.guest_name,
        guest_email=asked.guest_email,
        duration_minutes=asked.duration_minutes,
        most_uses=asked.most_uses,
        expires_at=epoch(asked.expires_at, "expires_at") if asked.expires_at is not None else None,
    )
    doors = call.doors
    made, _ = await create_private_link(
        doors.store, doors.vault, known, draft, now=call.now, actor=call.token_holder.actor()
    )
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/event-types/{known.id}/links/{made.id}"})


@noun.does(
    "GET",
    "/event-types/{id}/links/{link}",
    scope="event-types:read",
    answers={200: PrivateLinkShown},
    refuses=("not_found",),
)
async def show_link(call: Call) -> Answer:
    """Show one private link, and what was booked through it."""
    return answer(await _shown(call, await _link(call)))


@noun.does(
    "DELETE", "/event-types/{id}/links/{link}", scope="event-types:write", answers={204: None}, refuses=("not_found",)
)
async def revoke_link(call: Call) -> Answer:
    """Take a link back; what was booked through it stands."""
    await revoke_private_link(call.doors.store, await _link(call), now=call.now, actor=call.token_holder.actor())
    return answer(None, 204)


async def _own(call: Call) -> EventType:
    db = call.doors.store.reader
    found = await hosts.event_type_by_id(db, call.id())
    if found is None or not await hosts.may_change(db, call.token_holder.account, found):
        raise not_found("event type")
    return found


async def _link(call: Call) -> PrivateLink:
    return await private_link_by_id(call.doors.store.reader, (await _own(call)).id, call.id("link"))


async def _access(call: Call, event_type: EventType) -> AccessShown:
    access = await page_access.of(call.doors.store.reader, event_type.id)
    return AccessShown(password_protected=access.has_password, only_by_link=access.links_only)


async def _shown(call: Call, link: PrivateLink) -> PrivateLinkShown:
    db = call.doors.store.reader
    code = await code_of(db, call.doors.vault, link) if call.token_holder.has("event-types:write") else ""
    return PrivateLinkShown(
        id=str(link.id),
        name=link.name,
        note=link.note,
        guest_name=link.guest_name,
        guest_email=link.guest_email,
        duration_minutes=link.duration_minutes,
        most_uses=link.most_uses,
        uses=link.uses,
        is_live=link.is_live(call.now),
        expires_at=instant(link.expires_at) if link.expires_at is not None else None,
        revoked_at=instant(link.revoked_at) if link.revoked_at is not None else None,
        created_at=instant(link.created_at),
        used_by=tuple(LinkUseShown(uid=use.uid, used_at=instant(use.used_at)) for use in await uses_of_link(db, link)),
        url=f"{call.doors.public_url()}/p/{code}" if code else UNSET,
    )
