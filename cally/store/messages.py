"""The SQL of the outbox: one row per notification to one recipient, with the answer it got."""

import msgspec

from cally.model.ids import new_id
from cally.model.messages import Kind, Medium, Message, MessageState, Recipient, Snapshot
from cally.store.driver import Reader, Row, Writer

LATEST = 2**63 - 1

INSERT = """
INSERT INTO message (id, booking_id, waitlist_id, series_id, kind, sequence, recipient, medium, address, channel_id,
                     message_id, snapshot, state, created_at, due_at)
SELECT :id, :booking_id, :waitlist_id, :series_id, :kind, :sequence, :recipient, :medium, :address, :channel_id,
       :message_id, :snapshot, 'waiting', :now, :due_at
WHERE NOT EXISTS (
  SELECT 1
  FROM message
  WHERE message_id = :message_id
)
"""
BY_ID = """
SELECT message.id, message.booking_id, message.kind, message.sequence, message.recipient, message.medium,
       message.address, message.channel_id, message.message_id, message.snapshot, message.state, message.attempts,
       message.answer, message.created_at, message.sent_at, job.state, job.due_at, job.last_error, message.waitlist_id,
       message.due_at
FROM message
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE message.id = :id
"""
LIST_OF = """
SELECT message.id, message.booking_id, message.kind, message.sequence, message.recipient, message.medium,
       message.address, message.channel_id, message.message_id, message.snapshot, message.state, message.attempts,
       message.answer, message.created_at, message.sent_at, job.state, job.due_at, job.last_error, message.waitlist_id,
       message.due_at
FROM message
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE message.booking_id = :booking_id
   OR message.series_id = (SELECT series_id FROM booking WHERE id = :booking_id)
ORDER BY message.created_at, message.sequence, message.id
"""
LIST = """
SELECT message.id, message.booking_id, message.kind, message.sequence, message.recipient, message.medium,
       message.address, message.channel_id, message.message_id, message.snapshot, message.state, message.attempts,
       message.answer, message.created_at, message.sent_at, job.state, job.due_at, job.last_error, message.waitlist_id,
       message.due_at
FROM message
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE message.id < :before
ORDER BY message.id DESC
LIMIT :limit
"""
LIST_IN_STATE = """
SELECT message.id, message.booking_id, message.kind, message.sequence, message.recipient, message.medium,
       message.address, message.channel_id, message.message_id, message.snapshot, message.state, message.attempts,
       message.answer, message.created_at, message.sent_at, job.state, job.due_at, job.last_error, message.waitlist_id,
       message.due_at
FROM message
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE message.state = :state
  AND message.id < :before
ORDER BY message.id DESC
LIMIT :limit
"""
LIST_OF_HOST = """
SELECT message.id, message.booking_id, message.kind, message.sequence, message.recipient, message.medium,
       message.address, message.channel_id, message.message_id, message.snapshot, message.state, message.attempts,
       message.answer, message.created_at, message.sent_at, job.state, job.due_at, job.last_error, message.waitlist_id,
       message.due_at
FROM message
LEFT JOIN booking
  ON booking.id = message.booking_id
LEFT JOIN waitlist_entry
  ON waitlist_entry.id = message.waitlist_id
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE (
    COALESCE(booking.host_id, waitlist_entry.host_id) = :host_id
    OR EXISTS (
      SELECT 1
      FROM booking_host
      WHERE booking_host.booking_id = message.booking_id
        AND booking_host.host_id = :host_id
    )
  )
  AND (:state IS NULL OR message.state = :state)
  AND message.id < :before
ORDER BY message.id DESC
LIMIT :limit
"""
SIBLINGS = """
SELECT message.id, message.kind, message.sequence, message.state,
       CASE WHEN job.attempts > message.attempts THEN job.attempts ELSE message.attempts END, message.created_at,
       message.booking_id, message.series_id IS NOT NULL
FROM message
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE message.booking_id = :booking_id
  AND message.medium = :medium
  AND message.address = :address
  AND COALESCE(message.channel_id, 0) = COALESCE(:channel_id, 0)
  AND message.id <> :id
"""
SIBLINGS_IN_SERIES = """
SELECT message.id, message.kind, message.sequence, message.state,
       CASE WHEN job.attempts > message.attempts THEN job.attempts ELSE message.attempts END, message.created_at,
       message.booking_id, message.series_id IS NOT NULL
FROM series_booking
JOIN message
  ON message.booking_id = series_booking.booking_id
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE series_booking.series_id = :series_id
  AND message.medium = :medium
  AND message.address = :address
  AND COALESCE(message.channel_id, 0) = COALESCE(:channel_id, 0)
  AND message.id <> :id
"""
SIBLINGS_WAITING = """
SELECT message.id, message.kind, message.sequence, message.state,
       CASE WHEN job.attempts > message.attempts THEN job.attempts ELSE message.attempts END, message.created_at,
       0, 0
FROM message
LEFT JOIN job
  ON job.kind = message.medium
 AND job.subject = message.id
WHERE message.waitlist_id = :waitlist_id
  AND message.id <> :id
"""
INVITED = """
SELECT 1
FROM message
WHERE (booking_id = :booking_id OR series_id = (SELECT series_id FROM booking WHERE id = :booking_id))
  AND kind IN ('confirmed', 'rescheduled')
LIMIT 1
"""
HAS_NEARER = """
SELECT 1
FROM message
WHERE booking_id = :booking_id
  AND kind = 'reminder'
  AND sequence = :sequence
  AND medium = :medium
  AND address = :address
  AND COALESCE(channel_id, 0) = COALESCE(:channel_id, 0)
  AND due_at > :due_at
  AND due_at <= :now
LIMIT 1
"""
UPDATE_SENT = """
UPDATE message
SET state = 'sent',
    attempts = attempts + 1,
    answer = :answer,
    sent_at = :now
WHERE id = :id
"""
UPDATE_REFUSED = """
UPDATE message
SET state = :state,
    attempts = attempts + 1,
    answer = :answer
WHERE id = :id
  AND state = 'waiting'
"""
UPDATE_ANSWER = """
UPDATE message
SET answer = :answer
WHERE id = :id
  AND state = 'waiting'
"""
UPDATE_OBSOLETE = """
UPDATE message
SET state = 'obsolete',
    attempts = :attempts,
    answer = :answer
WHERE id = :id
  AND state = 'waiting'
"""
UPDATE_WAITING = """
UPDATE message
SET state = 'waiting'
WHERE id = :id
  AND state IN ('failed', 'waiting')
"""
TAKE_UP = """
UPDATE message
SET state = 'waiting',
    answer = ''
WHERE id = :id
  AND state = 'obsolete'
"""
HURRY_WAITING_MAIL = """
UPDATE job
SET due_at = :now
WHERE state = 'waiting'
  AND kind = 'mail'
  AND due_at > :now
  AND NOT EXISTS (
    SELECT 1
    FROM message
    WHERE message.id = job.subject
      AND message.due_at > :now
  )
"""
COUNT = """
SELECT count(*)
FROM message
WHERE state = :state
"""

