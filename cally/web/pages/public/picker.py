"""The picker: a month, a day's times, and all slots of the weeks around it, so that a click needs no request."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import gcd
from typing import Any
from zoneinfo import available_timezones

import msgspec
from markupsafe import Markup

from cally.model.bookings import Slot
from cally.model.rules import EventTypeRules
from cally.web.dates import Words, local, zone_label
from cally.web.pages.public import clocks
from cally.web.pages.public.chosen import Chosen, Links, iso
from cally.web.pages.public.clocks import Home
from cally.web.pages.public.month import Month, month
from cally.web.rendering import counted, translated

WINDOW_DAYS = 70
FURTHEST_DAYS = 366
DAY_SECONDS = 86_400
NOON, EVENING = 12, 17
COMMON_ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "UTC",
)
OLD_NAMES = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")

Load = Callable[[int, int], Awaitable[Sequence[Slot]]]


class Time(msgspec.Struct, frozen=True, kw_only=True):
    """A slot to choose; `seats` says how many are left where that matters."""

    label: str
    href: str
    seats: str
    is_full: bool = False


class Picker(msgspec.Struct, frozen=True, kw_only=True):
    """All that the template shows. `day` is empty when no date is chosen, `parts` when it has no times.

    `by_night`: the days are dates to come, the times are dates to leave.
    """

    month: Month
    day: str
    count: str
    near: str
    parts: tuple[tuple[str, tuple[Time, ...]], ...]
    next_day: tuple[str, str] | None
    tz: str
    tz_known: bool
    zones: tuple[tuple[str, str], ...]
    data: Markup
    by_night: bool = False


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What the picker is for: on whose clock, by which rules, chosen how, read by whom.

    `home` is the hosts' clock where they share one; `home_tz` serves where the guest has chosen none.
    """

    home: Home | None
    home_tz: str
    rules: EventTypeRules
    chosen: Chosen
    words: Words
    links: Links
    now: int
    extra: dict[str, Any] = {}

    @property
    def today(self) -> date:
        """The guest's date."""
        return local(self.now, self.chosen.tz).date()

    @property
    def last(self) -> date:
        """The last date worth looking at; a day is added, for the guest's dates are not the schedule's."""
        horizon, furthest = self.rules.horizon, self.today + timedelta(days=FURTHEST_DAYS)
        if horizon is None or horizon.kind == "open_days":
            return furthest
        end = horizon.to_on if horizon.kind == "range" else self.today + timedelta(days=horizon.days or 0)
        return min(furthest, (end or furthest) + timedelta(days=1))


async def picker(scene: Scene, load: Load) -> Picker | None:
    """The picker at what was chosen, else at the first free day; None when nothing is free at all."""
    start, slots = await _window(scene, load)
    if not slots and scene.chosen.month is None:
        return None
    days = _by_date(slots, scene.chosen.tz)
    free = _by_date([slot for slot in slots if slot.seats_left], scene.chosen.tz)
    on = _shown_date(scene, start, free or days)
    first = (scene.chosen.month or on or start).replace(day=1)
    counts = {day: len(free.get(day, ())) for day in days}
    own, now = days.get(on, []) if on else [], scene.now
    after = next((day for day in days if on is None or day > on), None)
    words, links = scene.words, scene.links
    return Picker(
        month=month(first, today=scene.today, last=scene.last, chosen=on, counts=counts, words=words, links=links),
        day=words.short_day(on) if on else words.month(first),
        count=counted(counts.get(on, 0) if on else 0, "{n} time free", "{n} times free"),
        near=iso(own[0].starts_at) if own else "",
        parts=_parts(scene, own),
        next_day=(words.day(after), links.to(date=after.isoformat())) if after and not own else None,
        tz=scene.chosen.tz,
        tz_known=scene.chosen.tz_known,
        zones=_zones(now - now % 3_600, scene.chosen, scene.home_tz),
        data=_data(scene, slots, first, on, start),
    )


def window(start: date) -> tuple[int, int]:
    """The instants around `WINDOW_DAYS` from a date on, in whatever zone, on whole days so that answers are shared."""
    midnight = int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp())
    return midnight - DAY_SECONDS, midnight + (WINDOW_DAYS + 1) * DAY_SECONDS


async def _window(scene: Scene, load: Load) -> tuple[date, Sequence[Slot]]:
    """The slots around what was chosen; without a choice, the first stretch that has any."""
    start = _wanted_start(scene)
    if start is not None:
        return start, await load(*window(start))
    start = scene.today
    while start <= scene.last:
        slots = await load(*window(start))
        if slots:
            return start, slots
        start += timedelta(days=WINDOW_DAYS)
    return scene.today, ()


