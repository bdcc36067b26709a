"""Channels: where a host is told of bookings beside mail, by any address that Apprise knows."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError, not_found
from cally.model.channels import Channel
from cally.notify import add_channel, list_channels, remove_channel, test_channel
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page


@get("/app/channels")
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Every channel, its address masked."""
    return await _page(desk, Form())


@post("/app/channels", status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """One more channel; it gets the same events as the host's mail.

    Only the host's own to add: it would go on telling whoever worked here once about every guest.
    """
    desk.require_own()
    form = await forms.read(request)
    try:
        made = await add_channel(
            desk.store,
            desk.vault,
            desk.host.id,
            name=form.text("name"),
            address=form.text("address"),
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, status=422)
    return desk.back_to("/app/channels", f"“{made.name}” is added. Send a test to see whether it arrives.")


@post("/app/channels/{id:int}/test", status_code=303)
async def try_out(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Send a test message and say what the channel answered."""
    own = await _own(desk, id)
    try:
        answer = await test_channel(
            desk.store, desk.vault, desk.host.id, id, now=desk.now, allowed=desk.doors.allowed_networks
        )
    except CallyError as error:
        return desk.back_to("/app/channels", f"“{own.name}” did not take the test: {error.sentence}", kind="error")
    return desk.back_to("/app/channels", f"“{own.name}” took the test: {answer}")


@post("/app/channels/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Forget a channel and its address."""
    own = await _own(desk, id)
    await remove_channel(desk.store, desk.host.id, id, now=desk.now, actor=desk.actor)
    return desk.back_to("/app/channels", f"“{own.name}” is removed.")


ROUTES = [listing, add, try_out, remove]


async def _page(desk: Desk, form: Form, *, status: int = 200) -> Page:
    items = await list_channels(desk.db, desk.host.id)
    return await desk.page("pages/host/channels.html", here="channels", status=status, form=form, items=items)


async def _own(desk: Desk, id: int) -> Channel:
    for item in await list_channels(desk.db, desk.host.id):
        if item.id == id:
            return item
    raise not_found("channel")
