"""The SQL of event types; their rules are kept as the capsule's JSON."""

from functools import lru_cache

import msgspec

from cally.model.capsule import event_type_from_json, event_type_to_json
from cally.model.hosts import EventType, Place, Question
from cally.model.options import EventTypeOptions
from cally.store.driver import Reader, Row, Value, Writer

REMEMBERED = 1_024
LINKS = "+"  # no address can have it

INSERT = """
INSERT INTO event_type (id, host_id, team_id, owner_id, schedule_id, slug, title, description, rules, options,
                        durations, places, questions, approval, listed, position, created_at, updated_at)
VALUES (:id, :host_id, :team_id, :owner_id, :schedule_id, :slug, :title, :description, :rules, :options,
        :durations, :places, :questions, :approval, :listed, :position, :now, :now)
"""
BY_ID = """
SELECT id, host_id, schedule_id, slug, title, description, rules, durations, places, questions, approval, listed,
       position, team_id, options
FROM event_type
WHERE id = :id
"""
BY_SLUG = """
SELECT id, host_id, schedule_id, slug, title, description, rules, durations, places, questions, approval, listed,
       position, team_id, options
FROM event_type
WHERE owner_id = :owner_id
  AND slug = :slug
  AND archived_at IS NULL
"""
LIST = """
SELECT id, host_id, schedule_id, slug, title, description, rules, durations, places, questions, approval, listed,
       position, team_id, options
FROM event_type
WHERE owner_id = :owner_id
  AND archived_at IS NULL
  AND listed >= :listed_at_least
ORDER BY position, id
"""
ROW_OF_LINKS = """
SELECT id
FROM event_type
WHERE owner_id = :host_id
  AND slug = :slug
"""
ARCHIVED_AT = """
SELECT archived_at
FROM event_type
WHERE id = :id
"""
NEXT_POSITION = """
SELECT COALESCE(MAX(position) + 1, 0)
FROM event_type
WHERE owner_id = :owner_id
"""
TITLES_BY_SCHEDULE = """
SELECT title
FROM event_type
WHERE archived_at IS NULL
  AND (
    schedule_id = :schedule_id
    OR id IN (
      SELECT event_type_id
      FROM event_type_host
      WHERE schedule_id = :schedule_id
    )
  )
ORDER BY position, id
"""
MOVE_ARCHIVED_SHARES = """
UPDATE event_type_host
SET schedule_id = :to_id
WHERE schedule_id = :from_id
"""
MOST_SEATS_TAKEN = """
SELECT COALESCE(MAX(taken), 0)
FROM (
  SELECT SUM(seats_taken) AS taken
  FROM occupancy
  WHERE event_type_id = :id
    AND ends_at > :now
    AND (expires_at IS NULL OR expires_at > :now)
  GROUP BY owner_id, starts_at, ends_at
) AS sessions
"""
UPDATE = """
UPDATE event_type
SET schedule_id = :schedule_id,
    slug = :slug,
    title = :title,
    description = :description,
    rules = :rules,
    options = :options,
    durations = :durations,
    places = :places,
    questions = :questions,
    approval = :approval,
    listed = :listed,
    position = :position,
    updated_at = :now
WHERE id = :id
"""
UPDATE_POSITION = """
UPDATE event_type
SET position = :position,
    updated_at = :now
WHERE id = :id
"""
HAND_OVER = """
UPDATE event_type
SET host_id = :to_id,
    schedule_id = :schedule_id,
    updated_at = :now
WHERE team_id = :team_id
  AND host_id = :from_id
"""
ARCHIVE = """
UPDATE event_type
SET slug = :slug,
    listed = 0,
    archived_at = :now,
    updated_at = :now
WHERE id = :id
"""
MOVE_ARCHIVED = """
UPDATE event_type
SET schedule_id = :to_id
WHERE schedule_id = :from_id
  AND archived_at IS NOT NULL
"""

_durations = msgspec.json.Decoder(tuple[int, ...])
_places = msgspec.json.Decoder(tuple[Place, ...])
_options = msgspec.json.Decoder(EventTypeOptions)
_questions = msgspec.json.Decoder(tuple[Question, ...])


async def insert(tx: Writer, event_type: EventType, *, now: int) -> None:
    """Store a new event type; raises `Duplicate` when its host or team has one of this slug."""
    await tx.run(
        INSERT,
        host_id=event_type.host_id,
        team_id=event_type.team_id,
        owner_id=event_type.owner_id,
        now=now,
        **_changeable(event_type),
    )


async def by_id(db: Reader, id: int) -> EventType | None:
    """The event type of that row, archived or not."""
    row = await db.row(BY_ID, id=id)
    return _event_type(row) if row else None


