"""The SQL of wordings: what hosts write instead of Cally's own words."""

from cally.model.ids import new_id
from cally.model.messages import Kind, Recipient
from cally.model.wordings import Whose, Wording
from cally.store.driver import Reader, Row, Writer

LIST = """
SELECT kind, recipient, locale, subject, body, chat, updated_at
FROM wording
WHERE host_id IS :host_id
  AND team_id IS :team_id
  AND event_type_id IS :event_type_id
ORDER BY kind, recipient, locale
"""
FOR_MESSAGE = """
SELECT wording.kind, wording.recipient, wording.locale, wording.subject, wording.body, wording.chat, wording.updated_at,
       wording.event_type_id IS NOT NULL
FROM event_type
JOIN wording
  ON wording.event_type_id = event_type.id
  OR wording.team_id = event_type.team_id
  OR (event_type.team_id IS NULL AND wording.host_id = event_type.host_id)
WHERE event_type.id = :event_type_id
  AND wording.kind = :kind
  AND wording.recipient = :recipient
ORDER BY wording.id
"""
DELETE = """
DELETE FROM wording
WHERE host_id IS :host_id
  AND team_id IS :team_id
  AND event_type_id IS :event_type_id
  AND kind = :kind
  AND recipient = :recipient
  AND locale = :locale
"""
INSERT = """
INSERT INTO wording (id, host_id, team_id, event_type_id, kind, recipient, locale, subject, body, chat, updated_at)
VALUES (:id, :host_id, :team_id, :event_type_id, :kind, :recipient, :locale, :subject, :body, :chat, :now)
"""


async def list_of(db: Reader, whose: Whose) -> list[Wording]:
    """All wordings of a host, a team or an event type."""
    return [_wording(row) for row in await db.rows(LIST, **_owner(whose))]


async def for_message(
    db: Reader, event_type_id: int, kind: Kind, recipient: Recipient
) -> tuple[list[Wording], list[Wording]]:
    """What may be said about an event type, in any language: its own wordings, and those of its team or host."""
    rows = await db.rows(FOR_MESSAGE, event_type_id=event_type_id, kind=kind, recipient=recipient)
    return [_wording(row) for row in rows if row[7]], [_wording(row) for row in rows if not row[7]]


async def delete(tx: Writer, whose: Whose, kind: Kind, recipient: Recipient, locale: str) -> int:
    """Forget one wording; how many there were."""
    return await tx.run(DELETE, kind=kind, recipient=recipient, locale=locale, **_owner(whose))


async def replace(tx: Writer, whose: Whose, wording: Wording, *, now: int) -> None:
    """Keep a wording in place of the one before."""
    await delete(tx, whose, wording.kind, wording.recipient, wording.locale)
    await tx.run(
        INSERT,
        id=new_id(now),
        kind=wording.kind,
        recipient=wording.recipient,
        locale=wording.locale,
        subject=wording.subject,
        body=wording.body,
        chat=wording.chat,
        now=now,
        **_owner(whose),
    )


def _owner(whose: Whose) -> dict[str, int | None]:
    return {f"{owner}_id": whose.id if whose.owner == owner else None for owner in ("host", "team", "event_type")}


def _wording(row: Row) -> Wording:
    return Wording(
        kind=row[0],
        recipient=row[1],
        locale=row[2],
        subject=row[3],
        body=row[4],
        chat=row[5],
        updated_at=row[6],
    )