def _wanted_start(scene: Scene) -> date | None:
    chosen, today = scene.chosen, scene.today
    near = local(chosen.near, chosen.tz).date() if chosen.near else None
    wanted = chosen.month or chosen.on or near
    if wanted is None or not today.replace(day=1) <= wanted.replace(day=1) <= scene.last:
        return None
    return max(today, wanted.replace(day=1))


def _by_date(slots: Sequence[Slot], tz: str) -> dict[date, list[Slot]]:
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        days.setdefault(local(slot.starts_at, tz).date(), []).append(slot)
    return days


def _shown_date(scene: Scene, start: date, days: Mapping[date, list[Slot]]) -> date | None:
    chosen = scene.chosen
    near = local(chosen.near, chosen.tz).date() if chosen.near else None
    wanted = near or chosen.on
    if wanted is not None and (wanted in days or chosen.on is not None) and wanted >= scene.today:
        return wanted
    first = start.replace(day=1)
    ahead = (day for day in days if day >= start and (chosen.month is None or day.replace(day=1) == first))
    return next(ahead, None)


def _parts(scene: Scene, slots: list[Slot]) -> tuple[tuple[str, tuple[Time, ...]], ...]:
    parts: dict[str, list[Time]] = {}
    labels = clocks.times(scene.words, [slot.starts_at for slot in slots], scene.chosen.tz)
    for slot, label in zip(slots, labels, strict=True):
        hour = local(slot.starts_at, scene.chosen.tz).hour
        name = "Morning" if hour < NOON else "Afternoon" if hour < EVENING else "Evening"
        parts.setdefault(name, []).append(_time(scene, slot, label))
    return tuple((name, tuple(times)) for name, times in parts.items())


def _time(scene: Scene, slot: Slot, label: str) -> Time:
    """A time to book, or one that is full and can be waited for."""
    chosen = iso(slot.starts_at)
    if not slot.seats_left:
        href = Links(f"{scene.links.path}/waitlist", scene.links.stays).to(slot=chosen)
        return Time(label=label, href=href, seats=translated("Full · waitlist"), is_full=True)
    seats = counted(slot.seats_left, "{n} seat left", "{n} seats left") if scene.rules.seats > 1 else ""
    return Time(label=label, href=scene.links.to(slot=chosen), seats=seats)


def _zones(hour: int, chosen: Chosen, host_tz: str) -> tuple[tuple[str, str], ...]:
    names = dict.fromkeys([chosen.tz, host_tz])
    names.update(dict.fromkeys(_places() if chosen.all_zones else COMMON_ZONES))
    return tuple((name, _zone_label(hour, name)) for name in names)


@lru_cache(maxsize=4_096)
def _zone_label(hour: int, name: str) -> str:
    return zone_label(hour, name)


@lru_cache(maxsize=1)
def _places() -> tuple[str, ...]:
    names = (name for name in available_timezones() if "/" in name and not name.startswith(OLD_NAMES))
    return (*sorted(names, key=lambda name: name.rpartition("/")[2]), "UTC")


def _data(scene: Scene, slots: Sequence[Slot], first: date, on: date | None, start: date) -> Markup:
    """What the module needs, as JSON that is safe inside a script element: starts as steps of their common unit."""
    starts = [slot.starts_at // 60 for slot in slots]
    steps = [after - before for before, after in pairwise(starts)]
    unit = gcd(*steps) or 1
    words = scene.words
    content: dict[str, Any] = {
        "lang": words.tag,
        "h12": words.hour12,
        "firstDay": words.first_weekday,
        "base": starts[0] if starts else 0,
        "unit": unit,
        "steps": [step // unit for step in steps],
        "any": bool(starts),
        "minutes": scene.chosen.minutes,
        "path": scene.links.path,
        "duration": scene.links.stays.get("duration"),
        "hostZone": scene.home_tz,
        "zone": scene.chosen.tz if scene.chosen.tz_known else None,
        "month": first.isoformat()[:7],
        "date": on.isoformat() if on else None,
        "from": start.isoformat(),
        "until": (start + timedelta(days=WINDOW_DAYS - 1)).isoformat(),
        "last": scene.last.isoformat(),
        **scene.extra,
    }
    if scene.rules.seats > 1:
        content["seats"] = [slot.seats_left for slot in slots]
    full = [number for number, slot in enumerate(slots) if not slot.seats_left]
    if full:
        content["full"] = full
    text = msgspec.json.encode(content).decode()
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 -- JSON in which no tag can begin
