"""Teams: made, named, joined and left; whoever manages one changes it, and so may every admin (R61)."""

from itertools import count

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.hosts.schedules import DEFAULT_NAME, default_rules, insert_schedule
from cally.model.accounts import Account, Actor
from cally.model.hosts import EventType, Host
from cally.model.ids import new_id
from cally.model.slugs import LONGEST, slug_from
from cally.model.slugs import slug as slug_of
from cally.model.teams import Team, TeamMember
from cally.model.texts import line, paragraph
from cally.store import (
    Reader,
    Store,
    Writer,
    audit,
    bookings,
    channels,
    event_types,
    hosts,
    schedules,
    team_invitations,
    teams,
    webhooks,
)

NAME_LENGTH = 100
ABOUT_LENGTH = 2_000
MEMBERS = 200
NAMED = 3
FALLBACK_SLUG = "team"


class TeamDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A team as it is asked for; without a slug the name gives one. `about` is Markdown as it was typed."""

    name: str
    slug: str | None = None
    about: str = ""


async def create_team(store: Store, host_id: int, draft: TeamDraft, *, now: int, actor: Actor) -> Team:
    """A new team with this host as its only member, who manages it.

    Raises `invalid` with the field, also for a slug that another team has; `not_found` for an unknown host.
    """
    async with store.write() as tx:
        await host_there(tx, host_id)
        team = await _team(tx, new_id(now), draft)
        await teams.insert(tx, team, now=now)
        await teams.insert_member(tx, TeamMember(team_id=team.id, host_id=host_id, manages=True), now=now)
        await record(tx, team, "create", now, actor)
    return team


async def update_team(store: Store, team_id: int, draft: TeamDraft, *, now: int, actor: Actor) -> Team:
    """Write a team's name, address and words anew; the old address answers no more. Who may, the door must judge."""
    async with store.write() as tx:
        known = await team_there(tx, team_id)
        team = await _team(tx, known.id, draft)
        await teams.update(tx, team)
        await record(tx, team, "update", now, actor)
    return team


async def delete_team(store: Store, team_id: int, *, now: int, actor: Actor) -> None:
    """Take a team away: its event types are archived, past bookings stay with their hosts.

    Raises `conflict` (`future_bookings`) while bookings of it lie ahead (rule 57). Who may, the door must judge.
    """
    async with store.write() as tx:
        team = await team_there(tx, team_id)
        ahead = await teams.count_ahead(tx, team.id, now=now)
        if ahead:
            sentence = f"“{team.name}” has {ahead} bookings ahead; cancel them first, or wait until they are over."
            raise CallyError("conflict", sentence, future_bookings=ahead)
        for event_type in await event_types.list_of(tx, team.id):
            await event_types.archive(tx, event_type.id, slug=f"{event_type.slug}~{event_type.id}", now=now)
        for member in await teams.members(tx, team.id):
            await teams.delete_assignable_of(tx, team.id, member.host_id)
        await team_invitations.delete_of_team(tx, team.id)
        await channels.delete_of_owner(tx, team.id)
        await webhooks.delete_of_team(tx, team.id)
        await teams.archive(tx, team.id, slug=f"{team.slug}~{team.id}", now=now)
        await record(tx, team, "delete", now, actor)


async def add_member(
    store: Store, team_id: int, host_id: int, *, manages: bool = False, now: int, actor: Actor
) -> TeamMember:
    """Take a host into a team without asking them, which only admins may; who else asks, uses `invite_member`.

    One who is in it already is only told anew whether they manage it.
    """
    async with store.write() as tx:
        team, host = await team_there(tx, team_id), await host_there(tx, host_id)
        member = TeamMember(team_id=team.id, host_id=host.id, manages=manages)
        if await teams.member(tx, team.id, host.id) is not None:
            await _write_member(tx, team, member, now, actor)
            return member
        await take_in(tx, team, member, now=now)
        await record(tx, team, "add_member", now, actor, host=host.slug)
    return member


async def take_in(tx: Writer, team: Team, member: TeamMember, *, now: int) -> None:
    """Make a host a member, whatever they were asked; raises `conflict` when the team is full."""
    if len(await teams.members(tx, team.id)) >= MEMBERS:
        raise CallyError("conflict", f"A team has at most {MEMBERS} members.")
    await team_invitations.delete(tx, team.id, member.host_id)
    await teams.insert_member(tx, member, now=now)


async def update_member(
    store: Store, team_id: int, host_id: int, *, manages: bool, now: int, actor: Actor
) -> TeamMember:
    """Let a member manage the team, or no more; raises `conflict` for the last one who does."""
    member = TeamMember(team_id=team_id, host_id=host_id, manages=manages)
    async with store.write() as tx:
        team = await team_there(tx, team_id)
        if await teams.member(tx, team_id, host_id) is None:
            raise not_found("member")
        await _write_member(tx, team, member, now, actor)
    return member


async def remove_member(store: Store, team_id: int, host_id: int, *, now: int, actor: Actor) -> None:
    """Take a host out of a team and out of all its turns; the event types they set up go to another who manages it.

    Raises `conflict` for the last one who manages, and (`future_bookings`, uids) while bookings of the team are theirs:
    those are handed to another host or cancelled first (rule 57).
    """
    async with store.write() as tx:
        team = await team_there(tx, team_id)
        member, host = await teams.member(tx, team_id, host_id), await host_there(tx, host_id)
        if member is None:
            raise not_found("member")
        await _require_other_manager(tx, member)
        await _require_free(tx, team, host, now)
        await teams.delete_assignable_of(tx, team.id, host.id)
        await _hand_over(tx, team, host, now, actor)
        await teams.delete_member(tx, team.id, host.id)
        await record(tx, team, "remove_member", now, actor, host=host.slug)


