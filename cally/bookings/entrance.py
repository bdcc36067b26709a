"""Who is let in to an event type: everybody, unless it has a password or only private links open it."""

from cally.errors import CallyError, not_found
from cally.model.hosts import EventType
from cally.model.private_pages import Keys, PrivateLink
from cally.store import Reader, Writer, page_access, private_links

PASSWORD_NEEDED = "This page needs a password."  # noqa: S105 - a sentence
ENDED = "This private link works no more: it was used up, has ended, or was taken back."


async def let_in(db: Reader, event_type: EventType, keys: Keys, *, path: str) -> PrivateLink | None:
    """Let a visitor pass, through a private link if they came by one.

    Raises `link_ended` for a link that works no more, `password_needed` with the `page` to give it at, `not_found`
    where only links lead.
    """
    link = await shown_link(db, event_type.id, keys)
    if link is not None:
        if not link.is_live(keys.now):
            raise CallyError("link_ended", ENDED)
        return link
    if keys.master:
        return None
    access = await page_access.of(db, event_type.id)
    if access.links_only:
        raise not_found("event type")
    if access.has_password and (event_type.id, access.password_version) not in keys.opened:
        raise CallyError("password_needed", PASSWORD_NEEDED, page=path)
    return None


async def shown_link(db: Reader, event_type_id: int, keys: Keys) -> PrivateLink | None:
    """The link to this event type whose code was shown, whether it still works or not."""
    link = await private_links.by_hash(db, keys.link) if keys.link else None
    return link if link is not None and link.event_type_id == event_type_id else None


async def is_let_in(db: Reader, event_type: EventType, keys: Keys) -> bool:
    """The same as an answer."""
    try:
        await let_in(db, event_type, keys, path="")
    except CallyError:
        return False
    return True


async def count_use(tx: Writer, link: PrivateLink | None, uid: str, *, now: int) -> None:
    """Count what is made through a link, in the transaction that makes it: two at once never share its last use.

    Raises `link_ended` when none is left.
    """
    if link is not None and not await private_links.use(tx, link.id, uid=uid, now=now):
        raise CallyError("link_ended", ENDED)
