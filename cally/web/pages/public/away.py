"""What guests are told of a host who is away: the days, a note, and who can be booked meanwhile."""

from datetime import timedelta

import msgspec

from cally.model.hosts import Host
from cally.store import Reader, hosts, time_off
from cally.web.dates import Words, local
from cally.web.pages.public.clocks import first_name

SHOWN_DAYS = 60


class Away(msgspec.Struct, frozen=True, kw_only=True):
    """Days away in words; `delegate` and `path` are empty when nobody stands in whose page guests can see."""

    name: str
    when: str
    note: str
    delegate: str
    path: str


async def away_shown(db: Reader, host: Host, words: Words, now: int) -> list[Away]:
    """The days away that lie in the coming 60 days, earliest first."""
    today = local(now, host.tz).date()
    coming = await time_off.list_of(db, host.id, from_on=today, to_on=today + timedelta(days=SHOWN_DAYS))
    found = []
    for entry in coming:
        other = await hosts.by_id(db, entry.delegate_id) if entry.delegate_id is not None else None
        delegate = await hosts.by_slug(db, other.slug) if other else None  # as guests see them
        year = not entry.first_on.year == entry.last_on.year == today.year
        found.append(
            Away(
                name=first_name(host.name),
                when=words.stretch(entry.first_on, entry.last_on, year=year),
                note=entry.note,
                delegate=first_name(delegate.name) if delegate else "",
                path=f"/{delegate.slug}" if delegate else "",
            )
        )
    return found
