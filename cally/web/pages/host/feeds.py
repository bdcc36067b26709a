"""Subscribe to your bookings: the feeds of a host, their addresses, and what each shows; for the host alone."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.calendars import (
    FeedDraft,
    create_feed,
    event_types_of,
    get_feed,
    list_feeds,
    remove_feed,
    rotate_feed,
    secret_of,
    update_feed,
)
from cally.calendars.feeds import MOST_FUTURE_DAYS, MOST_PAST_DAYS
from cally.errors import CallyError
from cally.hosts import list_teams, manages, team_by_id
from cally.model.feeds import COLORS, Feed
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.wording import counted

PATH = "/app/calendars/feeds"
COLOR_WORDS = {
    "": "as the program likes",
    "royalblue": "Blue",
    "teal": "Teal",
    "seagreen": "Green",
    "goldenrod": "Yellow",
    "darkorange": "Orange",
    "crimson": "Red",
    "mediumpurple": "Purple",
    "slategray": "Grey",
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A feed in words; `url` is its whole address, `subscribe` the same for programs that calendars belong to."""

    item: Feed
    url: str
    subscribe: str
    facts: tuple[str, ...]


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Every feed with its address, and a form for another one."""
    desk.require_own()
    return await _page(desk, Form())


@post(PATH, status_code=303)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Make a feed."""
    desk.require_own()
    form = await forms.read(request)
    draft, team = _draft(form), form.text("team")
    if form.faults:
        return await _page(desk, form, status=422)
    try:
        made = await create_feed(
            desk.store,
            desk.vault,
            host_id=desk.host.id,
            draft=draft,
            team_id=int(team) if team.isascii() and team.isdigit() and len(team) < 19 else None,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, status=422)
    return desk.back_to(
        f"{PATH}#feed-{made.id}", f"“{made.name}” is there; copy its address into your calendar program."
    )


@get(PATH + "/{id:int}")
async def show(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """What one feed shows, to change it."""
    desk.require_own()
    return await _change_page(desk, await get_feed(desk.db, id, host_id=desk.host.id))


@post(PATH + "/{id:int}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let a feed show something else; its address stays."""
    desk.require_own()
    known, form = await get_feed(desk.db, id, host_id=desk.host.id), await forms.read(request)
    draft = _draft(form)
    if form.faults:
        return await _change_page(desk, known, form, status=422)
    try:
        await update_feed(desk.store, known.id, host_id=desk.host.id, draft=draft, now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _change_page(desk, known, form, status=422)
    return desk.back_to(PATH, "Saved; programs see it when they come next.")


@post(PATH + "/{id:int}/rotation", status_code=303)
async def rotate(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Give a feed another address."""
    desk.require_own()
    feed = await rotate_feed(desk.store, desk.vault, id, host_id=desk.host.id, now=desk.now, actor=desk.actor)
    return desk.back_to(f"{PATH}#feed-{id}", f"“{feed.name}” has a new address; the one before leads nowhere now.")


@post(PATH + "/{id:int}/removal", status_code=303)
async def remove(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Remove a feed."""
    desk.require_own()
    known = await get_feed(desk.db, id, host_id=desk.host.id)
    await remove_feed(desk.store, known.id, host_id=desk.host.id, now=desk.now, actor=desk.actor)
    return desk.back_to(PATH, f"“{known.name}” is removed; its address leads nowhere now.")


ROUTES = [listing, add, show, change, rotate, remove]


def _draft(form: Form) -> FeedDraft:
    chosen = (text for text in form.all("event_types") if text.isascii() and text.isdigit() and len(text) < 19)
    return FeedDraft(
        name=form.text("name"),
        color=form.choice("color", COLORS),
        event_types=tuple(map(int, chosen)),
        shows_guests=form.flag("shows_guests"),
        shows_cancelled=form.flag("shows_cancelled"),
        past_days=form.number("past_days", least=0, most=MOST_PAST_DAYS),
        future_days=form.number("future_days", least=1, most=MOST_FUTURE_DAYS),
    )


async def _page(desk: Desk, form: Form, *, status: int = 200) -> Page:
    found = await list_feeds(desk.db, desk.host.id)
    managed = [
        team for team in await list_teams(desk.db, desk.account) if await manages(desk.db, desk.account, team.id)
    ]
    blank = FeedDraft(name="")
    return await desk.page(
        "pages/host/feeds.html",
        here="calendars",
        status=status,
        form=form if form.pairs else _form_of(blank),
        items=[await _shown(desk, feed) for feed in found],
        teams=[(team.id, team.name) for team in managed],
        event_types=[(one.id, one.title) for one in await event_types_of(desk.db, desk.host.id, None)],
        colors=list(COLOR_WORDS.items()),
    )


async def _change_page(desk: Desk, feed: Feed, form: Form | None = None, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/host/feed.html",
        here="calendars",
        status=status,
        item=feed,
        form=form or _form_of(feed),
        event_types=[(one.id, one.title) for one in await event_types_of(desk.db, desk.host.id, feed.team_id)],
        colors=list(COLOR_WORDS.items()),
    )


def _form_of(shown: Feed | FeedDraft) -> Form:
    pairs = [
        ("name", shown.name),
        ("color", shown.color),
        ("past_days", str(shown.past_days)),
        ("future_days", str(shown.future_days)),
        *(("event_types", str(one)) for one in shown.event_types),
        *(("shows_guests", "1") for _ in range(shown.shows_guests)),
        *(("shows_cancelled", "1") for _ in range(shown.shows_cancelled)),
    ]
    return Form(pairs)


async def _shown(desk: Desk, feed: Feed) -> Shown:
    url = f"{desk.doors.public_url()}/feeds/{await secret_of(desk.db, desk.vault, feed)}.ics"
    team = await team_by_id(desk.db, feed.team_id) if feed.team_id is not None else None
    facts = [
        f"team {team.name}" if team is not None else "your bookings",
        counted(len(feed.event_types), "event type") if feed.event_types else "all event types",
        "with guests" if feed.shows_guests else "without guests",
        f"{counted(feed.past_days, 'day')} back, {counted(feed.future_days, 'day')} ahead",
    ]
    return Shown(
        item=feed,
        url=url,
        subscribe=f"webcal://{url.partition('://')[2]}",
        facts=(*facts, *(["with cancelled ones"] if feed.shows_cancelled else [])),
    )
