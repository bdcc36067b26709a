"""Invitations to teams: nobody is in one unasked; who is invited says yes or no, and until then takes no part."""

from cally.errors import CallyError, not_found
from cally.hosts.teams import MEMBERS, host_there, record, take_in, team_there
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.teams import Team, TeamInvitation, TeamMember
from cally.store import Reader, Store, accounts, hosts, team_invitations, teams


async def invite_member(
    store: Store, team_id: int, host_id: int, *, manages: bool = False, now: int, actor: Actor
) -> TeamInvitation:
    """Ask a host to join a team; asked again they are told anew whether they would manage it.

    Raises `conflict` for one who is in it, and when a team has as many members and invitations as it may.
    """
    async with store.write() as tx:
        team, host = await team_there(tx, team_id), await host_there(tx, host_id)
        if await teams.member(tx, team.id, host.id) is not None:
            raise CallyError("conflict", f"{host.name} is in “{team.name}” already.")
        asked = await team_invitations.list_of_team(tx, team.id)
        if len(await teams.members(tx, team.id)) + len(asked) >= MEMBERS:
            raise CallyError("conflict", f"A team has at most {MEMBERS} members.")
        made = TeamInvitation(team_id=team.id, host_id=host.id, manages=manages, by_id=actor.account_id, created_at=now)
        await team_invitations.insert(tx, made)
        await record(tx, team, "invite_member", now, actor, host=host.slug)
    return made


async def withdraw_invitation(store: Store, team_id: int, host_id: int, *, now: int, actor: Actor) -> None:
    """Ask a host no more; raises `not_found` for one who is not asked (any more)."""
    await _answer(store, team_id, host_id, "withdraw_invitation", now, actor)


async def decline_invitation(store: Store, team_id: int, host_id: int, *, now: int, actor: Actor) -> Team:
    """Say no for a host; raises `not_found` when they are not asked (any more)."""
    return await _answer(store, team_id, host_id, "decline_invitation", now, actor)


async def accept_invitation(store: Store, team_id: int, host_id: int, *, now: int, actor: Actor) -> Team:
    """Say yes for a host, who is in the team from now on; raises `not_found` when they are not asked (any more)."""
    async with store.write() as tx:
        invitation = await team_invitations.one(tx, team_id, host_id)
        if invitation is None:
            raise not_found("invitation")
        team, host = await team_there(tx, team_id), await host_there(tx, host_id)
        member = TeamMember(team_id=team.id, host_id=host.id, manages=invitation.manages)
        await take_in(tx, team, member, now=now)
        await record(tx, team, "accept_invitation", now, actor, host=host.slug)
    return team


async def invited_to(db: Reader, team_id: int) -> list[tuple[Host, bool]]:
    """Who is asked to join a team and has not answered, and whether they would manage it."""
    asked = await team_invitations.list_of_team(db, team_id)
    found = [(await hosts.by_id(db, one.host_id), one.manages) for one in asked]
    return [(host, manages) for host, manages in found if host is not None]


async def list_invitations(db: Reader, host_id: int) -> list[tuple[Team, TeamInvitation, str]]:
    """The teams that a host is asked to join, and the name of who asks, empty when nobody is known."""
    found = []
    for one in await team_invitations.list_of_host(db, host_id):
        team = await teams.by_id(db, one.team_id)
        by = await accounts.by_id(db, one.by_id) if one.by_id is not None else None
        if team is not None:
            found.append((team, one, by.name if by else ""))
    return found


async def team_asking(db: Reader, slug: str, host_id: int) -> Team | None:
    """The team at that address, if it asks this host to join."""
    team = await teams.by_slug(db, slug)
    return team if team is not None and await team_invitations.one(db, team.id, host_id) is not None else None


async def _answer(store: Store, team_id: int, host_id: int, action: str, now: int, actor: Actor) -> Team:
    async with store.write() as tx:
        team, host = await team_there(tx, team_id), await host_there(tx, host_id)
        if not await team_invitations.delete(tx, team.id, host.id):
            raise not_found("invitation")
        await record(tx, team, action, now, actor, host=host.slug)
    return team
