"""The SQL of invitations to teams: who is asked to join, by whom, until they answer."""

from cally.model.teams import TeamInvitation
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO team_invitation (team_id, host_id, manages, by_id, created_at)
VALUES (:team_id, :host_id, :manages, :by_id, :now)
ON CONFLICT (team_id, host_id) DO UPDATE SET manages = excluded.manages
"""
ONE = """
SELECT team_id, host_id, manages, by_id, created_at
FROM team_invitation
WHERE team_id = :team_id
  AND host_id = :host_id
"""
LIST_OF_TEAM = """
SELECT team_id, host_id, manages, by_id, created_at
FROM team_invitation
WHERE team_id = :team_id
ORDER BY created_at, host_id
"""
LIST_OF_HOST = """
SELECT team_invitation.team_id, team_invitation.host_id, team_invitation.manages, team_invitation.by_id,
       team_invitation.created_at
FROM team_invitation
JOIN team
  ON team.id = team_invitation.team_id
WHERE team_invitation.host_id = :host_id
  AND team.archived_at IS NULL
ORDER BY team_invitation.created_at, team_invitation.team_id
"""
DELETE = """
DELETE FROM team_invitation
WHERE team_id = :team_id
  AND host_id = :host_id
"""
DELETE_OF_TEAM = """
DELETE FROM team_invitation
WHERE team_id = :team_id
"""


async def insert(tx: Writer, invitation: TeamInvitation) -> None:
    """Ask a host to join a team; one who is asked already is only told anew whether they would manage it."""
    await tx.run(
        INSERT,
        team_id=invitation.team_id,
        host_id=invitation.host_id,
        manages=int(invitation.manages),
        by_id=invitation.by_id,
        now=invitation.created_at,
    )


async def one(db: Reader, team_id: int, host_id: int) -> TeamInvitation | None:
    """The invitation of a host to a team that is not answered yet."""
    row = await db.row(ONE, team_id=team_id, host_id=host_id)
    return _invitation(row) if row else None


async def list_of_team(db: Reader, team_id: int) -> list[TeamInvitation]:
    """Who is asked to join a team and has not answered, in the order of asking."""
    return [_invitation(row) for row in await db.rows(LIST_OF_TEAM, team_id=team_id)]


async def list_of_host(db: Reader, host_id: int) -> list[TeamInvitation]:
    """What a host is asked to join, in the order of asking."""
    return [_invitation(row) for row in await db.rows(LIST_OF_HOST, host_id=host_id)]


async def delete(tx: Writer, team_id: int, host_id: int) -> int:
    """The invitation is answered, or withdrawn; how many there were."""
    return await tx.run(DELETE, team_id=team_id, host_id=host_id)


async def delete_of_team(tx: Writer, team_id: int) -> int:
    """Withdraw all that a team has asked; how many there were."""
    return await tx.run(DELETE_OF_TEAM, team_id=team_id)


def _invitation(row: Row) -> TeamInvitation:
    return TeamInvitation(team_id=row[0], host_id=row[1], manages=bool(row[2]), by_id=row[3], created_at=row[4])
