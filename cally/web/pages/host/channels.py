"""Channels: where a host, and the teams they manage, are told beside mail; by any address that Apprise knows."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError, not_found
from cally.hosts import list_teams, manages, team_by_id
from cally.model.channels import Channel
from cally.model.teams import Team
from cally.notify import (
    add_channel,
    change_channel,
    change_mail_digest,
    channel_by_id,
    event_types_for,
    list_channels,
    mail_digest,
    remove_channel,
    test_channel,
)
from cally.notify.examples import EXAMPLES, example
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.channel_form import EVENTS, MINE, form_of, shown, wishes
from cally.web.pages.host.desk import Asked, Desk, Page

PATH = "/app/channels"


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Every channel of the host and of the teams they manage, its address masked."""
    return await _list(desk, Form())


@get(PATH + "/new")
async def new(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """The form for one more; a service that is named is explained."""
    asked = request.query_params
    teams = {str(team.id) for team in await _managed(desk)}
    whose = asked.get("whose", MINE)
    form = Form.of(
        whose=whose if whose in teams else MINE,
        service=asked.get("service", "")[:32],
        guests=asked.get("guests") == "1",
    )
    return await _edit(desk, form)


@post(PATH, status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """One more channel; without a choice it is told all that hosts are told.

    Only the host's own to add: it would go on telling whoever worked here once about every guest.
    """
    desk.require_own()
    form = await forms.read(request)
    team = await _team(desk, form.text("whose", MINE))
    try:
        made = await add_channel(
            desk.store,
            desk.vault,
            team.id if team is not None else desk.host.id,
            of_team=team is not None,
            name=form.text("name"),
            address=form.text("address"),
            for_guests=form.flag("guests"),
            wishes=wishes(form),
            tz=desk.host.tz,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _edit(desk, form, status=422)
    return desk.back_to(f"{PATH}/{made.id}", f"“{made.name}” is added. Send a test to see whether it arrives.")


@post(PATH + "/mail", status_code=303)
async def mail(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Have the host's own mail at once, or once a day."""
    desk.require_own()
    form = await forms.read(request)
    at = form.text("digest_at") if form.text("pace") == "daily" else ""
    try:
        await change_mail_digest(desk.store, desk.host, at, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _list(desk, form, status=422)
    return desk.back_to(PATH, f"Your mail comes once a day, at {at}." if at else "Your mail comes at once.")


@get(PATH + "/{id:int}")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """One channel, to be changed, tried and removed."""
    own = await _own(desk, id)
    return await _edit(desk, form_of(own), own)


@post(PATH + "/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Save its name and what it is told; a new address replaces the old one. The host's own to do, as adding is."""
    desk.require_own()
    own, form = await _own(desk, id), await forms.read(request)
    try:
        saved = await change_channel(
            desk.store,
            desk.vault,
            own.owner_id,
            id,
            name=form.text("name"),
            address=form.text("address"),
            wishes=wishes(form),
            tz=desk.host.tz,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _edit(desk, form, own, status=422)
    return desk.back_to(PATH, f"“{saved.name}” is saved.")


@post(PATH + "/{id:int}/test", status_code=303)
async def try_out(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Send a test message and say what the channel answered."""
    own, form = await _own(desk, id), await forms.read(request)
    back = f"{PATH}/{id}" if form.flag("stay") else PATH
    try:
        answer = await test_channel(
            desk.store,
            desk.vault,
            own.owner_id,
            id,
            now=desk.now,
            allowed=desk.doors.allowed_networks,
            phone=form.text("phone"),
        )
    except CallyError as error:
        return desk.back_to(back, f"“{own.name}” did not take the test: {error.sentence}", kind="error")
    return desk.back_to(back, f"“{own.name}” took the test: {answer}")


@post(PATH + "/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Forget a channel and its address."""
    own = await _own(desk, id)
    await remove_channel(desk.store, own.owner_id, id, now=desk.now, actor=desk.actor)
    return desk.back_to(PATH, f"“{own.name}” is removed.")


ROUTES = [listing, new, add, mail, show, change, try_out, remove]


async def _list(desk: Desk, form: Form, *, status: int = 200) -> Page:
    own = await list_channels(desk.db, desk.host.id)
    teams = [
        (team, [await shown(desk, one) for one in await list_channels(desk.db, team.id)])
        for team in await _managed(desk)
    ]
    return await desk.page(
        "pages/host/channels.html",
        here="channels",
        status=status,
        form=form,
        items=[await shown(desk, one) for one in own if not one.for_guests],
        ways=[await shown(desk, one) for one in own if one.for_guests],
        teams=teams,
        digest=await mail_digest(desk.db, desk.host.id),
        examples=EXAMPLES,
    )


async def _edit(desk: Desk, form: Form, item: Channel | None = None, *, status: int = 200) -> Page:
    team = await _team_of(desk, item, form)
    owner_id = team.id if team is not None else desk.host.id
    for_guests = item.for_guests if item is not None else form.flag("guests")
    values: dict[str, Any] = {
        "item": await shown(desk, item) if item is not None else None,
        "team": team,
        "for_guests": for_guests,
        "teams": [(MINE, "My bookings"), *((str(one.id), one.name) for one in await _managed(desk))],
        "event_types": await event_types_for(desk.db, owner_id, of_team=team is not None),
        "events": EVENTS,
        "examples": [one for one in EXAMPLES if one.for_guests or not for_guests],
        "chosen": example(form.text("service")),
    }
    return await desk.page("pages/host/channel.html", here="channels", status=status, form=form, **values)


async def _managed(desk: Desk) -> list[Team]:
    """The teams whose channels are this host's to see: those they manage, not all that an admin could."""
    found = await list_teams(desk.db, desk.account)
    return [team for team in found if await manages(desk.db, desk.account, team.id)]


async def _team(desk: Desk, whose: str) -> Team | None:
    """The team that was chosen, None for the host; raises `not_found` for one they do not manage."""
    if whose == MINE:
        return None
    found = next((team for team in await _managed(desk) if str(team.id) == whose), None)
    if found is None:
        raise not_found("team")
    return found


async def _team_of(desk: Desk, item: Channel | None, form: Form) -> Team | None:
    if item is None:
        return await _team(desk, form.text("whose", MINE))
    return await team_by_id(desk.db, item.team_id) if item.team_id is not None else None


async def _own(desk: Desk, id: int) -> Channel:
    """A channel of this host, or of a team they manage; for every other one there is none."""
    found = await channel_by_id(desk.db, id)
    if found is None:
        raise not_found("channel")
    if found.team_id is not None:
        if not await manages(desk.db, desk.account, found.team_id):
            raise not_found("channel")
    elif found.host_id != desk.host.id:
        raise not_found("channel")
    return found
