"""The SQL of teams, their members, and who of them can be assigned to an event type."""

from cally.model.teams import Assignable, Team, TeamMember
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
"""
LIST = """
SELECT id, slug, name, about
FROM team
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
DELETE = """
DELETE FROM team
WHERE id = :id
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
TAKE_BACK = """
UPDATE event_type_host
SET assigned = assigned - 1
WHERE event_type_id = :event_type_id
  AND host_id = :host_id
  AND assigned > 0
"""
DELETE_ASSIGNABLE = """
DELETE FROM event_type_host
WHERE event_type_id = :event_type_id
  AND host_id = :host_id
"""


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


async def delete(tx: Writer, id: int) -> None:
    """Remove a team that has no members and no event types; the foreign keys refuse it for any other."""
    await tx.run(DELETE, id=id)


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


async def take_back(tx: Writer, event_type_id: int, host_id: int) -> None:
    """Count a host's booking no more: it was cancelled, declined, or given to another host."""
    await tx.run(TAKE_BACK, event_type_id=event_type_id, host_id=host_id)


async def delete_assignable(tx: Writer, event_type_id: int, host_id: int) -> int:
    """Let a host be assigned no more; the bookings they have stay theirs."""
    return await tx.run(DELETE_ASSIGNABLE, event_type_id=event_type_id, host_id=host_id)


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
