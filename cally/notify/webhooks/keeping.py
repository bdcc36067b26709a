"""Keeping webhooks: added, changed, paused, removed, given other secrets; by whoever they belong to alone."""

from urllib.parse import urlsplit

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Account, Actor
from cally.model.ids import new_id
from cally.model.texts import line
from cally.model.webhooks import TYPES, BookingEventType, Webhook
from cally.notify.webhooks import signing, templates
from cally.notify.webhooks.planning import make_due
from cally.store import Reader, Store, Writer, audit, event_types, teams, webhook_deliveries, webhooks
from cally.vault import Vault

LONGEST_URL = 2_000
LONGEST_NAME = 60
MOST_WEBHOOKS = 20
MOST_EVENT_TYPES = 100
BOTH_SIGN_SECONDS = 86_400
TABLE = "webhook"


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a webhook is: a host's, a team's, or (both None) the whole instance's."""

    host_id: int | None = None
    team_id: int | None = None


class WebhookDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chose, not yet checked. `url` None keeps the one there is; no `types`: all of them."""

    url: str | None
    name: str = ""
    types: tuple[str, ...] = ()
    event_types: tuple[int, ...] = ()
    template: str = ""


async def add_webhook(
    store: Store, vault: Vault, owner: Owner, draft: WebhookDraft, *, now: int, actor: Actor
) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is told this once.

    Raises `invalid` naming `url`, `name`, `types`, `event_types` or `template`, with the reason.
    """
    row, secret = new_id(now), signing.new_secret()
    url = _url(draft.url or "")
    webhook = Webhook(
        id=row,
        host_id=owner.host_id,
        team_id=owner.team_id,
        name=_name(draft.name, url),
        shown_url=_shown(url),
        url_sealed=vault.seal(url, table=TABLE, row=row, column="url_sealed"),
        secret_sealed=vault.seal(secret, table=TABLE, row=row, column="secret_sealed"),
        former_sealed=None,
        former_until=None,
        types=_types(draft.types),
        event_types=await _event_types(store.reader, owner, draft.event_types),
        template=templates.checked(draft.template),
        state="on",
        failures=0,
        failing_since=None,
        rests_until=None,
        created_at=now,
        updated_at=now,
    )
    async with store.write() as tx:
        if len(await _list_of(tx, owner)) >= MOST_WEBHOOKS:
            raise invalid("url", f"At most {MOST_WEBHOOKS} webhooks are possible.")
        await webhooks.insert(tx, webhook)
        await _record(tx, webhook, "add", now, actor)
    return webhook, secret


async def change_webhook(
    store: Store, vault: Vault, webhook: Webhook, draft: WebhookDraft, *, now: int, actor: Actor
) -> Webhook:
    """Another address, name, choice of events or template; raises as `add_webhook` does."""
    owner = Owner(host_id=webhook.host_id, team_id=webhook.team_id)
    url = None if draft.url is None else _url(draft.url)
    changed = msgspec.structs.replace(
        webhook,
        name=_name(draft.name, url or "") if draft.name or url else webhook.name,
        types=_types(draft.types),
        event_types=await _event_types(store.reader, owner, draft.event_types),
        template=templates.checked(draft.template),
        updated_at=now,
    )
    if url is not None:
        sealed = vault.seal(url, table=TABLE, row=webhook.id, column="url_sealed")
        changed = msgspec.structs.replace(changed, shown_url=_shown(url), url_sealed=sealed)
    async with store.write() as tx:
        await webhooks.update(tx, changed, now=now)
        await _record(tx, changed, "change", now, actor)
    return changed


async def rotate_secret(
    store: Store, vault: Vault, webhook: Webhook, *, at_once: bool = False, now: int, actor: Actor
) -> str:
    """Another secret, told this once. For a day the former one signs as well; not when it must end `at_once`."""
    secret, row = signing.new_secret(), webhook.id
    former = None
    if not at_once:
        known = vault.open(webhook.secret_sealed, table=TABLE, row=row, column="secret_sealed")
        former = vault.seal(known, table=TABLE, row=row, column="former_sealed")
    async with store.write() as tx:
        await webhooks.update_secret(
            tx,
            row,
            secret_sealed=vault.seal(secret, table=TABLE, row=row, column="secret_sealed"),
            former_sealed=former,
            former_until=None if at_once else now + BOTH_SIGN_SECONDS,
            now=now,
        )
        await _record(tx, webhook, "rotate", now, actor)
    return secret


async def pause_webhook(store: Store, webhook: Webhook, *, now: int, actor: Actor) -> None:
    """Send nothing and note no new events until it is resumed; raises `conflict` for one that is off."""
    if webhook.state not in {"on", "paused"}:
        raise CallyError("conflict", "This webhook is off already; switch it on to use it again.", state=webhook.state)
    async with store.write() as tx:
        await webhooks.update_state(tx, webhook.id, "paused", now=now)
        await _record(tx, webhook, "pause", now, actor)


