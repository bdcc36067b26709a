"""Webhooks: programs subscribe to events of bookings and unsubscribe again, and see what they were sent."""

import msgspec
from msgspec import UNSET

from cally import hosts
from cally.errors import invalid, not_found
from cally.model.webhooks import Webhook
from cally.notify import webhooks
from cally.web.api.described import Example
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Paged, cut, page, position
from cally.web.api.v1.webhook_shapes import (
    DeliveriesShown,
    DeliveryWhole,
    SamplesAsked,
    SamplesShown,
    SecretShown,
    SecretWanted,
    WebhookChanges,
    WebhookMade,
    WebhookShown,
    WebhooksShown,
    WebhookTried,
    WebhookWanted,
    delivery_shown,
    delivery_whole,
    tried_shown,
    webhook_made,
    webhook_shown,
)

noun = Noun("Webhooks")
READ = "webhooks:read"
WRITE = "webhooks:write"
SUBSCRIBING = Example(body={"url": "https://hooks.example.com/cally/1", "types": ["booking.confirmed"]})


@noun.does("GET", "/webhooks", scope=READ, query=Paged, answers={200: WebhooksShown})
async def list_webhooks(call: Call) -> Answer:
    """List webhooks.

    The account's own and those of teams it manages; with an admin's token that may administer, those of every team and
    of the whole server as well.
    """
    found = await webhooks.list_webhooks(call.doors.store.reader, call.token_holder.account)
    kept, more = page(found, call.query, lambda one: (one.id,))
    return answer(WebhooksShown(webhooks=tuple([await _shown(call, one) for one in kept]), next_cursor=more))


@noun.does("POST", "/webhooks", scope=WRITE, body=WebhookWanted, answers={201: WebhookMade}, example=SUBSCRIBING)
async def add_webhook(call: Call) -> Answer:
    """Subscribe to events of bookings (a REST hook): 201 with the `id` to unsubscribe by, and the `secret`.

    Each event is posted as Standard Webhooks have it, signed with the secret. A receiver that answers 410 unsubscribes.
    """
    holder, wanted = call.token_holder, call.body
    made, secret = await webhooks.add_webhook(
        call.doors.store,
        call.doors.vault,
        await _owner(call, wanted),
        webhooks.WebhookDraft(
            url=wanted.url,
            name=wanted.name,
            types=wanted.types,
            event_types=_ids(wanted.event_types),
            template=wanted.template,
        ),
        now=call.now,
        actor=holder.actor(),
    )
    return answer(webhook_made(made, await _team(call, made), secret), 201)


@noun.does("GET", "/webhooks/samples", scope=READ, query=SamplesAsked, answers={200: SamplesShown})
async def list_webhook_samples(call: Call) -> Answer:
    """See an invented event of each type, for building what reads them."""
    wanted = call.query.type
    return answer(SamplesShown(samples=(webhooks.sample(wanted),) if wanted else webhooks.samples()))


@noun.does("GET", "/webhooks/{id}", scope=READ, answers={200: WebhookShown}, refuses=("not_found",))
async def get_webhook(call: Call) -> Answer:
    """See one webhook."""
    return answer(await _shown(call, await _own(call)))


@noun.does(
    "PATCH",
    "/webhooks/{id}",
    scope=WRITE,
    body=WebhookChanges,
    answers={200: WebhookShown},
    refuses=("not_found", "conflict"),
    example=Example(body={"name": "The calendar on the wall"}),
)
async def change_webhook(call: Call) -> Answer:
    """Change a webhook, pause it, or switch it on again."""
    own, wanted, actor = await _own(call), call.body, call.token_holder.actor()
    store, vault = call.doors.store, call.doors.vault
    draft = webhooks.WebhookDraft(
        url=None if wanted.url is UNSET else wanted.url,
        name=own.name if wanted.name is UNSET else wanted.name,
        types=own.types if wanted.types is UNSET else wanted.types,
        event_types=own.event_types if wanted.event_types is UNSET else _ids(wanted.event_types),
        template=own.template if wanted.template is UNSET else wanted.template,
    )
    if msgspec.structs.replace(wanted, active=UNSET) != WebhookChanges():
        await webhooks.change_webhook(store, vault, own, draft, now=call.now, actor=actor)
    if wanted.active is not UNSET:
        switch = webhooks.resume_webhook if wanted.active else webhooks.pause_webhook
        await switch(store, own, now=call.now, actor=actor)
        call.doors.wake()
    return answer(await _shown(call, await _own(call)))


