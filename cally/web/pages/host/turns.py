"""Whose turn it is in what a team offers: fairness as it stands, the next twenty bookings, one's own part."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError, not_found
from cally.hosts import (
    choose_schedule,
    event_type_by_id,
    host_by_id,
    list_schedules,
    manages,
    next_turns,
    opt_out,
    shares_of,
    team_for,
)
from cally.model.hosts import EventType
from cally.model.teams import Team
from cally.web import forms
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.fairness import ahead, bars
from cally.web.pages.host.notices import of_error

PATH = "/app/event-types/{id:int}/turns"
SIMULATED = 20
LARGEST_ID = 2**63 - 1


@get(PATH)
async def turns(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """What each host was given beside their share, and who would be given the next bookings."""
    item, team = await _of_team(desk, id)
    shares = await shares_of(desk.db, id)
    names = {share.host_id: await _name(desk, share.host_id) for share in shares}
    own = next((share for share in shares if share.host_id == desk.host.id), None)
    return await desk.page(
        "pages/host/turns.html",
        here="teams",
        item=item,
        team=team,
        groups=bars(shares, names),
        simulated=[
            ahead(group, decisions, names)
            for group, decisions in await next_turns(desk.db, item, SIMULATED, now=desk.now)
        ],
        own=own,
        schedules=[(schedule.id, schedule.name) for schedule in await list_schedules(desk.db, desk.host.id)],
        may_change=await manages(desk.db, desk.account, team.id),
    )


@post("/app/event-types/{id:int}/own-part", status_code=303)
async def own_part(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Take part by the hours of another schedule, or no more."""
    form = await forms.read(request)
    item, team = await _of_team(desk, id)
    try:
        if form.text("act") == "leave":
            await opt_out(desk.store, id, desk.host.id, now=desk.now, actor=desk.actor)
            return desk.back_to(f"/app/teams/{team.id}", f"You take part in “{item.title}” no more.")
        schedule_id = form.number("schedule", least=1, most=LARGEST_ID, default=0)
        await choose_schedule(desk.store, id, desk.host.id, schedule_id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        said = of_error(error)
        return desk.back_to(f"/app/event-types/{id}/turns", said.sentence, kind=said.kind)
    return desk.back_to(f"/app/event-types/{id}/turns", "You can be booked in these hours now.")


ROUTES = [turns, own_part]


async def _of_team(desk: Desk, id: FromPath[int]) -> tuple[EventType, Team]:
    """An event type of a team that this host is in."""
    item = await event_type_by_id(desk.db, id)
    team = await team_for(desk.db, item.team_id, desk.account) if item is not None and item.team_id else None
    if item is None or team is None:
        raise not_found("event type")
    return item, team


async def _name(desk: Desk, host_id: int) -> str:
    host = await host_by_id(desk.db, host_id)
    return host.name if host is not None else ""
