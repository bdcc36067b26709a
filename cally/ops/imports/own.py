"""Our own configuration file, as `cally export configuration` writes it; others may have written into it since."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from cally.errors import CallyError
from cally.hosts.rules import checked_caps
from cally.model.addresses import email_address
from cally.model.imports import FORMAT, VERSION, Bundle, ForeignHost, ForeignSchedule, ForeignTeam, ForeignTimeOff
from cally.model.locales import locale_tag
from cally.model.texts import line, paragraph
from cally.model.zones import zone
from cally.ops.imports.sql_dump import fault

NAME_LENGTH = 100
ABOUT_LENGTH = 2_000
NOTE_LENGTH = 300
Thing = TypeVar("Thing", ForeignHost, ForeignSchedule, ForeignTeam, ForeignTimeOff)


def is_own(value: Any) -> bool:
    """Whether this is a configuration of ours."""
    return isinstance(value, dict) and value.get("format") == FORMAT


def read_own(value: dict[str, Any]) -> Bundle:
    """The bundle in it; raises `invalid` with the path at fault, also for what no form of ours would take.

    Bookings have no place in it, and come by no such file.
    """
    if value.get("version") != VERSION:
        raise fault(
            f"This configuration has the version {str(value.get('version'))[:20]}; this program reads {VERSION}."
        )
    try:
        found = msgspec.convert({**value, "source": "cally"}, type=Bundle)
    except msgspec.ValidationError as error:
        raise fault(f"The configuration is not as it should be: {error}") from error
    return msgspec.structs.replace(
        found,
        hosts=_each("hosts", found.hosts, _host),
        schedules=_each("schedules", found.schedules, _schedule),
        teams=_each("teams", found.teams, _team),
        time_off=_each("time_off", found.time_off, _time_off),
        bookings=(),
        notes=(),
    )


def _each(name: str, things: tuple[Thing, ...], fit: Callable[[Thing], Thing]) -> tuple[Thing, ...]:
    kept = []
    for number, thing in enumerate(things):
        try:
            kept.append(fit(thing))
        except CallyError as error:
            field = error.facts.get("field", "")
            sentence = f"The configuration is not as it should be: $.{name}[{number}].{field}: {error.sentence}"
            raise fault(sentence) from error
    return tuple(kept)


def _host(host: ForeignHost) -> ForeignHost:
    """Who it is, is said by their address alone: no other key leads to an account that is here."""
    email = email_address(host.email)
    if host.key != host.email:
        raise CallyError("invalid", "A host is named by their mail address.", field="key")
    if email != host.email:
        raise CallyError("invalid", f"This address is written {email}.", field="email")
    return msgspec.structs.replace(
        host,
        name=line(host.name, "name", longest=NAME_LENGTH),
        tz=zone(host.tz, "tz"),
        locale=locale_tag(host.locale),
        about=paragraph(host.about, "about", longest=ABOUT_LENGTH),
        caps=checked_caps(host.caps),
    )


def _schedule(schedule: ForeignSchedule) -> ForeignSchedule:
    return msgspec.structs.replace(schedule, name=line(schedule.name, "name", longest=NAME_LENGTH))


def _team(team: ForeignTeam) -> ForeignTeam:
    return msgspec.structs.replace(
        team,
        name=line(team.name, "name", longest=NAME_LENGTH),
        about=paragraph(team.about, "about", longest=ABOUT_LENGTH),
    )


def _time_off(entry: ForeignTimeOff) -> ForeignTimeOff:
    if entry.last_on < entry.first_on:
        raise CallyError("invalid", "It ends before it begins.", field="last_on")
    note = line(entry.note, "note", required=False, longest=NOTE_LENGTH)
    return msgspec.structs.replace(entry, note=note)