@noun.does("DELETE", "/webhooks/{id}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def remove_webhook(call: Call) -> Answer:
    """Unsubscribe: the webhook, its secret and all that it was sent are forgotten."""
    own = await _own(call)
    await webhooks.remove_webhook(call.doors.store, own, now=call.now, actor=call.token_holder.actor())
    return answer(None, 204)


@noun.does(
    "POST",
    "/webhooks/{id}/secret",
    scope=WRITE,
    body=SecretWanted,
    answers={200: SecretShown},
    refuses=("not_found",),
    example=Example(body={"at_once": False}),
)
async def rotate_webhook_secret(call: Call) -> Answer:
    """Change the secret; for a day requests are signed with both, unless the old one is to end at once."""
    own = await _own(call)
    secret = await webhooks.rotate_secret(
        call.doors.store,
        call.doors.vault,
        own,
        at_once=call.body.at_once,
        now=call.now,
        actor=call.token_holder.actor(),
    )
    until = (await _own(call)).former_until
    return answer(SecretShown(secret=secret, old_secret_signs_until=instant(until) if until is not None else None))


@noun.does("POST", "/webhooks/{id}/test", scope=WRITE, answers={200: WebhookTried}, refuses=("not_found",))
async def test_webhook(call: Call) -> Answer:
    """Send a `test` event now, an invented booking; how it went, whether it was taken or not."""
    doors = call.doors
    answered = await webhooks.test_webhook(
        doors.store,
        doors.vault,
        await _own(call),
        now=call.now,
        allowed=doors.allowed_networks,
        actor=call.token_holder.actor(),
    )
    return answer(tried_shown(answered))


@noun.does(
    "GET",
    "/webhooks/{id}/deliveries",
    scope=READ,
    query=Paged,
    answers={200: DeliveriesShown},
    refuses=("not_found",),
)
async def list_webhook_deliveries(call: Call) -> Answer:
    """List what a webhook was sent and is to be sent."""
    asked, own = call.query, await _own(call)
    before = position(asked.cursor, int)[0] if asked.cursor is not None else None
    found = await webhooks.list_deliveries(call.doors.store.reader, own, before=before, limit=asked.limit + 1)
    shown, more = cut(found, asked.limit, lambda one: (one.id,))
    return answer(DeliveriesShown(deliveries=tuple(map(delivery_shown, shown)), next_cursor=more))


@noun.does(
    "GET",
    "/webhooks/{id}/deliveries/{delivery}",
    scope=READ,
    answers={200: DeliveryWhole},
    refuses=("not_found",),
)
async def get_webhook_delivery(call: Call) -> Answer:
    """See one delivery: the request, its signature masked, and each answer."""
    own = await _own(call)
    delivery = await webhooks.delivery_of(call.doors.store.reader, own, call.id("delivery"))
    return answer(delivery_whole(own, delivery, await webhooks.list_attempts(call.doors.store.reader, delivery)))


@noun.does(
    "POST",
    "/webhooks/{id}/deliveries/{delivery}/replay",
    scope=WRITE,
    answers={202: DeliveryWhole},
    refuses=("not_found", "conflict"),
)
async def replay_webhook_delivery(call: Call) -> Answer:
    """Send a delivery once more with the same `webhook-id`, shaped by the template of today; one that waits: now."""
    own = await _own(call)
    delivery = await webhooks.replay(
        call.doors.store, own, call.id("delivery"), now=call.now, actor=call.token_holder.actor()
    )
    call.doors.wake()
    attempts = await webhooks.list_attempts(call.doors.store.reader, delivery)
    return answer(delivery_whole(own, delivery, attempts), 202)


async def _own(call: Call) -> Webhook:
    return await webhooks.webhook_for(call.doors.store.reader, call.id(), call.token_holder.account)


async def _owner(call: Call, wanted: WebhookWanted) -> webhooks.Owner:
    """Of whose bookings it is to be told, if the token may say so."""
    account, db = call.token_holder.account, call.doors.store.reader
    if wanted.team is not None and wanted.instance:
        raise invalid("instance", "A webhook is a team's or the whole instance's, not both.")
    if wanted.team is None:
        owner = webhooks.Owner() if wanted.instance else webhooks.Owner(host_id=account.id)
    else:
        team = await hosts.team_by_slug(db, wanted.team)
        owner = webhooks.Owner(team_id=team.id) if team is not None else webhooks.Owner(host_id=0)
    if await webhooks.may_keep(db, account, owner):
        return owner
    if wanted.team is not None:
        raise invalid("team", "There is no such team that you manage.")
    raise invalid("instance", "Only an admin's token that may administer is told of every booking on this server.")


async def _shown(call: Call, webhook: Webhook) -> WebhookShown:
    return webhook_shown(webhook, await _team(call, webhook))


async def _team(call: Call, webhook: Webhook) -> str | None:
    if webhook.team_id is None:
        return None
    team = await hosts.team_by_id(call.doors.store.reader, webhook.team_id)
    if team is None:
        raise not_found("webhook")
    return team.slug


def _ids(wanted: tuple[str, ...]) -> tuple[int, ...]:
    if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in wanted):
        raise invalid("event_types", "One of these event types does not exist.")
    return tuple(int(one) for one in wanted)
