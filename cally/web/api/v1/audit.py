"""The audit log, for admins: who did what, when and from where."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from cally.model.audit import AuditFilter
from cally.store import audit
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import Instant, epoch, instant
from cally.web.api.v1.pages import Page, Paged, cut, position

noun = Noun("Audit")


Kind = Literal["host", "admin", "assistant", "guest", "cli", "system"]
Number = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class AuditAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One page, the latest first.

    `account_id` is who acted, or for whom; `tag` whole parts of a tag; `from` is included, `to` is not; `text` stands
    anywhere in an entry, in any case.
    """

    actor: Kind | None = None
    account_id: Number | None = None
    tag: Text | None = None
    subject: Text | None = None
    address: Text | None = None
    from_: Instant | None = msgspec.field(default=None, name="from")
    to: Instant | None = None
    text: Text | None = None


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


class EntriesShown(Page, frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is null on the last one."""

    entries: tuple[EntryShown, ...]


@noun.does("GET", "/audit", scope="admin:read", query=AuditAsked, answers={200: EntriesShown})
async def list_audit_entries(call: Call) -> Answer:
    """List what was done, the latest first."""
    asked: AuditAsked = call.query
    before = position(asked.cursor, int)[0] if asked.cursor is not None else None
    found = await audit.list_latest(
        call.doors.store.reader, before=before, limit=asked.limit + 1, wanted=_wanted(asked)
    )
    found, more = cut(found, asked.limit, lambda entry: (entry.id,))
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
    return answer(EntriesShown(entries=shown, next_cursor=more))


def _wanted(asked: AuditAsked) -> AuditFilter:
    return AuditFilter(
        actor=asked.actor,
        account_id=None if asked.account_id is None else int(asked.account_id),
        tag=asked.tag,
        subject=asked.subject,
        address=asked.address,
        from_at=None if asked.from_ is None else epoch(asked.from_, "from"),
        to_at=None if asked.to is None else epoch(asked.to, "to"),
        text=asked.text,
    )
