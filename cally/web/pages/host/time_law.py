"""Bookings that a country's new clock rules concern: what each choice means, and one click to settle them."""

from datetime import UTC, datetime

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import Affected, follow_recommendations, keep_clock, law_in_use, list_affected
from cally.errors import CallyError
from cally.model.bookings import Taken
from cally.model.options import Keeps
from cally.web import forms
from cally.web.dates import city
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.refusals import refusal_sentence
from cally.web.pages.host.wording import Words, counted

PATH = "/app/time-law"
KEEPS: tuple[Keeps, ...] = ("wall_time", "instant")


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One place's clock: what it showed when the booking was made, and what it will show after each choice."""

    place: str
    whose: str
    told: str
    wall_time: str
    instant: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One booking in words; `refused` says why its clock time cannot be kept."""

    affected: Affected
    clock_time: str
    place: str
    clocks: tuple[Clock, ...]
    refused: str
    settled: str


@get(PATH)
async def listing(desk: NamedDependency[Desk]) -> Page:
    """Every booking that waits for a decision."""
    found = await list_affected(desk.db, desk.host.id, now=desk.now)
    law = await law_in_use(desk.db)
    return await desk.page(
        "pages/host/time_law.html",
        here="home",
        items=[_item(one, desk) for one in found],
        places=[city(tz) for tz in dict.fromkeys(one.booking.tz for one in found)],
        version=law.version if law else "",
    )


@post(PATH, status_code=303)
async def settle(desk: NamedDependency[Desk]) -> Page:
    """Do what is recommended for all."""
    settled, left = await follow_recommendations(desk.store, desk.host.id, now=desk.now, actor=desk.actor)
    desk.doors.wake()
    if left:
        sentence = f"{counted(settled, 'booking')} settled. {counted(left, 'booking')} could not be: see why below."
        return desk.back_to(PATH, sentence, kind="error")
    return desk.back_to(PATH, f"{counted(settled, 'booking')} settled; everybody will be told.")


@post(PATH + "/{uid:str}", status_code=303)
async def keep(request: Asked, desk: NamedDependency[Desk], uid: FromPath[str]) -> Page:
    """Keep one booking's clock time, or its moment."""
    form, booking = await forms.read(request), await desk.booking(uid)
    what = form.choice("keep", KEEPS)
    if form.faults:
        return desk.back_to(PATH, "Please choose what to keep.", kind="error")
    try:
        answer = await keep_clock(desk.store, desk.doors.availability, uid, keep=what, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to(PATH, error.sentence, kind="error")
    desk.doors.wake()
    if isinstance(answer, Taken):
        return desk.back_to(PATH, refusal_sentence(answer.refusal, desk.words), kind="error")
    there = msgspec.structs.replace(desk.words, tz=answer.tz).moment(answer.starts_at)
    return desk.back_to(PATH, f"{there} in {city(answer.tz)} it is. {booking.guest.name} will be told.")


ROUTES = [listing, settle, keep]


def _item(one: Affected, desk: Desk) -> Item:
    booking, words = one.booking, desk.words
    zones = dict.fromkeys((booking.tz, desk.host.tz, booking.guest.tz))
    skipped = "That time is leapt over by the clocks now." if one.is_skipped else ""
    return Item(
        affected=one,
        clock_time=_shown(words, booking.starts_local).rpartition(", ")[2],
        place=city(booking.tz),
        clocks=tuple(_clock(one, tz, desk) for tz in zones),
        refused=refusal_sentence(one.refused, words) if one.refused else skipped,
        settled=words.moment(one.settled_at) if one.settled_at > desk.now else "",
    )


def _clock(one: Affected, tz: str, desk: Desk) -> Clock:
    words = msgspec.structs.replace(desk.words, tz=tz)
    people = (("you", desk.host.tz), (one.booking.guest.name, one.booking.guest.tz))
    told = one.told.get(tz)
    return Clock(
        place=city(tz),
        whose=" and ".join(name for name, theirs in people if theirs == tz),
        told=_shown(words, told) if told else "",
        wall_time="" if one.is_skipped else words.moment(one.clock_at),
        instant=words.moment(one.booking.starts_at),
    )


def _shown(words: Words, wall: str) -> str:
    """A time on a clock as text, such as `2026-11-17T10:00`, in the reader's words."""
    as_instant = int(datetime.fromisoformat(wall).replace(tzinfo=UTC).timestamp())
    return msgspec.structs.replace(words, tz="UTC").moment(as_instant)
