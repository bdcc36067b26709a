"""Teams: hosts who share event types; seen by their members, changed by whoever manages them."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
from cally.bookings import TEAM, listed
from cally.errors import not_found
from cally.hosts import TeamDraft
from cally.model.hosts import Host
from cally.model.teams import Team
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.public import PublicEventType, entered, public_event_type
from cally.web.api.v1.teams_found import team_in

noun = Noun("Teams")


class TeamWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new team; without a slug the name gives one. Whoever makes it manages it."""

    name: str
    slug: str | None = None
    about: str = ""


class TeamChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; everything else stays as it is."""

    name: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    about: str | UnsetType = UNSET


class MemberWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A host (their slug); who `manages` the team may change it."""

    host: str
    manages: bool = False


class MemberChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a member manages the team."""

    manages: bool


class MemberShown(msgspec.Struct, frozen=True, kw_only=True):
    """A host in the team, or one who is asked to join it and takes no part until they say yes."""

    host: str
    name: str
    manages: bool
    state: Literal["member", "invited"] = "member"


class TeamShown(msgspec.Struct, frozen=True, kw_only=True):
    """A team with its members in the order of joining, then those who are asked to join."""

    slug: str
    name: str
    about: str
    members: tuple[MemberShown, ...]
    url: str


class TeamsShown(Page, frozen=True, kw_only=True):
    """Teams by name."""

    teams: tuple[TeamShown, ...]


class PublicEventTypesOfTeam(Page, frozen=True, kw_only=True):
    """The event types on a team's profile, in their order."""

    event_types: tuple[PublicEventType, ...]


@noun.does("GET", "/teams", scope="event-types:read", query=Paged, answers={200: TeamsShown})
async def list_teams(call: Call) -> Answer:
    """List the teams that the host is in; for an admin all."""
    found = await hosts.list_teams(call.doors.store.reader, call.token_holder.account)
    kept, more = page(found, call.query, lambda team: (team.name, team.id))
    return answer(TeamsShown(teams=tuple([await _shown(call, team) for team in kept]), next_cursor=more))


@noun.does("POST", "/teams", scope="event-types:write", body=TeamWanted, answers={201: TeamShown})
async def create_team(call: Call) -> Answer:
    """Make a team."""
    holder = call.token_holder
    draft = TeamDraft(name=call.body.name, slug=call.body.slug, about=call.body.about)
    made = await hosts.create_team(call.doors.store, holder.account.id, draft, now=call.now, actor=holder.actor())
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/teams/{made.slug}"})


@noun.does("GET", "/teams/{team}", scope="event-types:read", answers={200: TeamShown}, refuses=("not_found",))
async def show_team(call: Call) -> Answer:
    """Show a team with its members."""
    return answer(await _shown(call, await team_in(call, call.path["team"])))


@noun.does(
    "PATCH",
    "/teams/{team}",
    scope="event-types:write",
    body=TeamChanges,
    answers={200: TeamShown},
    refuses=("not_found",),
)
async def change_team(call: Call) -> Answer:
    """Change what is given."""
    known = await team_in(call, call.path["team"], to_change=True)
    given: TeamChanges = call.body
    draft = TeamDraft(
        name=known.name if given.name is UNSET else given.name,
        slug=known.slug if given.slug is UNSET else given.slug,
        about=known.about if given.about is UNSET else given.about,
    )
    actor = call.token_holder.actor()
    return answer(
        await _shown(call, await hosts.update_team(call.doors.store, known.id, draft, now=call.now, actor=actor))
    )


@noun.does("DELETE", "/teams/{team}", scope="event-types:write", answers={204: None}, refuses=("not_found", "conflict"))
async def delete_team(call: Call) -> Answer:
    """Take a team away with its event types; 409 while bookings of it lie ahead."""
    known = await team_in(call, call.path["team"], to_change=True)
    await hosts.delete_team(call.doors.store, known.id, now=call.now, actor=call.token_holder.actor())
    return answer(None, 204)


@noun.does(
    "POST",
    "/teams/{team}/members",
    scope="event-types:write",
    body=MemberWanted,
    answers={201: TeamShown},
    refuses=("not_found", "conflict"),
)
async def add_member(call: Call) -> Answer:
    """Ask a host to join a team: `invited` until they say yes. An admin, with `admin:write`, takes them in at once."""
    team = await team_in(call, call.path["team"], to_change=True)
    host, holder = await _host(call, call.body.host), call.token_holder
    is_admin = holder.account.role == "admin"
    take = hosts.add_member if is_admin else hosts.invite_member
    actor = holder.admin() if is_admin else holder.actor()
    await take(call.doors.store, team.id, host.id, manages=call.body.manages, now=call.now, actor=actor)
    return answer(await _shown(call, team), 201)