_snapshot = msgspec.json.Decoder(Snapshot)


class Sibling(msgspec.Struct, frozen=True, kw_only=True):
    """Another message about the same booking or its series to the same recipient.

    `attempts` counts one that is under way; a `whole` one speaks of the whole series.
    """

    id: int
    kind: Kind
    sequence: int
    state: MessageState
    attempts: int
    created_at: int
    booking_id: int = 0
    whole: bool = False


async def insert(
    tx: Writer,
    *,
    booking_id: int | None,
    waitlist_id: int | None = None,
    series_id: int | None = None,
    kind: Kind,
    sequence: int,
    recipient: Recipient,
    medium: Medium,
    address: str,
    channel_id: int | None,
    message_id: str,
    snapshot: str,
    now: int,
    due_at: int | None = None,
) -> int | None:
    """Plan a message; its row's id, or None when one with this Message-ID is planned already."""
    row = new_id(now)
    made = await tx.run(
        INSERT,
        id=row,
        booking_id=booking_id,
        waitlist_id=waitlist_id,
        series_id=series_id,
        kind=kind,
        sequence=sequence,
        recipient=recipient,
        medium=medium,
        address=address,
        channel_id=channel_id,
        message_id=message_id,
        snapshot=snapshot,
        now=now,
        due_at=due_at,
    )
    return row if made else None


def snapshot_text(snapshot: Snapshot) -> str:
    """A snapshot as it is kept, made once for all messages of one change."""
    return msgspec.json.encode(snapshot).decode()


async def by_id(db: Reader, id: int) -> Message | None:
    """The message of that row."""
    row = await db.row(BY_ID, id=id)
    return _message(row) if row else None


async def list_of(db: Reader, booking_id: int) -> list[Message]:
    """All messages about a booking or its whole series, in the order they were caused."""
    return [_message(row) for row in await db.rows(LIST_OF, booking_id=booking_id)]


async def list_latest(
    db: Reader, *, host_id: int | None, state: MessageState | None, before: int | None, limit: int
) -> list[Message]:
    """The outbox, latest first, behind the row `before`; of one host, in one state, or all."""
    behind = LATEST if before is None else before
    if host_id is not None:
        rows = await db.rows(LIST_OF_HOST, host_id=host_id, state=state, before=behind, limit=limit)
    elif state is not None:
        rows = await db.rows(LIST_IN_STATE, state=state, before=behind, limit=limit)
    else:
        rows = await db.rows(LIST, before=behind, limit=limit)
    return [_message(row) for row in rows]


