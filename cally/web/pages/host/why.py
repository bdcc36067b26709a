"""The page that says why a time is offered or not: one question, answered in words and drawn; it only looks (M2)."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import Explanation, Offer, capsule, explain, explained_to, list_explained
from cally.errors import CallyError
from cally.model.capsule import question_to_json
from cally.web.forms import Form
from cally.web.pages.host import why_asked as asked
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.why_drawing import drawing
from cally.web.pages.host.why_words import claim_line, lines, verdict

CAPSULE_DAYS = 31
ATTACHED = {"content-disposition": 'attachment; filename="capsule.json"', "cache-control": "no-store"}


@get("/app/why")
async def page(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """The form, and the answer once a time is asked about."""
    form = asked.form_of(request)
    items = await list_explained(desk.db, desk.host.id)
    item = next((one for one in items if str(one.id) == form.text("event_type")), items[0] if items else None)
    if item is None:
        return await desk.page("pages/host/why_none.html", here="why")
    told = await _told(desk, await explained_to(desk.db, item.id, desk.host.id), form)
    return await desk.page(
        "pages/host/why.html",
        here="why",
        status=422 if form.faults else 200,
        form=form,
        filled=asked.filled_in(form, item, desk.words),
        item=item,
        items=[(one.id, one.title) for one in items],
        lengths=asked.lengths_of(item),
        tz=desk.host.tz,
        said_of=await _answer(desk, told) if told is not None else None,
    )


@get("/app/event-types/{id:int}/capsule.json")
async def download(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """The question behind an event type's page, without names, as a file; 31 days from today unless dates are named."""
    found, form = await explained_to(desk.db, id, desk.host.id), asked.form_of(request)
    made = await capsule(
        desk.db,
        found,
        duration_minutes=asked.length_of(found, form),
        now=desk.now,
        within=asked.dates_of(form, CAPSULE_DAYS, desk.now, found.schedule.rules.tz),
        ask=[start for text in form.all("ask") if (start := asked.number_of(text)) is not None],
    )
    text = msgspec.json.format(msgspec.json.encode(question_to_json(made)), indent=2)
    return Response(text, media_type="application/json", headers=ATTACHED)


ROUTES = [page, download]


async def _told(desk: Desk, found: Offer, form: Form) -> Explanation | None:
    """The explanation of the time that is asked about; None while none is, or none that can be."""
    tz = desk.host.tz
    starts_at = asked.start_of(form, tz) if form.text("on") or form.text("at") else None
    if starts_at is None:
        return None
    try:
        minutes = asked.minutes_of(found, form, starts_at)
    except CallyError as error:
        form.note(error, {"nights": "length"})
        return None
    on = desk.words.on(starts_at)
    shown = (asked.midnight(on, tz), max(asked.midnight(on + timedelta(days=1), tz), starts_at + minutes * 60))
    return await explain(
        desk.db, found, starts_at, duration_minutes=minutes, now=desk.now, told=desk.host.id, shown=shown
    )


async def _answer(desk: Desk, told: Explanation) -> dict[str, Any]:
    """The explanation in words, drawn, and with what can be had instead."""
    words = desk.words
    return {
        "offered": told.offered,
        "verdict": verdict(told, words),
        "alike": asked.alike(told, words.tz),
        "parties": [(party, lines(told, party, words)) for party in told.parties],
        "drawn": drawing(told, words),
        "day": words.long_day(words.on(told.starts_at)),
        "claims": [(party.name, [claim_line(claim, words) for claim in party.claims]) for party in told.parties],
        "alternatives": [(asked.address(told, at, words.tz), words.moment(at)) for at in await _nearest(desk, told)],
        "capsule": asked.capsule_address(told) if told.offer.event_type.options.stay is None else "",
    }


async def _nearest(desk: Desk, told: Explanation) -> tuple[int, ...]:
    """The nearest times that are offered instead, from the memory that serves the guests."""
    if told.refusal is None:
        return ()
    taken = await desk.doors.availability.taken(
        told.offer, told.refusal, told.starts_at, minutes=told.duration_minutes, now=told.now
    )
    return taken.alternatives
