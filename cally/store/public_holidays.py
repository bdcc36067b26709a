"""The SQL of the public holidays that schedules keep; the days are laid out as JSON, so that one row tells them all."""

from datetime import date

import msgspec

from cally.model.time_off import PublicHoliday, PublicHolidays, works_on
from cally.store.driver import Reader, Row, Writer

BY_SCHEDULE = """
SELECT country, subdivision, worked, days
FROM public_holidays
WHERE schedule_id = :schedule_id
"""
INSERT = """
INSERT INTO public_holidays (schedule_id, country, subdivision, worked, days, locale, last_year)
VALUES (:schedule_id, :country, :subdivision, :worked, :days, :locale, :last_year)
"""
UPDATE_WORKED = """
UPDATE public_holidays
SET worked = :worked
WHERE schedule_id = :schedule_id
"""
DELETE = """
DELETE FROM public_holidays
WHERE schedule_id = :schedule_id
"""
OUTDATED = """
SELECT public_holidays.schedule_id
FROM public_holidays
JOIN schedule
  ON schedule.id = public_holidays.schedule_id
JOIN host
  ON host.id = schedule.host_id
WHERE public_holidays.last_year < :last_year
   OR public_holidays.locale <> host.locale
ORDER BY public_holidays.schedule_id
"""

_worked = msgspec.json.Decoder(tuple[str, ...])
_days = msgspec.json.Decoder(tuple[tuple[date, str, str], ...])


async def by_schedule(db: Reader, schedule_id: int) -> PublicHolidays | None:
    """The public holidays that a schedule keeps, if any."""
    row: Row | None = await db.row(BY_SCHEDULE, schedule_id=schedule_id)
    return from_columns(*row) if row else None


async def put(tx: Writer, schedule_id: int, kept: PublicHolidays, *, locale: str, last_year: int) -> None:
    """Store what a schedule keeps from now on, in place of what it kept."""
    await tx.run(DELETE, schedule_id=schedule_id)
    await tx.run(
        INSERT,
        schedule_id=schedule_id,
        country=kept.country,
        subdivision=kept.subdivision,
        worked=_json(kept.worked),
        days=_json([(day.on, day.name, day.label) for day in kept.days]),
        locale=locale,
        last_year=last_year,
    )


async def update_worked(tx: Writer, schedule_id: int, worked: tuple[str, ...]) -> None:
    """Write the names of those that the host works on."""
    await tx.run(UPDATE_WORKED, schedule_id=schedule_id, worked=_json(worked))


async def delete(tx: Writer, schedule_id: int) -> None:
    """Let a schedule keep no public holidays."""
    await tx.run(DELETE, schedule_id=schedule_id)


async def outdated(db: Reader, *, last_year: int) -> list[int]:
    """The schedules whose holidays end before that year does, or are told in another language than the host's."""
    return [row[0] for row in await db.rows(OUTDATED, last_year=last_year)]


def from_columns(country: str, subdivision: str, worked: str, days: str) -> PublicHolidays:
    """The noun of these columns, wherever they were read."""
    names = _worked.decode(worked)
    return PublicHolidays(
        country=country,
        subdivision=subdivision,
        worked=names,
        days=tuple(
            PublicHoliday(on=on, name=name, label=label, worked=works_on(name, names))
            for on, name, label in _days.decode(days)
        ),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
