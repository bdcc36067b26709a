"""The first run, third screen and its end: the public address and the first thing that can be booked."""

from typing import get_args, get_type_hints

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.errors import CallyError
from cally.hosts import (
    EventTypeDraft,
    create_event_type,
    draft_of,
    list_event_types,
    update_event_type,
    update_host,
)
from cally.model.hosts import EventType, Place
from cally.model.rules import DAY_MINUTES, EventTypeRules, Horizon
from cally.ops.live import PUBLIC_URL, change_public_url
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.event_types import PLACE_WORDS

NOTICE_MINUTES = 4 * 60
HORIZON = Horizon(kind="rolling", days=60)
LENGTHS = (15, 20, 30, 45, 60, 90)
PLACES: tuple[str, ...] = get_args(get_type_hints(Place)["kind"])
FIELD_OF = {"places[0].detail": "detail", "duration_minutes": "duration"}


@get("/setup/link")
async def show(desk: NamedDependency[Desk]) -> Page:
    """What there is, or an introductory call."""
    first = await _first(desk)
    place = first.places[0] if first and first.places else None
    filled = Form.of(
        public_url=desk.doors.public_url(),
        slug=desk.host.slug,
        title=first.title if first else "Intro call",
        duration=first.rules.duration_minutes if first else 30,
        place=place.kind if place else "guest_phone",
        detail=place.detail if place else None,
    )
    return await _page(desk, filled)


@post("/setup/link", status_code=303)
async def keep(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Keep the slug and the event type."""
    form, first = await forms.read(request), await _first(desk)
    draft = _draft(form, first)
    if form.faults:
        return await _page(desk, form, status=422)
    try:
        await update_host(desk.store, desk.host.id, slug=form.text("slug"), now=desk.now, actor=desk.actor)
        if first:
            await update_event_type(desk.store, first.id, draft, now=desk.now, actor=desk.actor)
        else:
            await create_event_type(desk.store, desk.host.id, draft, now=desk.now, actor=desk.actor)
        await _keep_public_url(desk, form)
    except CallyError as error:
        form.note(error, FIELD_OF)
        return await _page(desk, form, status=422)
    return Redirect("/setup/done", status_code=303)


@get("/setup/done")
async def done(desk: NamedDependency[Desk]) -> Page:
    """The link to share, and what is worth doing next."""
    first = await _first(desk)
    if first is None:
        return Redirect("/setup/link", status_code=303)
    path = f"/{desk.host.slug}/{first.slug}"
    return await desk.page("pages/setup/done.html", here="", url=desk.link(first), path=path, title=first.title)


ROUTES = [show, keep, done]


async def _first(desk: Desk) -> EventType | None:
    found = await list_event_types(desk.db, desk.host.id)
    return found[0] if found else None


def _draft(form: Form, first: EventType | None) -> EventTypeDraft:
    """The event type as it was asked for; what was set up elsewhere meanwhile stays."""
    minutes = form.number("duration", least=1, most=DAY_MINUTES)
    kind, detail = form.choice("place", PLACES), form.text("detail")
    place = msgspec.convert({"kind": kind, "detail": "" if kind == "guest_phone" else detail}, Place)
    new = EventTypeRules(duration_minutes=minutes, notice_minutes=NOTICE_MINUTES, horizon=HORIZON)
    known = draft_of(first) if first else EventTypeDraft(title="", rules=new)
    return msgspec.structs.replace(
        known,
        title=form.text("title"),
        rules=msgspec.structs.replace(known.rules, duration_minutes=minutes),
        durations_minutes=(minutes,),
        places=(place,),
    )


async def _keep_public_url(desk: Desk, form: Form) -> None:
    typed = form.text("public_url").strip()
    if desk.account.role != "admin" or PUBLIC_URL in desk.doors.fixed or typed in {"", desk.doors.public_url()}:
        return
    desk.require_recent("/setup/link")  # mails with secrets in them lead there
    await change_public_url(desk.store, typed, now=desk.now, actor=desk.admin)
    await desk.doors.reload()


async def _page(desk: Desk, form: Form, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/setup/link.html",
        here="",
        status=status,
        step=3,
        form=form,
        lengths=[(minutes, f"{minutes} min") for minutes in LENGTHS],
        places=PLACE_WORDS.items(),
        is_fixed=PUBLIC_URL in desk.doors.fixed,
    )
