"""The public holidays that a schedule keeps."""

from datetime import date

import msgspec
from msgspec import UNSET, UnsetType

from cally import calendars, hosts
from cally.errors import invalid, not_found
from cally.model.time_off import PublicHolidays
from cally.web.api.endpoints import Answer, Call, Noun, answer

noun = Noun("Public holidays")
READ = "schedules:read"
WRITE = "schedules:write"
PATH = "/schedules/{id}/public-holidays"


class HolidayShown(msgspec.Struct, frozen=True, kw_only=True):
    """One date. `name` is what the country calls it, `label` what the host reads; `worked`: a day like any other."""

    on: date
    name: str
    label: str
    worked: bool


class HolidaysShown(msgspec.Struct, frozen=True, kw_only=True):
    """This year's and the next two years'; `country` is null while none are kept."""

    country: str | None
    subdivision: str | None
    worked: tuple[str, ...]
    days: tuple[HolidayShown, ...]


class HolidayChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ISO 3166 codes (`DE`, `BE`), and the names of those the host works on, in every year.

    Another country is kept as a whole unless a `subdivision` is given with it.
    """

    country: str | UnsetType = UNSET
    subdivision: str | UnsetType | None = UNSET
    worked: tuple[str, ...] | UnsetType = UNSET


@noun.does("GET", PATH, scope=READ, answers={200: HolidaysShown}, refuses=("not_found",))
async def show_public_holidays(call: Call) -> Answer:
    """Show the holidays that close a schedule."""
    return answer(_shown(await calendars.holidays_kept(call.doors.store.reader, await _own(call))))


@noun.does("PATCH", PATH, scope=WRITE, body=HolidayChanges, answers={200: HolidaysShown}, refuses=("not_found",))
async def change_public_holidays(call: Call) -> Answer:
    """Keep the holidays of a country, and say on which of them the host works."""
    schedule_id, given, actor = await _own(call), call.body, call.token_holder.actor()
    kept = await calendars.holidays_kept(call.doors.store.reader, schedule_id)
    if given.country is not UNSET or given.subdivision is not UNSET:
        country = kept.country if given.country is UNSET and kept else given.country
        if country is UNSET:
            raise invalid("country", "This field is missing.")
        is_other = kept is None or kept.country != country
        unsaid = "" if is_other or kept is None else kept.subdivision
        kept = await calendars.keep_holidays(
            call.doors.store,
            schedule_id,
            country=str(country),
            subdivision=unsaid if given.subdivision is UNSET else given.subdivision or "",
            now=call.now,
            actor=actor,
        )
    if given.worked is not UNSET:
        kept = await calendars.work_on_holidays(call.doors.store, schedule_id, given.worked, now=call.now, actor=actor)
    return answer(_shown(kept))


@noun.does("DELETE", PATH, scope=WRITE, answers={204: None}, refuses=("not_found",))
async def drop_public_holidays(call: Call) -> Answer:
    """Let a schedule keep no public holidays."""
    await calendars.drop_holidays(call.doors.store, await _own(call), now=call.now, actor=call.token_holder.actor())
    return answer(None, 204)


async def _own(call: Call) -> int:
    found = await hosts.schedule_by_id(call.doors.store.reader, call.id())
    if found is None or found.host_id != call.token_holder.account.id:
        raise not_found("schedule")
    return found.id


def _shown(kept: PublicHolidays | None) -> HolidaysShown:
    if kept is None:
        return HolidaysShown(country=None, subdivision=None, worked=(), days=())
    return HolidaysShown(
        country=kept.country,
        subdivision=kept.subdivision or None,
        worked=kept.worked,
        days=tuple(HolidayShown(on=day.on, name=day.name, label=day.label, worked=day.worked) for day in kept.days),
    )
