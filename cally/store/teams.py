"""The SQL of teams, their members, and who of them can be assigned to an event type."""

import msgspec

from cally.model.teams import Assignable, Decision, Team, TeamMember
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO team (id, slug, name, about, created_at)
VALUES (:id, :slug, :name, :about, :now)
"""
BY_ID = """
SELECT id, slug, name, about
FROM team
WHERE id = :id
"""
BY_SLUG = """
SELECT id, slug, name, about
FROM team
WHERE slug = :slug
  AND archived_at IS NULL
"""
LIST = """
SELECT id, slug, name, about
FROM team
WHERE archived_at IS NULL
ORDER BY name, id
"""
LIST_OF_HOST = """
SELECT team.id, team.slug, team.name, team.about
FROM team
JOIN team_member
  ON team_member.team_id = team.id
WHERE team_member.host_id = :host_id
ORDER BY team.name, team.id
"""
UPDATE = """
UPDATE team
SET slug = :slug,
    name = :name,
    about = :about
WHERE id = :id
"""
ARCHIVE = """
UPDATE team
SET slug = :slug,
    archived_at = :now
WHERE id = :id
"""
DELETE_MEMBERS = """
DELETE FROM team_member
WHERE team_id = :team_id
"""
MEMBER = """
SELECT team_id, host_id, manages
FROM team_member
WHERE team_id = :team_id
  AND host_id = :host_id
"""
LIST_AHEAD = """
SELECT booking.id
FROM event_type
JOIN booking
  ON booking.event_type_id = event_type.id
WHERE event_type.team_id = :team_id
  AND booking.starts_at > :now
  AND booking.status IN ('pending', 'confirmed')
  AND (
    booking.host_id = :host_id
    OR EXISTS (
      SELECT 1
      FROM booking_host
      WHERE booking_host.booking_id = booking.id
        AND booking_host.host_id = :host_id
    )
  )
ORDER BY booking.starts_at, booking.id
LIMIT :limit
"""
COUNT_AHEAD = """
SELECT count(*)
FROM event_type
JOIN booking
  ON booking.event_type_id = event_type.id
WHERE event_type.team_id = :team_id
  AND booking.starts_at > :now
  AND booking.status IN ('pending', 'confirmed')
"""
MEMBERS = """
SELECT team_id, host_id, manages
FROM team_member
WHERE team_id = :team_id
ORDER BY created_at, host_id
"""
INSERT_MEMBER = """
INSERT INTO team_member (team_id, host_id, manages, created_at)
VALUES (:team_id, :host_id, :manages, :now)
"""
UPDATE_MEMBER = """
UPDATE team_member
SET manages = :manages
WHERE team_id = :team_id
  AND host_id = :host_id
"""
DELETE_MEMBER = """
DELETE FROM team_member
WHERE team_id = :team_id
  AND host_id = :host_id
"""
ASSIGNABLE = """
SELECT host_id, schedule_id, required, group_name, weight, assigned, credit, last_assigned_at
FROM event_type_host
WHERE event_type_id = :event_type_id
ORDER BY position, host_id
"""
INSERT_ASSIGNABLE = """
INSERT INTO event_type_host (event_type_id, host_id, schedule_id, required, group_name, weight, position, assigned,
                             credit, last_assigned_at)
VALUES (:event_type_id, :host_id, :schedule_id, :required, :group_name, :weight, :position, :assigned,
        :credit, :last_assigned_at)
"""
UPDATE_ASSIGNABLE = """
UPDATE event_type_host
SET schedule_id = :schedule_id,
    required = :required,
    group_name = :group_name,
    weight = :weight,
    position = :position
WHERE event_type_id = :event_type_id
  AND host_id = :host_id
"""
UPDATE_COUNT = """
UPDATE event_type_host
SET assigned = :assigned,
    credit = :credit,
    last_assigned_at = :last_assigned_at
WHERE event_type_id = :event_type_id
  AND host_id = :host_id
"""
DELETE_ASSIGNABLE = """
DELETE FROM event_type_host
WHERE event_type_id = :event_type_id
  AND host_id = :host_id
"""
DELETE_ASSIGNABLE_OF_MEMBER = """
DELETE FROM event_type_host
WHERE host_id = :host_id
  AND event_type_id IN (
    SELECT id
    FROM event_type
    WHERE team_id = :team_id
  )
"""
LIST_ASSIGNED = """
SELECT event_type_host.event_type_id, event_type_host.host_id, event_type_host.assigned
FROM event_type_host
JOIN event_type
  ON event_type.id = event_type_host.event_type_id
WHERE :event_type_id IS NULL
   OR event_type_host.event_type_id = :event_type_id
ORDER BY event_type_host.event_type_id, event_type_host.host_id
"""
LIST_DECISIONS = """
SELECT decisions
FROM booking
WHERE event_type_id = :event_type_id
  AND status IN ('pending', 'confirmed')
  AND decisions <> '[]'
