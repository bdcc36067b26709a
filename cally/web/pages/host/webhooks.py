"""Webhooks: the list of them, and a new one; its secret is on one page and never again."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError
from cally.notify import webhooks
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.webhook import PATH, one_page
from cally.web.pages.host.webhook_form import (
    MINE,
    STATES,
    TYPE_WORDS,
    blank,
    choices_of_event_type,
    choices_of_owner,
    draft_of,
    owner_words,
    sample_body,
)


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Every webhook that this host may change, its address masked."""
    return await _page(desk, blank())


@post(PATH)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """One more webhook; the answer is its page, with the secret.

    Only the host's own to add: it would go on telling whoever worked here once about every guest.
    """
    desk.require_own()
    form = await forms.read(request)
    choices = await choices_of_owner(desk)
    whose = next((one for one in choices if one.key == form.text("whose", MINE)), None)
    if whose is None:
        form.fault("whose", "Please choose one of the values on offer.")
        return await _page(desk, form, status=422)
    try:
        made, secret = await webhooks.add_webhook(
            desk.store, desk.vault, whose.owner, draft_of(form, keeps_url=False), now=desk.now, actor=desk.actor
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, status=422)
    return await one_page(desk, made, secret=secret, is_new=True, status=201)


@post(PATH + "/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Forget a webhook, its secret and all it was sent."""
    own = await webhooks.webhook_for(desk.db, id, desk.account)
    await webhooks.remove_webhook(desk.store, own, now=desk.now, actor=desk.actor)
    return desk.back_to(PATH, f"“{own.name}” is removed.")


ROUTES = [listing, add, remove]


async def _page(desk: Desk, form: Form, *, status: int = 200) -> Page:
    choices = await choices_of_owner(desk)
    items = []
    for one in await webhooks.list_webhooks(desk.db, desk.account):
        counts = await webhooks.count_deliveries(desk.db, one)
        items.append((one, owner_words(one, choices), STATES[one.state], counts))
    return await desk.page(
        "pages/host/webhooks.html",
        here="webhooks",
        status=status,
        form=form,
        items=items,
        whose=[(one.key, one.label) for one in choices],
        types=list(TYPE_WORDS.items()),
        event_types=await choices_of_event_type(desk, None),
        sample=sample_body(),
    )
