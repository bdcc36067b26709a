"""One webhook: what it was sent and what was answered, a test, its settings, its secret, and sending again."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError
from cally.model.webhooks import Webhook
from cally.notify import webhooks
from cally.notify.webhooks import Answered, Owner
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.webhook_form import (
    DELIVERY_STATES,
    STATES,
    TYPE_WORDS,
    choices_of_event_type,
    choices_of_owner,
    draft_of,
    form_of,
    owner_words,
    pretty,
    sample_body,
)

PATH = "/app/webhooks"
SHOWN = 50


@get(PATH + "/{id:int}")
async def show(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Everything about it on one page; `?before=` goes further back in what it was sent."""
    before = request.query_params.get("before", "")
    seen = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    return await one_page(desk, await _own(desk, id), before=seen)


@post(PATH + "/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Another name, address, choice of events or template."""
    desk.require_own()
    own, form = await _own(desk, id), await forms.read(request)
    try:
        await webhooks.change_webhook(
            desk.store, desk.vault, own, draft_of(form, keeps_url=True), now=desk.now, actor=desk.actor
        )
    except CallyError as error:
        form.note(error)
        return await one_page(desk, own, form=form, status=422)
    return desk.back_to(f"{PATH}/{id}", "Saved. It counts for what happens from now on.")


@post(PATH + "/{id:int}/test")
async def try_out(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Send an invented booking now; the answer is on the page that follows."""
    own = await _own(desk, id)
    answered = await webhooks.test_webhook(
        desk.store, desk.vault, own, now=desk.now, allowed=desk.doors.allowed_networks, actor=desk.actor
    )
    return await one_page(desk, own, answered=answered, status=200)


@post(PATH + "/{id:int}/secret")
async def rotate(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Another secret; it is on this one page and never again."""
    desk.require_own()
    own, form = await _own(desk, id), await forms.read(request)
    secret = await webhooks.rotate_secret(
        desk.store, desk.vault, own, at_once=form.flag("at_once"), now=desk.now, actor=desk.actor
    )
    return await one_page(desk, await _own(desk, id), secret=secret, status=200)


@post(PATH + "/{id:int}/state", status_code=303)
async def switch(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Pause it, or switch it on again."""
    own = await _own(desk, id)
    if own.state == "on":
        await webhooks.pause_webhook(desk.store, own, now=desk.now, actor=desk.actor)
        return desk.back_to(
            f"{PATH}/{id}", f"“{own.name}” is paused: nothing is sent, and nothing new is noted for it."
        )
    await webhooks.resume_webhook(desk.store, own, now=desk.now, actor=desk.actor)
    desk.doors.wake()
    return desk.back_to(f"{PATH}/{id}", f"“{own.name}” is on.")


@get(PATH + "/{id:int}/deliveries/{delivery:int}")
async def show_delivery(desk: NamedDependency[Desk], id: FromPath[int], delivery: FromPath[int]) -> Page:
    """One delivery: the request as it leaves, and every answer."""
    own = await _own(desk, id)
    found = await webhooks.delivery_of(desk.db, own, delivery)
    headers, body = webhooks.request_of(own, found)
    return await desk.page(
        "pages/host/webhook_delivery.html",
        here="webhooks",
        hook=own,
        item=found,
        state=DELIVERY_STATES[found.state],
        type_words=_type_words(found.type),
        request_headers=headers,
        body=pretty(body),
        attempts=await webhooks.list_attempts(desk.db, found),
        tz=desk.host.tz,
    )


@post(PATH + "/{id:int}/deliveries/{delivery:int}/replay", status_code=303)
async def replay(desk: NamedDependency[Desk], id: FromPath[int], delivery: FromPath[int]) -> Page:
    """Send it once more."""
    own, there = await _own(desk, id), f"{PATH}/{id}/deliveries/{delivery}"
    try:
        await webhooks.replay(desk.store, own, delivery, now=desk.now, actor=desk.actor)
    except CallyError as error:
        if error.code != "conflict":
            raise
        return desk.back_to(there, error.sentence, kind="error")
    desk.doors.wake()
    return desk.back_to(there, "It is sent once more now; look again in a moment.")


ROUTES = [show, change, try_out, rotate, switch, show_delivery, replay]


async def one_page(
    desk: Desk,
    own: Webhook,
    *,
    form: Form | None = None,
    secret: str = "",
    is_new: bool = False,
    answered: Answered | None = None,
    before: int | None = None,
    status: int = 200,
) -> Page:
    """The page of a webhook; with its new `secret`, or what a test `answered`, where those were just made."""
    choices = await choices_of_owner(desk)
    found = await webhooks.list_deliveries(desk.db, own, before=before, limit=SHOWN + 1)
    return await desk.page(
        "pages/host/webhook.html",
        here="webhooks",
        status=status,
        hook=own,
        form=form or form_of(own),
        secret=secret,
        is_new=is_new,
        answered=answered,
        state=STATES[own.state],
        whose=owner_words(own, choices),
        items=[(one, _type_words(one.type), DELIVERY_STATES[one.state]) for one in found[:SHOWN]],
        more=found[SHOWN - 1].id if len(found) > SHOWN else None,
        types=list(TYPE_WORDS.items()),
        event_types=await choices_of_event_type(desk, Owner(host_id=own.host_id, team_id=own.team_id)),
        sample=sample_body(),
        tz=desk.host.tz,
    )


async def _own(desk: Desk, id: int) -> Webhook:
    return await webhooks.webhook_for(desk.db, id, desk.account)


def _type_words(type: str) -> str:
    return next((words for name, words in TYPE_WORDS.items() if name == type), "A test")
