"""The booking page: free times first, answered from memory; with a time chosen, the form in its place."""

from functools import partial
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cally.bookings import TEAM, Offer, is_there, offer
from cally.model.private_pages import Keys
from cally.model.rules import Refusal
from cally.model.series import Clash
from cally.notify import ways_for
from cally.web import rendering
from cally.web.admission import guard
from cally.web.dates import Words
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.keys import known_keys
from cally.web.look import Look, look_of
from cally.web.pages.public import clocks, remembered
from cally.web.pages.public.actors import guest
from cally.web.pages.public.away import away_shown
from cally.web.pages.public.chosen import Asked, Chosen, Links, asked, chosen, instant, iso, kept
from cally.web.pages.public.consent import ConsentAsked, consent_asked
from cally.web.pages.public.details import new_key
from cally.web.pages.public.picker import Picker, Scene, picker
from cally.web.pages.public.repeating import Repeating, repeating
from cally.web.pages.public.stay import by_night, by_night_facts, stay_picker
from cally.web.pages.public.texts import texts
from cally.web.pages.public.whom import whom
from cally.web.upkeep import closed_now

PAGE = "pages/public/booking.html"


@get("/{host:str}/{slug:str}", include_in_schema=False)
async def booking_page(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], host: FromPath[str], slug: FromPath[str]
) -> ASGIResponse:
    """What can be booked and when; a slot in the address shows the form for it. Looking holds and changes nothing."""
    return await looked_at(request, doors, (host, slug))


@get("/team/{team:str}/{slug:str}", include_in_schema=False)
async def team_booking_page(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], team: FromPath[str], slug: FromPath[str]
) -> ASGIResponse:
    """The same of what a team offers."""
    return await looked_at(request, doors, (f"{TEAM}{team}", slug))


async def looked_at(
    request: Request[Any, Any, Any], doors: Doors, address: tuple[str, str], shown: Keys | None = None
) -> ASGIResponse:
    """The page of what stands at an owner's address, `("ada", "intro")`, for whoever has shown these keys."""
    words, shown = asked(request), shown or known_keys(request, doors)
    if instant(words.slot) is not None:
        found = await offer(doors.store.reader, *address, shown)
        return (await details_page(request, doors, found, words)).to_asgi_response(app=None, request=request)
    return await _times_page(request, doors, address, words, shown)


async def details_page(
    request: Request[Any, Any, Any],
    doors: Doors,
    found: Offer,
    words: Asked,
    *,
    form: Form | None = None,
    status: int = 200,
    alternatives: tuple[int, ...] | None = None,
    notice: str = "",
    headers: dict[str, str] | None = None,
    series: Repeating | None = None,
) -> Response[bytes]:
    """The form for a chosen slot. `alternatives` are offered when it cannot be had; without them it is looked up.

    `series` is what the form shows of one, if that is known already.
    """
    now = doors.clock()
    picked = _chosen(found, words)
    slot = picked.slot or 0
    if form is None:
        doors.guests.look(guest(request, doors).address, now)
    if alternatives is None and form is None:
        alternatives = await _alternatives(doors, found, picked, now)
    values = await _values(doors, found, words, rendering.reader(request), now)
    reading = values["words"]
    form = form or _fresh(found)
    guard(request, doors, form, found.path)
    if series is None:
        series = await series_shown(doors, found, form, reading, words)
    return rendering.render(
        request,
        PAGE,
        status,
        headers=headers,
        **_without(values, "words"),
        step="details",
        slot=iso(slot),
        when=clocks.when(reading, slot, slot + picked.minutes * 60, tz=picked.tz, home=whom(found).home),
        alternatives=clocks.short(reading, alternatives or (), picked.tz),
        is_taken=alternatives is not None,
        wait_href=await _wait_href(doors, found, picked, values["stays"], now) if alternatives is not None else "",
        form=form,
        notice=notice,
        series=series,
    )


def _fresh(found: Offer) -> Form:
    """An empty form, but for what a private link fills in."""
    if found.link is None:
        return Form.of(key=new_key())
    return Form.of(key=new_key(), name=found.link.guest_name or None, email=found.link.guest_email or None)


async def series_shown(
    doors: Doors, found: Offer, form: Form, reading: Words, words: Asked, clashes: tuple[Clash, ...] = ()
) -> Repeating | None:
    """The part of the form about a series, as the form and the address have it."""
    picked = _chosen(found, words)
    return await repeating(
        doors, found, form, reading, slot=picked.slot, minutes=picked.minutes, tz=picked.tz, clashes=clashes
    )


async def _times_page(
    request: Request[Any, Any, Any], doors: Doors, address: tuple[str, str], words: Asked, shown: Keys
) -> ASGIResponse:
    pages, now = remembered.pages_of(doors.availability), doors.clock()
    reading, theme = rendering.reader(request), rendering.theme(request)
    upkeep = closed_now(request)
    key = (address, words, reading, theme, doors.public_url(), doors.mail() is None, shown.link, upkeep)
    page = pages.get(key)
    if page is None or not await _is_right(doors, page, now, shown):
        doors.guests.look(guest(request, doors).address, now)
        found = await offer(doors.store.reader, *address, shown)
        version = await _version(doors, found, now)
        values = await _values(doors, found, words, reading, now)
        step = "none" if values["picker"] is None else "time"
        text = rendering.text(
            PAGE,
            theme=theme,
            upkeep=upkeep,
            **values,
            step=step,
            slot="",
            when=None,
            alternatives=(),
            is_taken=False,
            wait_href="",
            form=Form(),
            notice="",
            series=await series_shown(doors, found, Form(), reading, words),
        )
        page = pages.keep(key, found, version, text)
    return remembered.answer(request, page)


