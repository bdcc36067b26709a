"""Switching a webhook off: when its receiver unsubscribes, or has failed for so long that nobody seems to look."""

from cally.model.accounts import Account, Actor
from cally.model.webhooks import Webhook, WebhookState
from cally.notify.letters import write_letter
from cally.store import Reader, Writer, accounts, audit, teams, webhook_deliveries, webhooks

MOST_FAILURES = 100
LEAST_SECONDS = 86_400
LONGEST_SECONDS = 5 * 86_400
SYSTEM = Actor(kind="system")
ENDED = "Not sent: the webhook was switched off."
UNSUBSCRIBED = "Not sent: the receiver had unsubscribed."


def is_hopeless(failures: int, failing_since: int, now: int) -> bool:
    """Whether nothing has been taken for five days, or in a hundred attempts over more than a day."""
    for_so_long = now - failing_since
    return for_so_long >= LONGEST_SECONDS or (failures >= MOST_FAILURES and for_so_long >= LEAST_SECONDS)


async def switch_off(tx: Writer, webhook: Webhook, *, now: int) -> None:
    """End a webhook that fails, and tell those whose it is by mail, this once."""
    await _end(tx, webhook, "failed", ENDED, now)
    days = max(1, round((now - (webhook.failing_since or now)) / 86_400))
    for account in await _owners(tx, webhook):
        await write_letter(
            tx,
            None,
            account=account,
            kind="webhook_off",
            facts={"what": webhook.name, "from": webhook.shown_url, "how": str(days)},
            now=now,
        )


async def unsubscribe(tx: Writer, webhook: Webhook, *, now: int) -> None:
    """End a webhook whose receiver answered that it is gone, as it asked for."""
    await _end(tx, webhook, "gone", UNSUBSCRIBED, now)


async def _end(tx: Writer, webhook: Webhook, state: WebhookState, answer: str, now: int) -> None:
    await webhooks.update_state(tx, webhook.id, state, now=now)
    await webhook_deliveries.end_waiting(tx, webhook.id, answer=answer, now=now)
    await audit.insert(
        tx, now=now, actor=SYSTEM, tag="system:webhook:switch-off", subject=f"webhook:{webhook.id}", name=webhook.name
    )


async def _owners(db: Reader, webhook: Webhook) -> list[Account]:
    if webhook.host_id is not None:
        found = [await accounts.by_id(db, webhook.host_id)]
    elif webhook.team_id is not None:
        found = [
            await accounts.by_id(db, one.host_id) for one in await teams.members(db, webhook.team_id) if one.manages
        ]
    else:
        found = [one for one in await accounts.list_all(db) if one.role == "admin"]
    return [one for one in found if one is not None and one.disabled_at is None]
