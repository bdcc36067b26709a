"""Which feeds a host has: made, changed, given another secret, removed, and found by their secret (R53)."""

import msgspec

from cally.errors import invalid, not_found
from cally.model.accounts import Actor
from cally.model.feeds import COLORS, Feed
from cally.model.hosts import EventType
from cally.model.ids import new_id
from cally.model.texts import line
from cally.store import Reader, Store, Writer, accounts, audit, event_types, feeds, teams
from cally.vault import Vault, new_token, token_hash

LONGEST_NAME = 80
LONGEST_SECRET = 64
MOST_FEEDS = 20
MOST_PAST_DAYS = 366
MOST_FUTURE_DAYS = 731


class FeedDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a host wants of a feed; `event_types` are ids, none for all."""

    name: str
    color: str = ""
    event_types: tuple[int, ...] = ()
    shows_guests: bool = True
    shows_cancelled: bool = False
    past_days: int = 30
    future_days: int = 366


async def create_feed(
    store: Store,
    vault: Vault,
    *,
    host_id: int,
    draft: FeedDraft,
    now: int,
    actor: Actor,
    team_id: int | None = None,
) -> Feed:
    """A new feed of a host's bookings, or with `team_id` of a team's, which they must manage.

    Raises `invalid` with the field, `not_found` for a team that is not theirs.
    """
    feed = await _checked(store.reader, draft, host_id, team_id, now)
    async with store.write() as tx:
        if team_id is not None and not await _manages(tx, host_id, team_id):
            raise not_found("team")
        if len(await feeds.list_of(tx, host_id)) >= MOST_FEEDS:
            raise invalid("name", f"At most {MOST_FEEDS} feeds can be kept; remove one first.")
        secret = new_token()
        sealed = vault.seal(secret, table="feed", row=feed.id, column="secret")
        await feeds.insert(tx, feed, secret_hash=token_hash(secret), secret=sealed)
        await _note(tx, feed, "create", now, actor)
    return feed


async def list_feeds(db: Reader, host_id: int) -> list[Feed]:
    """A host's feeds, oldest first."""
    return await feeds.list_of(db, host_id)


async def get_feed(db: Reader, feed_id: int, *, host_id: int) -> Feed:
    """A feed of this host; raises `not_found` for anybody else's."""
    feed = await feeds.by_id(db, feed_id)
    if feed is None or feed.host_id != host_id:
        raise not_found("feed")
    return feed


async def update_feed(store: Store, feed_id: int, *, host_id: int, draft: FeedDraft, now: int, actor: Actor) -> Feed:
    """Change what a feed shows; its address stays. Raises as `create_feed` does."""
    known = await get_feed(store.reader, feed_id, host_id=host_id)
    checked = await _checked(store.reader, draft, host_id, known.team_id, now)
    changed = msgspec.structs.replace(checked, id=known.id, created_at=known.created_at, rotated_at=known.rotated_at)
    async with store.write() as tx:
        await get_feed(tx, feed_id, host_id=host_id)
        await feeds.update(tx, changed)
        await _note(tx, changed, "update", now, actor)
    return changed


async def rotate_feed(store: Store, vault: Vault, feed_id: int, *, host_id: int, now: int, actor: Actor) -> Feed:
    """Give a feed another address; the one before leads nowhere at once."""
    secret = new_token()
    async with store.write() as tx:
        feed = await get_feed(tx, feed_id, host_id=host_id)
        sealed = vault.seal(secret, table="feed", row=feed.id, column="secret")
        await feeds.rotate(tx, feed.id, secret_hash=token_hash(secret), secret=sealed, now=now)
        await _note(tx, feed, "rotate", now, actor)
    return msgspec.structs.replace(feed, rotated_at=now)


async def remove_feed(store: Store, feed_id: int, *, host_id: int, now: int, actor: Actor) -> None:
    """Remove a feed; raises `not_found` unless it is the host's."""
    async with store.write() as tx:
        feed = await get_feed(tx, feed_id, host_id=host_id)
        await feeds.delete(tx, feed.id)
        await _note(tx, feed, "delete", now, actor)


async def secret_of(db: Reader, vault: Vault, feed: Feed) -> str:
    """The secret part of a feed's address, for its host."""
    return vault.open(await feeds.sealed_secret(db, feed.id), table="feed", row=feed.id, column="secret")


async def feed_by_secret(db: Reader, secret: str) -> Feed | None:
    """The feed at a secret address.

    None once its account is disabled, or for a team's once its host manages the team no more.
    """
    if not 0 < len(secret) <= LONGEST_SECRET:
        return None
    feed = await feeds.by_hash(db, token_hash(secret))
    if feed is None:
        return None
    account = await accounts.by_id(db, feed.host_id)
    if account is None or account.disabled_at is not None:
        return None
    return feed if feed.team_id is None or await _manages(db, feed.host_id, feed.team_id) else None


async def event_types_of(db: Reader, host_id: int, team_id: int | None) -> list[EventType]:
    """The event types that a feed can be limited to: the team's, or the host's own and those of their teams."""
    if team_id is not None:
        return await event_types.list_of(db, team_id)
    owners = [host_id, *(team.id for team in await teams.list_of_host(db, host_id))]
    return [one for owner_id in owners for one in await event_types.list_of(db, owner_id)]


async def _manages(db: Reader, host_id: int, team_id: int) -> bool:
    account = await accounts.by_id(db, host_id)
    if account is None or await teams.by_id(db, team_id) is None:
        return False
    member = await teams.member(db, team_id, host_id)
    return account.role == "admin" or (member is not None and member.manages)


async def _checked(db: Reader, draft: FeedDraft, host_id: int, team_id: int | None, now: int) -> Feed:
    if draft.color not in COLORS:
        raise invalid("color", f"This should be one of {', '.join(COLORS[1:])}, or empty.")
    if not 0 <= draft.past_days <= MOST_PAST_DAYS:
        raise invalid("past_days", f"This should be a number from 0 to {MOST_PAST_DAYS}.")
    if not 1 <= draft.future_days <= MOST_FUTURE_DAYS:
        raise invalid("future_days", f"This should be a number from 1 to {MOST_FUTURE_DAYS}.")
    offered = {one.id for one in await event_types_of(db, host_id, team_id)}
    if not offered.issuperset(draft.event_types):
        raise invalid("event_types", "There is no such event type; name some of yours, or none for all.")
    return Feed(
        id=new_id(now),
        host_id=host_id,
        team_id=team_id,
        name=line(draft.name, "name", longest=LONGEST_NAME),
        color=draft.color,
        event_types=tuple(sorted(set(draft.event_types))),
        shows_guests=draft.shows_guests,
        shows_cancelled=draft.shows_cancelled,
        past_days=draft.past_days,
        future_days=draft.future_days,
        created_at=now,
        updated_at=now,
    )


async def _note(tx: Writer, feed: Feed, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:feed:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"feed:{feed.id}", name=feed.name)