"""

_decisions = msgspec.json.Decoder(tuple[Decision, ...])


async def insert(tx: Writer, team: Team, *, now: int) -> None:
    """Store a new team; raises `Duplicate` when another one has its slug."""
    await tx.run(INSERT, id=team.id, slug=team.slug, name=team.name, about=team.about, now=now)


async def by_id(db: Reader, id: int) -> Team | None:
    """The team of that row."""
    row = await db.row(BY_ID, id=id)
    return _team(row) if row else None


async def by_slug(db: Reader, slug: str) -> Team | None:
    """The team at that address."""
    row = await db.row(BY_SLUG, slug=slug)
    return _team(row) if row else None


async def list_all(db: Reader) -> list[Team]:
    """Every team by name."""
    return [_team(row) for row in await db.rows(LIST)]


async def list_of_host(db: Reader, host_id: int) -> list[Team]:
    """The teams that a host is in, by name."""
    return [_team(row) for row in await db.rows(LIST_OF_HOST, host_id=host_id)]


async def update(tx: Writer, team: Team) -> None:
    """Write what may change; raises `Duplicate` when another team has its slug."""
    await tx.run(UPDATE, id=team.id, slug=team.slug, name=team.name, about=team.about)


async def archive(tx: Writer, id: int, *, slug: str, now: int) -> None:
    """Take a team away with its members; its row stays for its bookings, under a slug that no address can have."""
    await tx.run(DELETE_MEMBERS, team_id=id)
    await tx.run(ARCHIVE, id=id, slug=slug, now=now)


async def member(db: Reader, team_id: int, host_id: int) -> TeamMember | None:
    """A host's place in a team."""
    row = await db.row(MEMBER, team_id=team_id, host_id=host_id)
    return TeamMember(team_id=row[0], host_id=row[1], manages=bool(row[2])) if row else None


async def list_ahead(db: Reader, team_id: int, host_id: int, *, now: int, limit: int) -> list[int]:
    """The first live bookings of a team's event types that a host has ahead, by their rows (rule 57)."""
    rows = await db.rows(LIST_AHEAD, team_id=team_id, host_id=host_id, now=now, limit=limit)
    return [row[0] for row in rows]


async def count_ahead(db: Reader, team_id: int, *, now: int) -> int:
    """How many live bookings of a team's event types lie ahead."""
    row = await db.row(COUNT_AHEAD, team_id=team_id, now=now)
    return int(row[0]) if row else 0


async def members(db: Reader, team_id: int) -> list[TeamMember]:
    """Who is in a team, in the order of joining."""
    rows = await db.rows(MEMBERS, team_id=team_id)
    return [TeamMember(team_id=row[0], host_id=row[1], manages=bool(row[2])) for row in rows]


async def insert_member(tx: Writer, member: TeamMember, *, now: int) -> None:
    """Take a host into a team; raises `Duplicate` for one who is in it."""
    await tx.run(INSERT_MEMBER, team_id=member.team_id, host_id=member.host_id, manages=int(member.manages), now=now)


async def update_member(tx: Writer, member: TeamMember) -> None:
    """Write whether a member manages the team."""
    await tx.run(UPDATE_MEMBER, team_id=member.team_id, host_id=member.host_id, manages=int(member.manages))


async def delete_member(tx: Writer, team_id: int, host_id: int) -> int:
    """Take a host out of a team."""
    return await tx.run(DELETE_MEMBER, team_id=team_id, host_id=host_id)


async def assignable(db: Reader, event_type_id: int) -> list[Assignable]:
    """Who can be assigned to an event type of a team, in the order its managers gave them."""
    return [_assignable(row) for row in await db.rows(ASSIGNABLE, event_type_id=event_type_id)]


async def insert_assignable(tx: Writer, event_type_id: int, host: Assignable, *, position: int) -> None:
    """Let a host be assigned; raises `Duplicate` for one who can be already."""
    await tx.run(
        INSERT_ASSIGNABLE,
        event_type_id=event_type_id,
        host_id=host.host_id,
        schedule_id=host.schedule_id,
        required=int(host.required),
        group_name=host.group,
        weight=host.weight,
        position=position,
        assigned=host.assigned,
        credit=host.credit,
        last_assigned_at=host.last_assigned_at,
    )


async def update_assignable(tx: Writer, event_type_id: int, host: Assignable, *, position: int) -> None:
    """Write how a host can be assigned; what they were given stays."""
    await tx.run(
        UPDATE_ASSIGNABLE,
        event_type_id=event_type_id,
        host_id=host.host_id,
        schedule_id=host.schedule_id,
        required=int(host.required),
        group_name=host.group,
        weight=host.weight,
        position=position,
    )


async def update_count(tx: Writer, event_type_id: int, host: Assignable) -> None:
    """Write how many bookings a host was given, their credit, and when the last one was given."""
    await tx.run(
        UPDATE_COUNT,
        event_type_id=event_type_id,
        host_id=host.host_id,
        assigned=host.assigned,
        credit=host.credit,
        last_assigned_at=host.last_assigned_at,
    )


async def delete_assignable(tx: Writer, event_type_id: int, host_id: int) -> int:
    """Let a host be assigned no more; the bookings they have stay theirs."""
    return await tx.run(DELETE_ASSIGNABLE, event_type_id=event_type_id, host_id=host_id)


async def delete_assignable_of(tx: Writer, team_id: int, host_id: int) -> int:
    """Let a host be assigned no more to anything of a team."""
    return await tx.run(DELETE_ASSIGNABLE_OF_MEMBER, team_id=team_id, host_id=host_id)


async def list_assigned(db: Reader, event_type_id: int | None = None) -> list[tuple[int, int, int]]:
    """`(event type, host, bookings counted)` of all who can be assigned, or of those of one event type."""
    return [(row[0], row[1], row[2]) for row in await db.rows(LIST_ASSIGNED, event_type_id=event_type_id)]


async def list_decisions(db: Reader, event_type_id: int) -> list[tuple[Decision, ...]]:
    """Why the hosts of each live booking of an event type were chosen; past ones included."""
    return [_decisions.decode(row[0]) for row in await db.rows(LIST_DECISIONS, event_type_id=event_type_id)]


def _team(row: Row) -> Team:
    return Team(id=row[0], slug=row[1], name=row[2], about=row[3])


def _assignable(row: Row) -> Assignable:
    return Assignable(
        host_id=row[0],
        schedule_id=row[1],
        required=bool(row[2]),
        group=row[3],
        weight=row[4],
        assigned=row[5],
        credit=row[6],
        last_assigned_at=row[7],
    )
