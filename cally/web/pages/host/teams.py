"""Teams at a host's desk: the list, one team with its members and what it offers, and who is booked with it."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import list_of_team
from cally.errors import CallyError, not_found
from cally.hosts import (
    TeamDraft,
    accept_invitation,
    add_member,
    create_team,
    decline_invitation,
    delete_team,
    host_by_id,
    invite_member,
    invited_to,
    list_event_types,
    list_hosts,
    list_invitations,
    list_teams,
    manages,
    members_of,
    remove_member,
    shares_of,
    team_for,
    update_member,
    update_team,
    withdraw_invitation,
)
from cally.model.hosts import EventType
from cally.model.teams import Team
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error
from cally.web.pages.host.shown import shown
from cally.web.pages.host.wording import length

PATH = "/app/teams"
BOOKINGS_SHOWN = 50
ASSIGNMENT_WORDS = {"round_robin": "in turns", "collective": "all together", "single": ""}
LARGEST_ID = 2**63 - 1


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """The teams that this host is in; an admin sees all."""
    found = await list_teams(desk.db, desk.account)
    items = [
        (team, [host.name for host, _ in await members_of(desk.db, team.id)], desk.doors.public_url() + desk.path(team))
        for team in found
    ]
    invitations = await list_invitations(desk.db, desk.host.id)
    return await desk.page("pages/host/teams.html", here="teams", items=items, invitations=invitations)


@get(PATH + "/new")
async def new(desk: NamedDependency[Desk]) -> Page:
    """The form of a team that does not exist yet."""
    return await desk.page("pages/host/team_new.html", here="teams", form=Form())


@post(PATH, status_code=303)
async def create(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Make a team, with its maker as its first member."""
    form = await forms.read(request)
    try:
        made = await create_team(desk.store, desk.host.id, _draft(form), now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await desk.page("pages/host/team_new.html", here="teams", status=422, form=form)
    return desk.back_to(f"{PATH}/{made.id}", f"“{made.name}” is there. Now add who is in it.")


@get(PATH + "/{id:int}")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Members, event types and bookings of a team."""
    team = await _team(desk, id)
    return await _page(desk, team, Form.of(name=team.name, slug=team.slug, about=team.about))


@post(PATH + "/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Save name, address and words."""
    form, team = await forms.read(request), await _team(desk, id, to_change=True)
    try:
        saved = await update_team(desk.store, id, _draft(form), now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _page(desk, team, form, status=422)
    return desk.back_to(f"{PATH}/{id}", f"“{saved.name}” is saved.")


@post(PATH + "/{id:int}/removal", status_code=303)
async def removal(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Take a team away; while bookings of it lie ahead it stays (rule 57)."""
    team = await _team(desk, id, to_change=True)
    try:
        await delete_team(desk.store, id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return _refused(desk, id, error)
    return desk.back_to(PATH, f"“{team.name}” is gone; what was booked with it is kept.")


@post(PATH + "/{id:int}/members", status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Ask a host to join the team; an admin takes them in at once."""
    form, team = await forms.read(request), await _team(desk, id, to_change=True)
    host_id = form.number("host", least=1, most=LARGEST_ID, default=0)
    if form.faults or not host_id:
        return desk.back_to(f"{PATH}/{id}", "Please choose whom to add.", kind="error")
    if desk.account.role == "admin":
        await add_member(desk.store, id, host_id, now=desk.now, actor=desk.admin)
        return desk.back_to(f"{PATH}/{id}#members", await _welcome(desk, team, host_id))
    try:
        await invite_member(desk.store, id, host_id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return _refused(desk, id, error)
    host = await host_by_id(desk.db, host_id)
    name = host.name if host else ""
    return desk.back_to(
        f"{PATH}/{id}#members", f"{name} is asked to join “{team.name}”, and takes part once they agree."
    )


@post(PATH + "/{id:int}/invitations/{host_id:int}/withdrawal", status_code=303)
async def withdraw(desk: NamedDependency[Desk], id: FromPath[int], host_id: FromPath[int]) -> Page:
    """Ask somebody no more."""
    await _team(desk, id, to_change=True)
    await withdraw_invitation(desk.store, id, host_id, now=desk.now, actor=desk.actor)
    return desk.back_to(f"{PATH}/{id}#members", "They are asked no more.")


@post(PATH + "/{id:int}/invitation", status_code=303)
async def answer(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Say yes or no to what this host is asked to join."""
    if (await forms.read(request)).text("act") == "accept":
        team = await accept_invitation(desk.store, id, desk.host.id, now=desk.now, actor=desk.actor)
        return desk.back_to(f"{PATH}/{id}", f"You are in “{team.name}” now.")
    team = await decline_invitation(desk.store, id, desk.host.id, now=desk.now, actor=desk.actor)
    return desk.back_to(PATH, f"You are not in “{team.name}”.")


@post(PATH + "/{id:int}/members/{host_id:int}", status_code=303)
async def change_or_remove(
    request: Asked, desk: NamedDependency[Desk], id: FromPath[int], host_id: FromPath[int]
) -> Page:
    """Let a member manage the team or no more, or take them out of it; everybody may leave by themselves."""
    act = (await forms.read(request)).text("act")
    leaves = act == "remove" and host_id == desk.host.id
    team = await _team(desk, id, to_change=not leaves)
    try:
        if act == "remove":
            await remove_member(desk.store, id, host_id, now=desk.now, actor=desk.actor)
        else:
            await update_member(desk.store, id, host_id, manages=act == "manage", now=desk.now, actor=desk.actor)
    except CallyError as error:
        return _refused(desk, id, error)
    if leaves:
        return desk.back_to(PATH, f"You have left “{team.name}”.")
    return desk.back_to(f"{PATH}/{id}#members", "Taken out of the team." if act == "remove" else "Saved.")


ROUTES = [listing, new, create, show, change, removal, add, change_or_remove, withdraw, answer]


async def _page(desk: Desk, team: Team, form: Form, *, status: int = 200) -> Page:
    members = await members_of(desk.db, team.id)
    invited = await invited_to(desk.db, team.id)
    inside = {host.id for host, _ in (*members, *invited)}
    may_change = await manages(desk.db, desk.account, team.id)
    booked = await list_of_team(desk.db, team.id, from_at=desk.now, limit=BOOKINGS_SHOWN)
    names = {host.id: host.name for host in await list_hosts(desk.db)}
    return await desk.page(
        "pages/host/team.html",
        here="teams",
        status=status,
        team=team,
        form=form,
        members=members,
        invited=invited,
        may_change=may_change,
        is_asked=desk.account.role != "admin",
        others=[(host.id, host.name) for host in await list_hosts(desk.db) if host.id not in inside],
        event_types=[await _offered(desk, team, item) for item in await list_event_types(desk.db, team.id)],
        bookings=[
            (shown(one, desk.words), [names.get(host_id, "") for host_id in one.hosts])
            for one in booked
            if may_change or desk.host.id in one.hosts
        ],
        page_path=desk.path(team),
        own_id=desk.host.id,
    )


async def _offered(desk: Desk, team: Team, item: EventType) -> tuple[EventType, str, list[str], bool, str]:
    """An event type, how its hosts are found, who takes part, whether this host does, and its link."""
    names = {host.id: host.name for host, _ in await members_of(desk.db, team.id)}
    shares = await shares_of(desk.db, item.id)
    told = f"{length(item.durations_minutes[0])} · {ASSIGNMENT_WORDS[item.rules.assignment]}"
    taking_part = [names.get(share.host_id, "") for share in shares]
    return item, told, taking_part, any(one.host_id == desk.host.id for one in shares), desk.link(item, team)


async def _welcome(desk: Desk, team: Team, host_id: int) -> str:
    host = await host_by_id(desk.db, host_id)
    next_step = "Choose what they take part in" if await list_event_types(desk.db, team.id) else "Now offer something"
    return f"{host.name if host else ''} is in “{team.name}”. {next_step}, under “What can be booked”."


async def _team(desk: Desk, id: FromPath[int], *, to_change: bool = False) -> Team:
    found = await team_for(desk.db, id, desk.account)
    if found is None or (to_change and not await manages(desk.db, desk.account, id)):
        raise not_found("team")
    return found


def _draft(form: Form) -> TeamDraft:
    return TeamDraft(name=form.text("name"), slug=form.text("slug").strip() or None, about=form.text("about"))


def _refused(desk: Desk, id: FromPath[int], error: CallyError) -> Page:
    said = of_error(error)
    return desk.back_to(f"{PATH}/{id}", said.sentence, kind=said.kind)
