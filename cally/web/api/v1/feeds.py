"""Feeds: addresses at which calendar programs read a host's bookings, or a team's."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally import calendars
from cally.calendars import FeedDraft
from cally.errors import invalid
from cally.model.feeds import Feed
from cally.store import teams
from cally.web.api.described import Example
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.teams_found import team_in

noun = Noun("Feeds")
READ = "bookings:read"
WRITE = "bookings:write"
Color = Literal["", "royalblue", "teal", "seagreen", "goldenrod", "darkorange", "crimson", "mediumpurple", "slategray"]


class FeedChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change. `event_types` are ids, none for all; without `shows_guests` nothing is told of guests.

    Bookings from `past_days` ago to `future_days` ahead are shown; cancelled ones only with `shows_cancelled`.
    """

    name: str | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    event_types: tuple[str, ...] | UnsetType = UNSET
    shows_guests: bool | UnsetType = UNSET
    shows_cancelled: bool | UnsetType = UNSET
    past_days: int | UnsetType = UNSET
    future_days: int | UnsetType = UNSET


class FeedWanted(FeedChanges, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new feed; with `team` (its slug) of all that is booked with a team which the host manages."""

    name: str
    team: str | None = None


class FeedShown(msgspec.Struct, frozen=True, kw_only=True):
    """A feed. `url` is a secret, shown to tokens that may write; `rotated_at` is since when it is this one."""

    id: str
    name: str
    team: str | None
    color: Color
    event_types: tuple[str, ...]
    shows_guests: bool
    shows_cancelled: bool
    past_days: int
    future_days: int
    created_at: datetime
    rotated_at: datetime | None
    url: str | UnsetType = UNSET


class FeedsShown(Page, frozen=True, kw_only=True):
    """A host's feeds, oldest first."""

    feeds: tuple[FeedShown, ...]


@noun.does("GET", "/feeds", scope=READ, query=Paged, answers={200: FeedsShown})
async def list_feeds(call: Call) -> Answer:
    """List the host's feeds."""
    found = await calendars.list_feeds(call.doors.store.reader, call.token_holder.account.id)
    kept, more = page(found, call.query, lambda feed: (feed.id,))
    return answer(FeedsShown(feeds=tuple([await _shown(call, feed) for feed in kept]), next_cursor=more))


@noun.does(
    "POST",
    "/feeds",
    scope=WRITE,
    body=FeedWanted,
    answers={201: FeedShown},
    refuses=("not_found",),
    example=Example(body={"name": "Ada’s bookings", "color": "teal", "shows_guests": False}),
)
async def create_feed(call: Call) -> Answer:
    """Have an address at which calendar programs read the bookings."""
    holder, doors, wanted = call.token_holder, call.doors, call.body
    team_id = (await team_in(call, wanted.team, to_change=True)).id if wanted.team is not None else None
    made = await calendars.create_feed(
        doors.store,
        doors.vault,
        host_id=holder.account.id,
        draft=_draft(FeedDraft(name=wanted.name), wanted),
        team_id=team_id,
        now=call.now,
        actor=holder.actor(),
    )
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/feeds/{made.id}"})


@noun.does("GET", "/feeds/{id}", scope=READ, answers={200: FeedShown}, refuses=("not_found",))
async def show_feed(call: Call) -> Answer:
    """Show one feed."""
    return answer(await _shown(call, await _own(call)))


@noun.does(
    "PATCH",
    "/feeds/{id}",
    scope=WRITE,
    body=FeedChanges,
    answers={200: FeedShown},
    refuses=("not_found",),
    example=Example(body={"past_days": 7, "shows_cancelled": True}),
)
async def change_feed(call: Call) -> Answer:
    """Change what is given; the address stays."""
    known, holder = await _own(call), call.token_holder
    fields = {name: getattr(known, name) for name in FeedDraft.__struct_fields__}
    changed = await calendars.update_feed(
        call.doors.store,
        known.id,
        host_id=holder.account.id,
        draft=_draft(FeedDraft(**fields), call.body),
        now=call.now,
        actor=holder.actor(),
    )
    return answer(await _shown(call, changed))


@noun.does("POST", "/feeds/{id}/rotation", scope=WRITE, answers={200: FeedShown}, refuses=("not_found",))
async def rotate_feed(call: Call) -> Answer:
    """Give a feed another address; the one before leads nowhere at once."""
    known, doors, holder = await _own(call), call.doors, call.token_holder
    changed = await calendars.rotate_feed(
        doors.store, doors.vault, known.id, host_id=holder.account.id, now=call.now, actor=holder.actor()
    )
    return answer(await _shown(call, changed))


@noun.does("DELETE", "/feeds/{id}", scope=WRITE, answers={204: None}, refuses=("not_found",))
async def remove_feed(call: Call) -> Answer:
    """Remove a feed; its address leads nowhere at once."""
    holder = call.token_holder
    await calendars.remove_feed(
        call.doors.store, call.id(), host_id=holder.account.id, now=call.now, actor=holder.actor()
    )
    return answer(None, 204)


async def _own(call: Call) -> Feed:
    return await calendars.get_feed(call.doors.store.reader, call.id(), host_id=call.token_holder.account.id)


def _draft(base: FeedDraft, given: FeedChanges) -> FeedDraft:
    sent = {name: getattr(given, name) for name in FeedChanges.__struct_fields__}
    changes: dict[str, Any] = {name: value for name, value in sent.items() if value is not UNSET}
    if "event_types" in changes:
        changes["event_types"] = tuple(_number(text) for text in changes["event_types"])
    return msgspec.structs.replace(base, **changes)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid("event_types", "There is no such event type; name some of yours, or none for all.")
    return int(text)


async def _shown(call: Call, feed: Feed) -> FeedShown:
    db = call.doors.store.reader
    team = await teams.by_id(db, feed.team_id) if feed.team_id is not None else None
    secret = await calendars.secret_of(db, call.doors.vault, feed) if call.token_holder.has(WRITE) else ""
    return FeedShown(
        id=str(feed.id),
        name=feed.name,
        team=team.slug if team else None,
        color=feed.color,  # type: ignore[arg-type]  # one of the names
        event_types=tuple(map(str, feed.event_types)),
        shows_guests=feed.shows_guests,
        shows_cancelled=feed.shows_cancelled,
        past_days=feed.past_days,
        future_days=feed.future_days,
        created_at=instant(feed.created_at),
        rotated_at=None if feed.rotated_at is None else instant(feed.rotated_at),
        url=f"{call.doors.public_url()}/feeds/{secret}.ics" if secret else UNSET,
    )
