"""The picker of what is booked by the night: a month of dates to come, then the dates to leave (rule 69).

Dates are those of the place, whatever zone the guest is in: a night is where it is spent.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec
from markupsafe import Markup

from cally import engine
from cally.bookings import Offer, lasting
from cally.model.options import Stay
from cally.web.dates import Words, local
from cally.web.pages.public.chosen import Asked, Chosen, iso
from cally.web.pages.public.month import month
from cally.web.pages.public.picker import Picker, Scene, Time
from cally.web.rendering import counted

MONTH_DAYS = 42
DAY_SECONDS = 86_400

Nights = Mapping[int, tuple[int, ...]]
LoadNights = Callable[[int, int], Awaitable[Nights]]


async def stay_picker(stay: Stay, scene: Scene, load: LoadNights) -> Picker | None:
    """The picker at what was chosen, else at the first date one can come; None when there is none at all."""
    first, nights = await _month(scene, load)
    if not nights and scene.chosen.month is None and scene.chosen.on is None:
        return None
    days = {local(start, scene.chosen.tz).date(): start for start in nights}
    on = _chosen_date(scene, days)
    own = days.get(on) if on is not None else None
    words, links = scene.words, scene.links
    after = next((day for day in days if on is None or day > on), None)
    leaving = _leaving(scene, stay, own, nights[own]) if own is not None else ()
    return Picker(
        month=month(
            first,
            today=scene.today,
            last=scene.last,
            chosen=on,
            counts={day: len(nights[start]) for day, start in days.items()},
            words=words,
            links=links,
        ),
        day=words.short_day(on) if on else words.month(first),
        count=counted(len(leaving), "{n} date to leave", "{n} dates to leave"),
        near=iso(own) if own is not None else "",
        parts=(("Leave on", leaving),) if leaving else (),
        next_day=(words.day(after), links.to(date=after.isoformat())) if after and own is None else None,
        tz=scene.chosen.tz,
        tz_known=True,
        zones=(),
        data=Markup(""),
        by_night=True,
    )


async def _month(scene: Scene, load: LoadNights) -> tuple[date, Nights]:
    """The month that was chosen; without a choice, the first one in which somebody can come."""
    near = local(scene.chosen.near, scene.chosen.tz).date() if scene.chosen.near else None
    wanted = scene.chosen.month or scene.chosen.on or near
    first = (wanted or scene.today).replace(day=1)
    if wanted is not None:
        return first, await _nights(scene, load, first)
    while first <= scene.last:
        nights = await _nights(scene, load, first)
        if nights:
            return first, nights
        first = (first + timedelta(days=32)).replace(day=1)
    return scene.today.replace(day=1), {}


async def _nights(scene: Scene, load: LoadNights, first: date) -> Nights:
    """Check-ins of the weeks that a month is shown with."""
    start = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) - DAY_SECONDS
    end = start + (MONTH_DAYS + 2) * DAY_SECONDS
    return await load(max(start, scene.now), end)


def _chosen_date(scene: Scene, days: Mapping[date, int]) -> date | None:
    near = local(scene.chosen.near, scene.chosen.tz).date() if scene.chosen.near else None
    wanted = scene.chosen.on or near
    if wanted is not None:
        return wanted
    return next((day for day in days if scene.chosen.month is None or day >= scene.chosen.month), None)


def _leaving(scene: Scene, stay: Stay, start: int, nights: tuple[int, ...]) -> tuple[Time, ...]:
    """The dates on which a stay that begins then may end."""
    found = []
    for number in nights:
        end = engine.check_out(stay, scene.chosen.tz, start, number)
        if end is not None:
            on = local(end, scene.chosen.tz).date()
            label = scene.words.short_day(on)
            href = scene.links.to(slot=iso(start), nights=str(number))
            found.append(Time(label=label, href=href, seats=counted(number, "{n} night", "{n} nights")))
    return tuple(found)


def by_night(picked: Chosen, found: Offer, stay: Stay, words: Asked) -> Chosen:
    """What was chosen, as nights at the place; a number that is not on offer means the fewest."""
    wanted = int(words.nights) if words.nights.isascii() and words.nights.isdigit() else stay.nights_from
    nights = wanted if stay.nights_from <= wanted <= stay.nights_to else stay.nights_from
    minutes = picked.minutes if picked.slot is None else lasting(found, picked.slot, None, nights)[0]
    tz = found.schedule.hours.tz
    return msgspec.structs.replace(picked, tz=tz, tz_known=True, nights=nights, minutes=minutes)


def by_night_facts(stay: Stay, words: Words) -> dict[str, str]:
    """How long one may stay, from when, and until when, in words."""
    fewest, most = stay.nights_from, stay.nights_to
    nights = counted(most, "{n} night", "{n} nights") if fewest == most else f"{fewest}–{most} nights"
    return {"nights": nights, "come": words.minute(stay.check_in_minute), "go": words.minute(stay.check_out_minute)}
