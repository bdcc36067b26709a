"""The configuration as JSON: hosts, schedules, teams, event types and time off; `cally import` reads it back."""

from datetime import UTC, datetime

import msgspec

from cally.model.hosts import EventType, Host, Schedule
from cally.model.imports import (
    Bundle,
    ForeignEventType,
    ForeignHolidays,
    ForeignHost,
    ForeignMember,
    ForeignSchedule,
    ForeignShare,
    ForeignTeam,
    ForeignTimeOff,
)
from cally.store import Reader, event_types, hosts, schedules, teams, time_off


async def configuration(db: Reader) -> Bundle:
    """What hosts and teams have set up, without secrets, bookings and guests. Things are named by host and row."""
    known = {host.id: host for host in await hosts.list_all(db)}
    made: list[ForeignSchedule] = []
    types: list[ForeignEventType] = []
    away: list[ForeignTimeOff] = []
    for host in known.values():
        own = await schedules.list_of(db, host.id)
        made.extend(_schedule(host, one, usual=number == 0) for number, one in enumerate(own))
        types += [await _event_type(db, known, one) for one in await event_types.list_of(db, host.id)]
        away.extend(
            ForeignTimeOff(
                key=f"{host.email}/{one.id}",
                host=host.email,
                first_on=one.first_on,
                last_on=one.last_on,
                note=one.note,
                delegate=known[one.delegate_id].email if one.delegate_id in known else "",
            )
            for one in await time_off.list_of(db, host.id)
        )
    found: list[ForeignTeam] = []
    for team in await teams.list_all(db):
        members = await teams.members(db, team.id)
        found.append(
            ForeignTeam(
                key=str(team.id),
                name=team.name,
                slug=team.slug,
                about=team.about,
                members=tuple(
                    ForeignMember(host=known[one.host_id].email, manages=one.manages)
                    for one in members
                    if one.host_id in known
                ),
            )
        )
        types += [await _event_type(db, known, one) for one in await event_types.list_of(db, team.id)]
    return Bundle(
        source="cally",
        hosts=tuple(map(_host, known.values())),
        schedules=tuple(made),
        teams=tuple(found),
        event_types=tuple(types),
        time_off=tuple(away),
    )


def as_json(bundle: Bundle) -> bytes:
    """The file: its format and version first, indented for people."""
    head = {"format": bundle.format, "version": bundle.version}
    whole = {**head, **msgspec.to_builtins(bundle)}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def file_name(now: int) -> str:
    """`cally-configuration-2026-11-29.json`."""
    return f"cally-configuration-{datetime.fromtimestamp(now, UTC):%Y-%m-%d}.json"


def _host(host: Host) -> ForeignHost:
    return ForeignHost(
        key=host.email,
        email=host.email,
        name=host.name,
        slug=host.slug,
        tz=host.tz,
        locale=host.locale,
        week_starts_on=host.week_starts_on,
        about=host.about,
        caps=host.caps,
        dynamic_links=host.dynamic_links,
    )


def _schedule(host: Host, schedule: Schedule, *, usual: bool) -> ForeignSchedule:
    holidays = schedule.public_holidays
    return ForeignSchedule(
        key=f"{host.email}/{schedule.id}",
        host=host.email,
        name=schedule.name,
        rules=schedule.rules,
        follows_host=schedule.follows_host,
        usual=usual,
        holidays=None
        if holidays is None
        else ForeignHolidays(country=holidays.country, subdivision=holidays.subdivision, worked=holidays.worked),
    )


async def _event_type(db: Reader, known: dict[int, Host], event_type: EventType) -> ForeignEventType:
    host = known[event_type.host_id].email
    shares = await teams.assignable(db, event_type.id) if event_type.team_id is not None else []
    return ForeignEventType(
        key=f"{host}/{event_type.id}",
        host=host,
        team=str(event_type.team_id) if event_type.team_id is not None else "",
        schedule=f"{host}/{event_type.schedule_id}",
        slug=event_type.slug,
        title=event_type.title,
        description=event_type.description,
        rules=event_type.rules,
        durations=event_type.durations_minutes,
        places=event_type.places,
        questions=event_type.questions,
        approval=event_type.approval,
        listed=event_type.listed,
        options=event_type.options,
        shares=tuple(
            ForeignShare(
                host=known[one.host_id].email,
                schedule=f"{known[one.host_id].email}/{one.schedule_id}",
                required=one.required,
                group=one.group,
                weight=one.weight,
            )
            for one in shares
            if one.host_id in known
        ),
    )