async def _is_right(doors: Doors, page: remembered.Page, now: int, shown: Keys) -> bool:
    """Whether nothing that the page shows has changed, the host's being there for this visitor at all included."""
    if not await is_there(doors.store.reader, page.offer, shown):
        return False
    return bool(page.version == await _version(doors, page.offer, now))


async def _version(doors: Doors, found: Offer, now: int) -> tuple[Any, Look, ConsentAsked | None]:
    """Equal for as long as the page is right: its times, how it looks, and what guests must agree to."""
    times = await doors.availability.version(found, now)
    return times, await _look(doors, found), await consent_asked(doors.store.reader, found)


async def _look(doors: Doors, found: Offer) -> Look:
    return await look_of(doors.store.reader, found.host.id if found.team is None and not found.together else None)


async def _values(doors: Doors, found: Offer, words: Asked, reading: Words, now: int) -> dict[str, Any]:
    """What the page shows in whatever step it is in."""
    picked = _chosen(found, words)
    path = found.path
    default = found.event_type.durations_minutes[0]
    stays = kept(words, default, picked.minutes)
    shown = await _picker(doors, found, picked, reading, Links(path, stays), now)
    met = whom(found)
    without_length = {name: value for name, value in stays.items() if name != "duration"}
    return {
        "words": reading,
        "whom": met,
        "look": await _look(doors, found),
        "home_tz": found.host.tz,
        "first": met.first,
        "title": found.event_type.title,
        "about": found.event_type.description,
        "places": found.event_type.places,
        "questions": found.event_type.questions,
        "approval": found.event_type.approval,
        "minutes": picked.minutes,
        "nights": picked.nights,
        "by_night": by_night_facts(stay, reading) if (stay := found.event_type.options.stay) else None,
        "lengths": [
            (minutes, Links(path, without_length).to(**({} if minutes == default else {"duration": str(minutes)})))
            for minutes in sorted(found.event_type.durations_minutes)
        ],
        "picker": shown,
        "away": await away_shown(doors.store.reader, found.host, reading, now) if found.team is None else (),
        "closed": await doors.availability.closed(found, now),
        "path": path,
        "back": Links(path, stays).to(),
        "stays": stays,
        "more_zones": Links(path, stays).to(zones="all"),
        "canonical": f"{doors.public_url()}{path}" if doors.public_url() and not found.code else "",
        "is_private": bool(found.code),
        "mail": doors.mail() is not None,
        "consent": await consent_asked(doors.store.reader, found),
        "ways": [(str(one.id), one.name) for one in await ways_for(doors.store.reader, found.event_type)],
        "moving": None,
    }


async def _picker(doors: Doors, found: Offer, picked: Chosen, reading: Words, links: Links, now: int) -> Picker | None:
    met = whom(found)
    scene = Scene(
        home=met.home,
        home_tz=found.host.tz,
        rules=found.event_type.rules,
        chosen=picked,
        words=reading,
        links=links,
        now=now,
        extra={"host": found.owner, "eventType": found.event_type.slug, **_private(found), "t": texts(met.home)},
    )

    stay = found.event_type.options.stay
    if stay is not None:
        return await stay_picker(
            stay, scene, lambda first, last: doors.availability.stays(found, now=now, from_at=first, to_at=last)
        )

    async def load(from_at: int, to_at: int) -> Any:
        asked = {"now": now, "from_at": from_at, "to_at": to_at, "duration_minutes": picked.minutes}
        free = await doors.availability.slots(found, **asked)
        full = await doors.availability.full(found, **asked)
        return sorted((*free, *full), key=lambda slot: slot.starts_at) if full else free

    return await picker(scene, load)


def _private(found: Offer) -> dict[str, str]:
    """What the page's script must show to hold a slot."""
    return {"link": found.code} if found.code else {}


async def _alternatives(doors: Doors, found: Offer, picked: Chosen, now: int) -> tuple[int, ...] | None:
    """None when the chosen slot is free; else what could be had instead."""
    if picked.slot is None:
        return None
    day = picked.slot - picked.slot % 86_400
    if picked.nights is None:
        slots = partial(doors.availability.slots, found, now=now, duration_minutes=picked.minutes)
    else:
        slots = partial(doors.availability.slots, found, now=now, nights=picked.nights)
    free = await slots(from_at=day - 86_400, to_at=day + 3 * 86_400)
    if any(slot.starts_at == picked.slot for slot in free):
        return None
    taken = await doors.availability.taken(found, Refusal(code="booked"), picked.slot, minutes=picked.minutes, now=now)
    return taken.alternatives


async def _wait_href(doors: Doors, found: Offer, picked: Chosen, stays: dict[str, str], now: int) -> str:
    """Where to wait for the slot that is taken; empty when nobody can."""
    slot = picked.slot or 0
    day = slot - slot % 86_400
    full = await doors.availability.full(
        found, now=now, from_at=day - 86_400, to_at=day + 3 * 86_400, duration_minutes=picked.minutes
    )
    if not any(one.starts_at == slot for one in full):
        return ""
    return Links(f"{found.path}/waitlist", stays).to(slot=iso(slot))


def _chosen(found: Offer, words: Asked) -> Chosen:
    picked = chosen(words, home_tz=found.host.tz, durations=found.event_type.durations_minutes)
    stay = found.event_type.options.stay
    return picked if stay is None else by_night(picked, found, stay, words)


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
