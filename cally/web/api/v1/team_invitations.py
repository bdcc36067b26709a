"""Invitations to teams, as the host who is asked sees and answers them."""

from datetime import datetime

import msgspec

from cally import hosts
from cally.errors import not_found
from cally.model.teams import Team
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, page

noun = Noun("Team invitations")


class InvitationShown(msgspec.Struct, frozen=True, kw_only=True):
    """A team that asks the host to join; `manages` says as what, `by` is the name of who asked."""

    team: str
    name: str
    manages: bool
    by: str
    asked_at: datetime


class InvitationsShown(Page, frozen=True, kw_only=True):
    """What is not answered yet, the oldest first."""

    invitations: tuple[InvitationShown, ...]


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    team: str
    state: str


@noun.does("GET", "/team-invitations", scope="event-types:read", query=Paged, answers={200: InvitationsShown})
async def list_team_invitations(call: Call) -> Answer:
    """List the teams that ask the host to join."""
    found = await hosts.list_invitations(call.doors.store.reader, call.token_holder.account.id)
    kept, more = page(found, call.query, lambda asked: (asked[1].created_at, asked[0].id))
    shown = tuple(
        InvitationShown(team=team.slug, name=team.name, manages=one.manages, by=by, asked_at=instant(one.created_at))
        for team, one, by in kept
    )
    return answer(InvitationsShown(invitations=shown, next_cursor=more))


@noun.does(
    "POST",
    "/team-invitations/{team}/acceptance",
    scope="event-types:write",
    answers={200: Answered},
    refuses=("not_found", "conflict"),
)
async def accept_team_invitation(call: Call) -> Answer:
    """Join the team."""
    team, holder = await _asking(call), call.token_holder
    await hosts.accept_invitation(call.doors.store, team.id, holder.account.id, now=call.now, actor=holder.actor())
    return answer(Answered(team=team.slug, state="member"))


@noun.does(
    "POST",
    "/team-invitations/{team}/declination",
    scope="event-types:write",
    answers={200: Answered},
    refuses=("not_found",),
)
async def decline_team_invitation(call: Call) -> Answer:
    """Do not join the team."""
    team, holder = await _asking(call), call.token_holder
    await hosts.decline_invitation(call.doors.store, team.id, holder.account.id, now=call.now, actor=holder.actor())
    return answer(Answered(team=team.slug, state="declined"))


async def _asking(call: Call) -> Team:
    found = await hosts.team_asking(call.doors.store.reader, call.path["team"], call.token_holder.account.id)
    if found is None:
        raise not_found("invitation")
    return found
