"""The SQL of webhooks: whose they are and what they want; addresses and secrets are sealed before they come here."""

from collections.abc import Iterable

import msgspec

from cally.model.webhooks import BookingEventType, Webhook, WebhookState
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO webhook (id, host_id, team_id, name, shown_url, url_sealed, secret_sealed, types, event_types, template,
                     state, created_at, updated_at)
VALUES (:id, :host_id, :team_id, :name, :shown_url, :url_sealed, :secret_sealed, :types, :event_types, :template,
        :state, :now, :now)
"""
BY_ID = """
SELECT id, host_id, team_id, name, shown_url, url_sealed, secret_sealed, former_sealed, former_until, types,
       event_types, template, state, failures, failing_since, rests_until, created_at, updated_at
FROM webhook
WHERE id = :id
"""
OF_HOST = """
SELECT id, host_id, team_id, name, shown_url, url_sealed, secret_sealed, former_sealed, former_until, types,
       event_types, template, state, failures, failing_since, rests_until, created_at, updated_at
FROM webhook
WHERE host_id = :host_id
ORDER BY id
"""
OF_OPEN_HOST = """
SELECT webhook.id, webhook.host_id, webhook.team_id, webhook.name, webhook.shown_url, webhook.url_sealed,
       webhook.secret_sealed, webhook.former_sealed, webhook.former_until, webhook.types, webhook.event_types,
       webhook.template, webhook.state, webhook.failures, webhook.failing_since, webhook.rests_until,
       webhook.created_at, webhook.updated_at
FROM webhook
JOIN account
  ON account.id = webhook.host_id
WHERE webhook.host_id = :host_id
  AND account.disabled_at IS NULL
ORDER BY webhook.id
"""
OF_TEAM = """
SELECT id, host_id, team_id, name, shown_url, url_sealed, secret_sealed, former_sealed, former_until, types,
       event_types, template, state, failures, failing_since, rests_until, created_at, updated_at
FROM webhook
WHERE team_id = :team_id
ORDER BY id
"""
OF_INSTANCE = """
SELECT id, host_id, team_id, name, shown_url, url_sealed, secret_sealed, former_sealed, former_until, types,
       event_types, template, state, failures, failing_since, rests_until, created_at, updated_at
FROM webhook
WHERE host_id IS NULL
  AND team_id IS NULL
ORDER BY id
"""
UPDATE = """
UPDATE webhook
SET name = :name,
    shown_url = :shown_url,
    url_sealed = :url_sealed,
    types = :types,
    event_types = :event_types,
    template = :template,
    updated_at = :now
WHERE id = :id
"""
CHANGE_KEY = """
UPDATE webhook
SET secret_sealed = :secret_sealed,
    former_sealed = :former_sealed,
    former_until = :former_until,
    updated_at = :now
WHERE id = :id
"""
UPDATE_STATE = """
UPDATE webhook
SET state = :state,
    failures = 0,
    failing_since = NULL,
    rests_until = NULL,
    updated_at = :now
WHERE id = :id
"""
NOTE_FAILURE = """
UPDATE webhook
SET failures = failures + 1,
    failing_since = COALESCE(failing_since, :now),
    rests_until = :rests_until
WHERE id = :id
"""
NOTE_SUCCESS = """
UPDATE webhook
SET failures = 0,
    failing_since = NULL,
    rests_until = NULL
WHERE id = :id
  AND failures > 0
"""
END_REST = """
UPDATE webhook
SET rests_until = NULL
WHERE id = :id
"""
FORGET_FORMER = """
UPDATE webhook
SET former_sealed = NULL,
    former_until = NULL
WHERE former_until <= :now
"""
DELETE = """
DELETE FROM webhook
WHERE id = :id
"""
DELETE_OF_TEAM = """
DELETE FROM webhook
WHERE team_id = :team_id
"""

_types = msgspec.json.Decoder(tuple[BookingEventType, ...])
_ids = msgspec.json.Decoder(tuple[int, ...])


async def insert(tx: Writer, webhook: Webhook) -> None:
    """Store a new webhook."""
    await tx.run(
        INSERT,
        id=webhook.id,
        host_id=webhook.host_id,
        team_id=webhook.team_id,
        name=webhook.name,
        shown_url=webhook.shown_url,
        url_sealed=webhook.url_sealed,
        secret_sealed=webhook.secret_sealed,
        types=_json(webhook.types),
        event_types=_json(webhook.event_types),
        template=webhook.template,
        state=webhook.state,
        now=webhook.created_at,
    )


async def by_id(db: Reader, id: int) -> Webhook | None:
    """The webhook of that row, whoever's it is."""
    row = await db.row(BY_ID, id=id)
    return _webhook(row) if row else None