async def list_teams(db: Reader, account: Account) -> list[Team]:
    """The teams that an account may see, by name: those it is in; for an admin all."""
    return await teams.list_all(db) if account.role == "admin" else await teams.list_of_host(db, account.id)


async def team_for(db: Reader, team_id: int, account: Account) -> Team | None:
    """The team of that id while it is there, if this account may see it: its members and admins."""
    found = await teams.by_id(db, team_id)
    if found is None or await teams.by_slug(db, found.slug) is None:
        return None
    may_see = account.role == "admin" or await teams.member(db, team_id, account.id) is not None
    return found if may_see else None


async def team_by_id(db: Reader, team_id: int) -> Team | None:
    """The team of that row, also one that is gone; who may see it, the door must judge."""
    return await teams.by_id(db, team_id)


async def team_by_slug(db: Reader, slug: str) -> Team | None:
    """The team at `/team/{slug}`."""
    return await teams.by_slug(db, slug)


async def members_of(db: Reader, team_id: int) -> list[tuple[Host, bool]]:
    """Who is in a team, in the order of joining, and whether they manage it."""
    found = [(await hosts.by_id(db, member.host_id), member.manages) for member in await teams.members(db, team_id)]
    return [(host, manages) for host, manages in found if host is not None]


async def manages(db: Reader, account: Account, team_id: int) -> bool:
    """Whether this account may change a team: its managers, and admins."""
    member = await teams.member(db, team_id, account.id)
    return account.role == "admin" or (member is not None and member.manages)


async def may_change(db: Reader, account: Account, event_type: EventType) -> bool:
    """Whether this account may change an event type: its host; of a team's, whoever manages the team."""
    if event_type.team_id is None:
        return event_type.host_id == account.id
    return await manages(db, account, event_type.team_id)


async def _team(db: Reader, id: int, draft: TeamDraft) -> Team:
    name = line(draft.name, "name", longest=NAME_LENGTH)
    about = paragraph(draft.about, "about", longest=ABOUT_LENGTH)
    return Team(id=id, slug=await _slug(db, id, draft.slug, name), name=name, about=about)


async def _slug(db: Reader, id: int, wanted: str | None, name: str) -> str:
    if wanted:
        slug = slug_of(wanted)
        if not await _is_free(db, slug, id):
            raise invalid("slug", f"Another team has the address “{slug}”; please choose another one.")
        return slug
    base = slug_from(name) or FALLBACK_SLUG
    for number in count(1):
        ending = "" if number == 1 else f"-{number}"
        candidate = base[: LONGEST - len(ending)].rstrip("-") + ending
        if await _is_free(db, candidate, id):
            return candidate
    raise AssertionError("numbers do not end")


async def _is_free(db: Reader, slug: str, id: int) -> bool:
    other = await teams.by_slug(db, slug)
    return other is None or other.id == id


async def _write_member(tx: Writer, team: Team, member: TeamMember, now: int, actor: Actor) -> None:
    known = await teams.member(tx, team.id, member.host_id)
    if known is not None and known.manages and not member.manages:
        await _require_other_manager(tx, known)
    await teams.update_member(tx, member)
    await record(tx, team, "update_member", now, actor, host=str(member.host_id), manages=int(member.manages))


async def _require_other_manager(db: Reader, member: TeamMember) -> None:
    others = [one for one in await teams.members(db, member.team_id) if one.manages and one.host_id != member.host_id]
    if member.manages and not others:
        raise CallyError("conflict", "Nobody else manages this team; let another member manage it first.")


async def _require_free(db: Reader, team: Team, host: Host, now: int) -> None:
    ahead = await teams.list_ahead(db, team.id, host.id, now=now, limit=NAMED)
    if ahead:
        found = [await bookings.by_id(db, row) for row in ahead]
        uids = [booking.uid for booking in found if booking is not None]
        sentence = f"{host.name} has bookings of “{team.name}” ahead; hand them to another host or cancel them first."
        raise CallyError("conflict", sentence, future_bookings=uids)


async def _hand_over(tx: Writer, team: Team, host: Host, now: int, actor: Actor) -> None:
    """Whoever manages longest answers for what the host answered for; alone, nobody is asked to."""
    heirs = [one.host_id for one in await teams.members(tx, team.id) if one.manages and one.host_id != host.id]
    heir = await host_there(tx, heirs[0])
    schedule_id = await first_schedule(tx, heir, now=now, actor=actor)
    await event_types.hand_over(tx, team.id, from_id=host.id, to_id=heir.id, schedule_id=schedule_id, now=now)


async def first_schedule(tx: Writer, host: Host, *, now: int, actor: Actor) -> int:
    """The schedule that serves where none is named; a host without any gets one with working hours."""
    known = await schedules.list_of(tx, host.id)
    if known:
        return known[0].id
    made = await insert_schedule(tx, host.id, DEFAULT_NAME, default_rules(host.tz), now=now, actor=actor)
    return made.id


async def team_there(db: Reader, team_id: int) -> Team:
    """The team of that row while it is there; raises `not_found`."""
    team = await teams.by_id(db, team_id)
    if team is None or await teams.by_slug(db, team.slug) is None:
        raise not_found("team")
    return team


async def host_there(db: Reader, host_id: int) -> Host:
    """The host of that row; raises `not_found`."""
    host = await hosts.by_id(db, host_id)
    if host is None:
        raise not_found("host")
    return host


async def record(tx: Writer, team: Team, action: str, now: int, actor: Actor, **facts: str | int) -> None:
    """Note what is done to a team."""
    tag, subject = f"{actor.kind}:team:{action}", f"team:{team.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, slug=team.slug, **facts)
