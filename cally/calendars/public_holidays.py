"""The public holidays of a country, laid out as dates of a schedule for this year and the two after it."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cally.errors import invalid, not_found
from cally.model.accounts import Actor
from cally.model.time_off import JOINED, PublicHoliday, PublicHolidays, works_on
from cally.store import Reader, Store, Writer, audit, hosts, public_holidays, schedules

YEARS_AHEAD = 2
Regions = tuple[tuple[str, str], ...]


async def holiday_countries() -> tuple[str, ...]:
    """The countries whose holidays are known, as codes of ISO 3166-1 (`DE`), sorted."""
    return await asyncio.to_thread(_countries)


async def holiday_subdivisions(country: str) -> Regions:
    """Code and name of the parts of a country that have holidays of their own, by name; none for an unknown country."""
    return await asyncio.to_thread(_subdivisions, country)


async def holidays_kept(db: Reader, schedule_id: int) -> PublicHolidays | None:
    """What a schedule keeps; whose it is, the door must judge."""
    return await public_holidays.by_schedule(db, schedule_id)


async def keep_holidays(
    store: Store,
    schedule_id: int,
    *,
    country: str,
    subdivision: str = "",
    worked: tuple[str, ...] | None = None,
    now: int,
    actor: Actor,
) -> PublicHolidays:
    """Close a schedule on the public holidays of a country, or of a part of it, in place of those it kept.

    Unless `worked` names others, what the host works on stays so by name. Raises `invalid` (`country`, `subdivision`),
    `not_found` (`schedule`).
    """
    locale = await _locale(store.reader, schedule_id)
    days = await asyncio.to_thread(_days, country, subdivision, locale, _years(now))
    async with store.write() as tx:
        known = await public_holidays.by_schedule(tx, schedule_id)
        names = worked if worked is not None else known.worked if known else ()
        kept = _kept(country, subdivision, names, days)
        await public_holidays.put(tx, schedule_id, kept, locale=locale, last_year=_years(now)[-1])
        await _record(tx, schedule_id, "holidays", now, actor, country=country, subdivision=subdivision)
    return kept


async def drop_holidays(store: Store, schedule_id: int, *, now: int, actor: Actor) -> None:
    """Let a schedule keep no public holidays any more; dates that were closed by hand stay closed."""
    async with store.write() as tx:
        await public_holidays.delete(tx, schedule_id)
        await _record(tx, schedule_id, "holidays", now, actor, country="")


async def work_on_holidays(
    store: Store, schedule_id: int, worked: Iterable[str], *, now: int, actor: Actor
) -> PublicHolidays:
    """Work on the holidays of these names, whatever year, and on no others.

    Raises `not_found` where no holidays are kept, `invalid` (`worked`) for a name that none of them has.
    """
    async with store.write() as tx:
        known = await public_holidays.by_schedule(tx, schedule_id)
        if known is None:
            raise not_found("country of holidays")
        names = tuple(dict.fromkeys(part for name in worked for part in name.split(JOINED)))
        there = {part for day in known.days for part in day.name.split(JOINED)} | set(known.worked)
        strange = next((name for name in names if name not in there), None)
        if strange is not None:
            raise invalid("worked", f"No holiday here is called “{strange}”.")
        await public_holidays.update_worked(tx, schedule_id, names)
        await _record(tx, schedule_id, "holidays", now, actor, worked=JOINED.join(names))
    return _kept(known.country, known.subdivision, names, known.days)


async def extend_holidays(store: Store, now: int) -> int:
    """Lay out the years ahead where they are missing, in the host's language of now; how many schedules it concerned.

    The library is only loaded when there is something to do: when a year has begun, or a host reads another language.
    """
    years = _years(now)
    done = 0
    for schedule_id in await public_holidays.outdated(store.reader, last_year=years[-1]):
        locale = await _locale(store.reader, schedule_id)
        known = await public_holidays.by_schedule(store.reader, schedule_id)
        if known is None:
            continue
        days = await asyncio.to_thread(_days, known.country, known.subdivision, locale, years)
        done += await _extend(store, schedule_id, known, days, locale, years[-1])
    return done


async def _extend(
    store: Store, schedule_id: int, known: PublicHolidays, days: tuple[PublicHoliday, ...], locale: str, last_year: int
) -> bool:
    """Unless the host has chosen another country meanwhile."""
    async with store.write() as tx:
        current = await public_holidays.by_schedule(tx, schedule_id)
        if current is None or (current.country, current.subdivision) != (known.country, known.subdivision):
            return False
        kept = _kept(current.country, current.subdivision, current.worked, days)
        await public_holidays.put(tx, schedule_id, kept, locale=locale, last_year=last_year)
    return True


def _kept(country: str, subdivision: str, worked: tuple[str, ...], days: tuple[PublicHoliday, ...]) -> PublicHolidays:
    laid_out = (
        PublicHoliday(on=day.on, name=day.name, label=day.label, worked=works_on(day.name, worked)) for day in days
    )
    return PublicHolidays(country=country, subdivision=subdivision, worked=worked, days=tuple(laid_out))


def _years(now: int) -> tuple[int, ...]:
    this = datetime.fromtimestamp(now, UTC).year
    return tuple(range(this, this + YEARS_AHEAD + 1))


async def _locale(db: Reader, schedule_id: int) -> str:
    schedule = await schedules.by_id(db, schedule_id)
    host = await hosts.by_id(db, schedule.host_id) if schedule else None
    if host is None:
        raise not_found("schedule")
    return host.locale


async def _record(tx: Writer, schedule_id: int, action: str, now: int, actor: Actor, **facts: str) -> None:
    tag = f"{actor.kind}:schedule:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"schedule:{schedule_id}", **facts)


def _days(country: str, subdivision: str, locale: str, years: tuple[int, ...]) -> tuple[PublicHoliday, ...]:
    """The holidays of these years; names in the country's own language are what they are known by (see `worked`)."""
    if country not in _countries():
        raise invalid("country", "The holidays of this country are not known; give a code such as DE.")
    if subdivision and subdivision not in dict(_subdivisions(country)):
        raise invalid("subdivision", f"{country} has no part {subdivision} with holidays of its own.")
    kind = _country(country)
    own = _country(country, subdivision, years, kind.default_language)
    told = _country(country, subdivision, years, _language(kind, locale))
    return tuple(PublicHoliday(on=on, name=str(own[on]), label=str(told.get(on, own[on]))) for on in sorted(own))


def _country(country: str, subdivision: str = "", years: tuple[int, ...] = (), language: str | None = None) -> Any:
    """A language has to be named: without one the library takes that of the process."""
    import holidays  # noqa: PLC0415 - heavy: imported where used

    return holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=language)


def _language(kind: Any, locale: str) -> str | None:
    """The language of a country's holidays that is nearest to a host's, else the country's own."""
    offered: tuple[str, ...] = tuple(kind.supported_languages)
    wanted = locale.replace("-", "_")
    language = wanted.partition("_")[0]
    near = [one for one in offered if one == wanted] or [one for one in offered if one.partition("_")[0] == language]
    return near[0] if near else kind.default_language


@lru_cache(maxsize=1)
def _countries() -> tuple[str, ...]:
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - heavy: imported where used

    return tuple(sorted(names[1] for names in COUNTRIES.values()))


@lru_cache(maxsize=64)
def _subdivisions(country: str) -> Regions:
    """Codes that are words already (`Augsburg`) are their own names."""
    if country not in _countries():
        return ()
    found = _country(country)
    names = {str(code): str(name) for name, code in dict(found.subdivisions_aliases).items()}
    return tuple(sorted(((code, names.get(code, code)) for code in found.subdivisions), key=lambda part: part[1]))