async def list_of_host(db: Reader, host_id: int) -> list[Webhook]:
    """A host's own, oldest first."""
    return [_webhook(row) for row in await db.rows(OF_HOST, host_id=host_id)]


async def list_of_team(db: Reader, team_id: int) -> list[Webhook]:
    """A team's, oldest first."""
    return [_webhook(row) for row in await db.rows(OF_TEAM, team_id=team_id)]


async def list_of_instance(db: Reader) -> list[Webhook]:
    """Those that are told of every booking on this server, oldest first."""
    return [_webhook(row) for row in await db.rows(OF_INSTANCE)]


async def list_concerned(db: Reader, host_ids: Iterable[int], team_id: int | None) -> list[Webhook]:
    """All that may want to know of a booking with these hosts, of this team; none of a host who is locked out."""
    rows = await db.rows(OF_INSTANCE)
    for host_id in dict.fromkeys(host_ids):
        rows += await db.rows(OF_OPEN_HOST, host_id=host_id)
    if team_id is not None:
        rows += await db.rows(OF_TEAM, team_id=team_id)
    return [_webhook(row) for row in rows]


async def update(tx: Writer, webhook: Webhook, *, now: int) -> None:
    """Write what a person chose: name, address, events, template."""
    await tx.run(
        UPDATE,
        id=webhook.id,
        name=webhook.name,
        shown_url=webhook.shown_url,
        url_sealed=webhook.url_sealed,
        types=_json(webhook.types),
        event_types=_json(webhook.event_types),
        template=webhook.template,
        now=now,
    )


async def update_secret(
    tx: Writer, id: int, *, secret_sealed: bytes, former_sealed: bytes | None, former_until: int | None, now: int
) -> None:
    """Another secret; the former one, if it is kept, signs beside it for a while."""
    await tx.run(
        CHANGE_KEY,
        id=id,
        secret_sealed=secret_sealed,
        former_sealed=former_sealed,
        former_until=former_until,
        now=now,
    )


async def update_state(tx: Writer, id: int, state: WebhookState, *, now: int) -> None:
    """On, paused, or off; failures are counted anew."""
    await tx.run(UPDATE_STATE, id=id, state=state, now=now)


async def note_failure(tx: Writer, id: int, *, now: int, rests_until: int | None) -> None:
    """One more attempt that failed."""
    await tx.run(NOTE_FAILURE, id=id, now=now, rests_until=rests_until)


async def note_success(tx: Writer, id: int) -> None:
    """It works (again)."""
    await tx.run(NOTE_SUCCESS, id=id)


async def end_rest(tx: Writer, id: int) -> None:
    """Send again at once."""
    await tx.run(END_REST, id=id)


async def forget_former(tx: Writer, *, now: int) -> int:
    """Drop former secrets whose time is over; how many."""
    return await tx.run(FORGET_FORMER, now=now)


async def delete(tx: Writer, id: int) -> int:
    """Remove a webhook and all that was sent to it; how many there were."""
    return await tx.run(DELETE, id=id)


async def delete_of_team(tx: Writer, team_id: int) -> int:
    """Remove the webhooks of a team that is no more; how many."""
    return await tx.run(DELETE_OF_TEAM, team_id=team_id)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _webhook(row: Row) -> Webhook:
    return Webhook(
        id=row[0],
        host_id=row[1],
        team_id=row[2],
        name=row[3],
        shown_url=row[4],
        url_sealed=row[5],
        secret_sealed=row[6],
        former_sealed=row[7],
        former_until=row[8],
        types=_types.decode(row[9]),
        event_types=_ids.decode(row[10]),
        template=row[11],
        state=row[12],
        failures=row[13],
        failing_since=row[14],
        rests_until=row[15],
        created_at=row[16],
        updated_at=row[17],
    )