@noun.does(
    "PATCH",
    "/teams/{team}/members/{host}",
    scope="event-types:write",
    body=MemberChanges,
    answers={200: TeamShown},
    refuses=("not_found", "conflict"),
)
async def change_member(call: Call) -> Answer:
    """Let a member manage the team, or no more; somebody always does."""
    team = await team_in(call, call.path["team"], to_change=True)
    host = await _member(call, team)
    await hosts.update_member(
        call.doors.store,
        team.id,
        host.id,
        manages=call.body.manages,
        now=call.now,
        actor=call.token_holder.actor(),
    )
    return answer(await _shown(call, team))


@noun.does(
    "DELETE",
    "/teams/{team}/members/{host}",
    scope="event-types:write",
    answers={204: None},
    refuses=("not_found", "conflict"),
)
async def remove_member(call: Call) -> Answer:
    """Take a host out of a team, leave it, or ask somebody no more who is invited.

    409 while bookings of the team are theirs (`future_bookings`): hand those to another host or cancel them first.
    """
    team = await team_in(call, call.path["team"])
    account, actor = call.token_holder.account, call.token_holder.actor()
    invited = next((one for one, _ in await _invited(call, team) if one.slug == call.path["host"]), None)
    if invited is not None and await hosts.manages(call.doors.store.reader, account, team.id):
        await hosts.withdraw_invitation(call.doors.store, team.id, invited.id, now=call.now, actor=actor)
        return answer(None, 204)
    host = await _member(call, team)
    if host.id != account.id and not await hosts.manages(call.doors.store.reader, account, team.id):
        raise not_found("team")
    await hosts.remove_member(call.doors.store, team.id, host.id, now=call.now, actor=actor)
    return answer(None, 204)


@noun.does(
    "GET",
    "/teams/{team}/event-types",
    query=Paged,
    answers={200: PublicEventTypesOfTeam},
    refuses=("not_found",),
)
async def list_public_event_types_of_team(call: Call) -> Answer:
    """List what a team offers on its profile."""
    team = await _public(call)
    offered = await listed(call.doors.store.reader, team.id)
    kept, more = page(offered, call.query, lambda one: (one.position, one.id))
    shown = tuple(public_event_type(event_type, team, call.doors.public_url()) for event_type in kept)
    return answer(PublicEventTypesOfTeam(event_types=shown, next_cursor=more))


@noun.does(
    "GET", "/teams/{team}/event-types/{slug}", answers={200: PublicEventType}, refuses=("not_found",), private=True
)
async def show_public_event_type_of_team(call: Call) -> Answer:
    """Show one event type of a team with its lengths, places and questions."""
    team = await _public(call)
    return answer(await entered(call, f"{TEAM}{team.slug}"))


async def _public(call: Call) -> Team:
    found = await hosts.team_by_slug(call.doors.store.reader, call.path["team"])
    if found is None:
        raise not_found("team")
    return found


async def _member(call: Call, team: Team) -> Host:
    """The host in the path, if they are in the team; also one whose account is disabled."""
    members = await hosts.members_of(call.doors.store.reader, team.id)
    found = next((host for host, _ in members if host.slug == call.path["host"]), None)
    if found is None:
        raise not_found("member")
    return found


async def _invited(call: Call, team: Team) -> list[tuple[Host, bool]]:
    return await hosts.invited_to(call.doors.store.reader, team.id)


async def _host(call: Call, slug: str) -> Host:
    found = await hosts.host_by_slug(call.doors.store.reader, slug)
    if found is None:
        raise not_found("host")
    return found


async def _shown(call: Call, team: Team) -> TeamShown:
    members = await hosts.members_of(call.doors.store.reader, team.id)
    return TeamShown(
        slug=team.slug,
        name=team.name,
        about=team.about,
        members=(
            *(MemberShown(host=host.slug, name=host.name, manages=manages) for host, manages in members),
            *(
                MemberShown(host=host.slug, name=host.name, manages=manages, state="invited")
                for host, manages in await _invited(call, team)
            ),
        ),
        url=f"{call.doors.public_url()}/team/{team.slug}",
    )