async def resume_webhook(store: Store, webhook: Webhook, *, now: int, actor: Actor) -> None:
    """Switch it on (again); what waited is sent now."""
    async with store.write() as tx:
        await webhooks.update_state(tx, webhook.id, "on", now=now)
        for delivery_id in await webhook_deliveries.list_heads(tx, webhook.id):
            await make_due(tx, webhook, delivery_id, now=now)
        await _record(tx, webhook, "resume", now, actor)


async def remove_webhook(store: Store, webhook: Webhook, *, now: int, actor: Actor) -> None:
    """Forget it, its secret, and all that it was sent."""
    async with store.write() as tx:
        await webhook_deliveries.delete_jobs(tx, webhook.id)
        await webhooks.delete(tx, webhook.id)
        await _record(tx, webhook, "remove", now, actor)


async def list_webhooks(db: Reader, account: Account) -> list[Webhook]:
    """Those that an account may see and change: its own, of teams it manages; for an admin of every team and of all."""
    found = await webhooks.list_of_host(db, account.id)
    for team in await (teams.list_all(db) if account.role == "admin" else teams.list_of_host(db, account.id)):
        if await _manages(db, account, team.id):
            found += await webhooks.list_of_team(db, team.id)
    return found + (await webhooks.list_of_instance(db) if account.role == "admin" else [])


async def webhook_for(db: Reader, webhook_id: int, account: Account) -> Webhook:
    """The webhook of that id; raises `not_found` unless it belongs to this account, as in `list_webhooks`."""
    webhook = await webhooks.by_id(db, webhook_id)
    if webhook is None or not await may_keep(db, account, Owner(host_id=webhook.host_id, team_id=webhook.team_id)):
        raise not_found("webhook")
    return webhook


async def may_keep(db: Reader, account: Account, owner: Owner) -> bool:
    """Whether this account may keep webhooks for a host, a team or the instance."""
    if owner.host_id is not None:
        return owner.host_id == account.id
    if owner.team_id is not None:
        return await _manages(db, account, owner.team_id)
    return account.role == "admin"


async def _manages(db: Reader, account: Account, team_id: int) -> bool:
    member = await teams.member(db, team_id, account.id)
    return account.role == "admin" or (member is not None and member.manages)


async def _list_of(db: Reader, owner: Owner) -> list[Webhook]:
    if owner.host_id is not None:
        return await webhooks.list_of_host(db, owner.host_id)
    if owner.team_id is not None:
        return await webhooks.list_of_team(db, owner.team_id)
    return await webhooks.list_of_instance(db)


def _url(text: str) -> str:
    """An http(s) address with a host; where it may lead is judged each time it is asked."""
    url = line(text, "url", longest=LONGEST_URL)
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good or any(character.isspace() for character in url):
        raise invalid("url", "This is no web address; it begins with https://.")
    return url


def _shown(url: str) -> str:
    """Scheme, host and port; what follows may be a secret."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    rest = "/…" if parts.path.strip("/") or parts.query else ""
    return f"{parts.scheme}://{host}{port}{rest}"


def _name(text: str, url: str) -> str:
    """Its name; without one, the host's."""
    if text.strip():
        return line(text, "name", longest=LONGEST_NAME)
    return line(urlsplit(url).hostname or "webhook", "name", longest=LONGEST_URL)[:LONGEST_NAME]


def _types(wanted: tuple[str, ...]) -> tuple[BookingEventType, ...]:
    unknown = [one for one in wanted if one not in TYPES]
    if unknown:
        raise invalid("types", f"There is no event “{unknown[0][:60]}”; there are {', '.join(TYPES)}.")
    return tuple(one for one in TYPES if one in wanted) if wanted else TYPES


async def _event_types(db: Reader, owner: Owner, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """The ids, if each is an event type that its owner could be told of."""
    if len(wanted) > MOST_EVENT_TYPES:
        raise invalid("event_types", f"At most {MOST_EVENT_TYPES} event types can be chosen; choose none for all.")
    for row in wanted:
        found = await event_types.by_id(db, row)
        if found is None or not await _concerns(db, owner, found.team_id, found.owner_id):
            raise invalid("event_types", "One of these event types does not exist.")
    return tuple(dict.fromkeys(wanted))


async def _concerns(db: Reader, owner: Owner, team_id: int | None, owner_id: int) -> bool:
    if owner.team_id is not None:
        return team_id == owner.team_id
    if owner.host_id is None:
        return True
    return owner_id == owner.host_id or (
        team_id is not None and await teams.member(db, team_id, owner.host_id) is not None
    )


async def _record(tx: Writer, webhook: Webhook, action: str, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:webhook:{action}", f"webhook:{webhook.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, name=webhook.name)