async def by_slug(db: Reader, owner_id: int, slug: str) -> EventType | None:
    """A host's or team's event type at that address, unless archived."""
    row = await db.row(BY_SLUG, owner_id=owner_id, slug=slug)
    return _event_type(row) if row else None


async def list_of(db: Reader, owner_id: int, *, listed_only: bool = False) -> list[EventType]:
    """A host's or team's event types that are not archived, in their order."""
    rows = await db.rows(LIST, owner_id=owner_id, listed_at_least=int(listed_only))
    return [_event_type(row) for row in rows]


async def row_of_links(db: Reader, host_id: int) -> int | None:
    """The row that bookings through a host's dynamic links point at."""
    row = await db.row(ROW_OF_LINKS, host_id=host_id, slug=LINKS)
    return row[0] if row else None


async def insert_for_links(tx: Writer, event_type: EventType, *, now: int) -> None:
    """Store a row for bookings through dynamic links to point at: archived from the first, so that nothing lists it."""
    await insert(tx, msgspec.structs.replace(event_type, slug=LINKS), now=now)
    await archive(tx, event_type.id, slug=LINKS, now=now)


async def archived_at(db: Reader, id: int) -> int | None:
    """When an event type was archived; None while it is on offer."""
    row = await db.row(ARCHIVED_AT, id=id)
    return row[0] if row else None


async def next_position(db: Reader, owner_id: int) -> int:
    """The place behind a host's or team's last event type."""
    row = await db.row(NEXT_POSITION, owner_id=owner_id)
    return int(row[0]) if row else 0


async def list_titles_by_schedule(db: Reader, schedule_id: int) -> list[str]:
    """The titles of the event types on offer that a schedule serves, those of teams included."""
    return [row[0] for row in await db.rows(TITLES_BY_SCHEDULE, schedule_id=schedule_id)]


async def most_seats_taken(db: Reader, id: int, *, now: int) -> int:
    """The most seats that one future instance of an event type has given away, live holds included (rule 58)."""
    row = await db.row(MOST_SEATS_TAKEN, id=id, now=now)
    return int(row[0]) if row else 0


async def update(tx: Writer, event_type: EventType, *, now: int) -> None:
    """Write everything that may change; raises `Duplicate` when its host has another one of this slug."""
    await tx.run(UPDATE, now=now, **_changeable(event_type))


async def update_position(tx: Writer, id: int, *, position: int, now: int) -> None:
    """Move an event type within its host's order."""
    await tx.run(UPDATE_POSITION, id=id, position=position, now=now)


async def hand_over(tx: Writer, team_id: int, *, from_id: int, to_id: int, schedule_id: int, now: int) -> int:
    """Let another host answer for a team's event types, archived ones included, by a schedule of theirs."""
    return await tx.run(HAND_OVER, team_id=team_id, from_id=from_id, to_id=to_id, schedule_id=schedule_id, now=now)


async def archive(tx: Writer, id: int, *, slug: str, now: int) -> None:
    """Take an event type off offer; its row stays for its bookings, under a slug that no address can have."""
    await tx.run(ARCHIVE, id=id, slug=slug, now=now)


async def move_archived(tx: Writer, *, from_id: int, to_id: int) -> int:
    """Hand archived event types of one schedule to another, so that the first may go."""
    await tx.run(MOVE_ARCHIVED_SHARES, from_id=from_id, to_id=to_id)
    return await tx.run(MOVE_ARCHIVED, from_id=from_id, to_id=to_id)


def _changeable(event_type: EventType) -> dict[str, Value]:
    return {
        "id": event_type.id,
        "schedule_id": event_type.schedule_id,
        "slug": event_type.slug,
        "title": event_type.title,
        "description": event_type.description,
        "rules": _json(event_type_to_json(event_type.rules)),
        "options": _json(event_type.options),
        "durations": _json(event_type.durations_minutes),
        "places": _json(event_type.places),
        "questions": _json(event_type.questions),
        "approval": int(event_type.approval),
        "listed": int(event_type.listed),
        "position": event_type.position,
    }


@lru_cache(maxsize=REMEMBERED)  # the same row is the same noun, and reading its rules takes longer than the query
def _event_type(row: Row) -> EventType:
    return EventType(
        id=row[0],
        host_id=row[1],
        schedule_id=row[2],
        slug=row[3],
        title=row[4],
        description=row[5],
        rules=event_type_from_json(msgspec.json.decode(row[6])),
        durations_minutes=_durations.decode(row[7]),
        places=_places.decode(row[8]),
        questions=_questions.decode(row[9]),
        approval=bool(row[10]),
        listed=bool(row[11]),
        position=row[12],
        team_id=row[13],
        options=_options.decode(row[14]),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
