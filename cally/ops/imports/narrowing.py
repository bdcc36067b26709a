"""A bundle narrowed to some of its hosts, by address or slug."""

import msgspec

from cally.errors import CallyError
from cally.model.imports import Bundle


def narrowed(bundle: Bundle, wanted: tuple[str, ...]) -> Bundle:
    """What belongs to these hosts; everything where none is named. Raises `invalid` for one who is not in it."""
    if not wanted:
        return bundle
    names = {name.strip().lower().removeprefix("/") for name in wanted}
    hosts = [one for one in bundle.hosts if names & {one.email, one.slug.lower(), one.key.lower()}]
    known = {name for one in hosts for name in (one.email, one.slug.lower(), one.key.lower())}
    missing = sorted(names - known)
    if missing:
        raise CallyError("invalid", f"There is no host “{missing[0][:100]}” in what was read.", field="hosts")
    keys = {one.key for one in hosts}
    teams = []
    for team in bundle.teams:
        members = tuple(one for one in team.members if one.host in keys)
        if members:
            teams.append(msgspec.structs.replace(team, members=members))
    return msgspec.structs.replace(
        bundle,
        hosts=tuple(hosts),
        schedules=tuple(one for one in bundle.schedules if one.host in keys),
        teams=tuple(teams),
        event_types=tuple(one for one in bundle.event_types if one.host in keys),
        time_off=tuple(one for one in bundle.time_off if one.host in keys),
        bookings=tuple(one for one in bundle.bookings if one.host in keys),
    )
