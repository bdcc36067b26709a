"""The audit log, for admins: who did what, when and from where."""

from datetime import datetime

import msgspec

from cally.store import audit
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Cursor, Limit, cursor, position

noun = Noun("Audit")


class AuditAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One page, the latest first."""

    cursor: Cursor | None = None
    limit: Limit = 50


class EntryShown(msgspec.Struct, frozen=True, kw_only=True):
    """`tag` is `actor:object:action`, `subject` the thing changed, `for_id` the host for whom another account acted."""

    id: str
    at: datetime
    actor: str
    account_id: str | None
    address: str
    tag: str
    subject: str
    facts: dict[str, str | int | None]
    for_id: str | None = None


class EntriesShown(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is null on the last one."""

    entries: tuple[EntryShown, ...]
    next_cursor: str | None


@noun.does("GET", "/audit", scope="admin:read", query=AuditAsked, answers={200: EntriesShown})
async def list_audit_entries(call: Call) -> Answer:
    """List what was done, the latest first."""
    asked: AuditAsked = call.query
    before = position(asked.cursor, 1)[0] if asked.cursor is not None else None
    found = await audit.list_latest(call.doors.store.reader, before=before, limit=asked.limit)
    shown = tuple(
        EntryShown(
            id=str(entry.id),
            at=instant(entry.at),
            actor=entry.actor,
            account_id=None if entry.account_id is None else str(entry.account_id),
            address=entry.address,
            tag=entry.tag,
            subject=entry.subject,
            facts=entry.facts,
            for_id=None if entry.for_id is None else str(entry.for_id),
        )
        for entry in found
    )
    more = cursor(found[-1].id) if len(found) == asked.limit else None
    return answer(EntriesShown(entries=shown, next_cursor=more))
