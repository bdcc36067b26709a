"""Private links, `/p/{code}`: made and taken back by hosts; who has one needs no password (X9)."""

import base64
import secrets

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.addresses import email_address
from cally.model.hosts import EventType
from cally.model.ids import new_id
from cally.model.private_pages import PrivateLink
from cally.model.texts import line, paragraph
from cally.store import Reader, Store, audit, page_access, private_links
from cally.store.private_links import LinkUse
from cally.vault import Vault, token_hash

CODE_BYTES = 16
MOST_LINKS = 200
MOST_USES = 10_000
NAME_LENGTH = 100
NOTE_LENGTH = 500
LONGEST_SECONDS = 3_660 * 86_400


class LinkDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a host wants of a link; `most_uses` None is any number, `expires_at` None is never."""

    name: str
    note: str = ""
    guest_name: str = ""
    guest_email: str = ""
    duration_minutes: int | None = None
    most_uses: int | None = None
    expires_at: int | None = None


async def create_private_link(
    store: Store, vault: Vault, event_type: EventType, draft: LinkDraft, *, now: int, actor: Actor
) -> tuple[PrivateLink, str]:
    """A new link and its code, of 128 bits. Whose event type it is, the door must judge.

    Raises `invalid` with the field, `conflict` when there are too many.
    """
    link, code = _checked(event_type, draft, now), _new_code()
    async with store.write() as tx:
        if await private_links.count_of(tx, event_type.id) >= MOST_LINKS:
            raise CallyError("conflict", f"An event type has at most {MOST_LINKS} private links.")
        sealed = vault.seal(code, table="private_link", row=link.id, column="code")
        await private_links.insert(tx, link, code_hash=token_hash(code), code=sealed)
        await audit.insert(
            tx, now=now, actor=actor, tag=f"{actor.kind}:private_link:create", subject=_subject(link), name=link.name
        )
    return link, code


async def revoke_private_link(store: Store, link: PrivateLink, *, now: int, actor: Actor) -> None:
    """End a link; what was booked through it stands, and twice is no fault."""
    async with store.write() as tx:
        if await private_links.revoke(tx, link.id, now=now):
            await audit.insert(
                tx, now=now, actor=actor, tag=f"{actor.kind}:private_link:revoke", subject=_subject(link)
            )


async def set_links_only(store: Store, event_type_id: int, links_only: bool, *, now: int, actor: Actor) -> None:
    """Let only private links lead to an event type, or its address again."""
    async with store.write() as tx:
        await page_access.update_links_only(tx, event_type_id, links_only, now=now)
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:event_type:access",
            subject=f"event_type:{event_type_id}",
            links_only=links_only,
        )


async def list_private_links(db: Reader, event_type_id: int) -> list[PrivateLink]:
    """An event type's links, the newest first."""
    return await private_links.list_of(db, event_type_id)


async def private_link_by_id(db: Reader, event_type_id: int, link_id: int) -> PrivateLink:
    """A link of this event type; raises `not_found`."""
    link = await private_links.by_id(db, link_id)
    if link is None or link.event_type_id != event_type_id:
        raise not_found("private link")
    return link


async def uses_of_link(db: Reader, link: PrivateLink) -> list[LinkUse]:
    """What was made through a link, oldest first."""
    return await private_links.uses_of(db, link.id)


async def code_of(db: Reader, vault: Vault, link: PrivateLink) -> str:
    """The secret part of a link's address, for its host."""
    return vault.open(await private_links.sealed_code(db, link.id), table="private_link", row=link.id, column="code")


def link_hash(code: str) -> bytes:
    """By what a link is found; empty for what cannot be a code."""
    return token_hash(code) if 0 < len(code) <= 64 else b""


def _new_code() -> str:
    """128 bits, the letters of base 32: easily read out, and the same whatever became of upper and lower case."""
    return base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().rstrip("=").lower()


def _checked(event_type: EventType, draft: LinkDraft, now: int) -> PrivateLink:
    if draft.duration_minutes is not None and draft.duration_minutes not in event_type.durations_minutes:
        lengths = ", ".join(str(minutes) for minutes in event_type.durations_minutes)
        raise invalid("duration_minutes", f"This event type lasts {lengths} minutes; please choose one of them.")
    if draft.most_uses is not None and not 1 <= draft.most_uses <= MOST_USES:
        raise invalid("most_uses", f"This should be a number from 1 to {MOST_USES:,}, or empty for any number.")
    if draft.expires_at is not None and not now < draft.expires_at <= now + LONGEST_SECONDS:
        raise invalid("expires_at", "A link ends in the future, within ten years.")
    return PrivateLink(
        id=new_id(now),
        event_type_id=event_type.id,
        name=line(draft.name, "name", longest=NAME_LENGTH),
        note=paragraph(draft.note, "note", longest=NOTE_LENGTH),
        guest_name=line(draft.guest_name, "guest_name", required=False, longest=NAME_LENGTH),
        guest_email=email_address(draft.guest_email, "guest_email") if draft.guest_email.strip() else "",
        duration_minutes=draft.duration_minutes,
        most_uses=draft.most_uses,
        expires_at=draft.expires_at,
        created_at=now,
    )


def _subject(link: PrivateLink) -> str:
    return f"private_link:{link.id}"