async def siblings(db: Reader, message: Message) -> list[Sibling]:
    """The other messages about the same booking, or about anything in its series, to the same recipient.

    What a host is told of a session, or of what did not arrive, has none: each says who came or went, and the newest is
    known by its sequence.
    """
    if message.snapshot.group is not None or message.kind == "bounced":
        return []
    if message.waitlist_id is not None:
        rows = await db.rows(SIBLINGS_WAITING, waitlist_id=message.waitlist_id, id=message.id)
        return [_sibling(row) for row in rows]
    series = message.snapshot.series
    to = {"id": message.id, "medium": message.medium, "address": message.address, "channel_id": message.channel_id}
    if series is not None:
        return [_sibling(row) for row in await db.rows(SIBLINGS_IN_SERIES, series_id=series.id, **to)]
    return [_sibling(row) for row in await db.rows(SIBLINGS, booking_id=message.booking_id, **to)]


async def was_confirmed(db: Reader, booking_id: int) -> bool:
    """Whether anybody was ever to be told that this booking stands."""
    return await db.row(INVITED, booking_id=booking_id) is not None


async def has_nearer(db: Reader, message: Message, *, now: int) -> bool:
    """Whether another reminder to the same reader, planned for later than this one, is due as well."""
    row = await db.row(
        HAS_NEARER,
        booking_id=message.booking_id,
        sequence=message.sequence,
        medium=message.medium,
        address=message.address,
        channel_id=message.channel_id,
        due_at=message.due_at,
        now=now,
    )
    return row is not None


async def update_sent(tx: Writer, id: int, *, answer: str, now: int) -> None:
    """It was taken by the server or the channel, and this is what it said."""
    await tx.run(UPDATE_SENT, id=id, answer=answer, now=now)


async def update_refused(tx: Writer, id: int, *, answer: str, final: bool) -> None:
    """An attempt went wrong; `final` when no other will follow by itself."""
    await tx.run(UPDATE_REFUSED, id=id, answer=answer, state="failed" if final else "waiting")


async def update_answer(tx: Writer, id: int, *, answer: str) -> None:
    """Why it still waits, without an attempt."""
    await tx.run(UPDATE_ANSWER, id=id, answer=answer)


async def update_obsolete(tx: Writer, id: int, *, answer: str, attempts: int) -> None:
    """It will not be sent any more, and why; `attempts` is how often that was begun."""
    await tx.run(UPDATE_OBSOLETE, id=id, answer=answer, attempts=attempts)


async def update_waiting(tx: Writer, id: int) -> bool:
    """A failed message is to be tried again; False when it was sent, or is obsolete."""
    return await tx.run(UPDATE_WAITING, id=id) == 1


async def take_up(tx: Writer, id: int) -> bool:
    """A message that was given up as useless is to be sent after all; False when it was not."""
    return await tx.run(TAKE_UP, id=id) == 1


async def hurry_waiting_mail(tx: Writer, *, now: int) -> int:
    """Make every waiting mail due now, but for what leaves later anyway; how many were not."""
    return await tx.run(HURRY_WAITING_MAIL, now=now)


async def count(db: Reader, state: MessageState) -> int:
    """How many messages are in a state."""
    row = await db.row(COUNT, state=state)
    return int(row[0]) if row else 0


def _sibling(row: Row) -> Sibling:
    return Sibling(
        id=row[0],
        kind=row[1],
        sequence=row[2],
        state=row[3],
        attempts=row[4],
        created_at=row[5],
        booking_id=row[6],
        whole=bool(row[7]),
    )


def _message(row: Row) -> Message:
    """A row with its job: work that was given up means a message that failed."""
    state, job_state, due_at, job_error = row[10], row[15], row[16], row[17]
    gave_up = state == "waiting" and job_state == "dead"
    return Message(
        id=row[0],
        booking_id=row[1],
        kind=row[2],
        sequence=row[3],
        recipient=row[4],
        medium=row[5],
        address=row[6],
        channel_id=row[7],
        message_id=row[8],
        snapshot=_snapshot.decode(row[9]),
        state="failed" if gave_up else state,
        attempts=row[11],
        answer=job_error if gave_up else row[12],
        created_at=row[13],
        sent_at=row[14],
        waitlist_id=row[18],
        due_at=row[19],
        next_attempt_at=due_at if state == "waiting" and job_state == "waiting" else None,
    )
