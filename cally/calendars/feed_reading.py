"""What a feed shows, gathered from the database, with the version that says whether it has changed."""

import asyncio
import hashlib
from collections.abc import Iterable

import msgspec

from cally.model.bookings import Booking
from cally.model.feeds import Feed
from cally.model.groups import GroupSession
from cally.model.hosts import Host
from cally.model.series import BookingSeries, Occurrence
from cally.store import Reader, bookings, event_types, feeds, groups, hosts, series

DAY_SECONDS = 86_400
AT_ONCE = 250
MOST_BOOKINGS = 10_000
FORMAT = 1
"""Rises when the same bookings are written differently, so that nobody keeps the old file."""


class SeriesRead(msgspec.Struct, frozen=True, kw_only=True):
    """A series, all of its dates, and those bookings of it that the feed shows."""

    series: BookingSeries
    occurrences: tuple[Occurrence, ...]
    bookings: tuple[Booking, ...]


class SessionRead(msgspec.Struct, frozen=True, kw_only=True):
    """A session, how many seats it has, and the bookings ever made for it."""

    session: GroupSession
    capacity: int
    bookings: tuple[Booking, ...]


class FeedRead(msgspec.Struct, frozen=True, kw_only=True):
    """All that a feed is made of; `hosts` by their ids."""

    feed: Feed
    host: Host
    hosts: dict[int, Host]
    single: tuple[Booking, ...]
    series: tuple[SeriesRead, ...]
    sessions: tuple[SessionRead, ...]
    last_modified: int

    @property
    def size(self) -> int:
        """How many bookings there are to write."""
        in_series = sum(len(one.bookings) for one in self.series)
        return len(self.single) + in_series + sum(len(one.bookings) for one in self.sessions)

    @property
    def version(self) -> str:
        """Equal for what is written equally (24 hexadecimal digits)."""
        return hashlib.blake2b(msgspec.json.encode([FORMAT, self]), digest_size=12).hexdigest()


async def read_feed(db: Reader, feed: Feed, *, now: int) -> FeedRead | None:
    """What the feed shows on this day; None when its host is gone."""
    host = await hosts.by_id(db, feed.host_id)
    if host is None:
        return None
    today = now - now % DAY_SECONDS
    window = today - feed.past_days * DAY_SECONDS, today + (feed.future_days + 1) * DAY_SECONDS
    found = [booking for booking in await _bookings(db, feed, window) if _is_wanted(feed, booking)]
    own = [one for one in found if one.series_id is None and not one.is_seat]
    changes = (booking.updated_at for booking in found)
    return FeedRead(
        feed=feed,
        host=host,
        hosts=await _hosts(db, host, found),
        single=tuple(one for one in own if feed.shows_cancelled or one.status in {"pending", "confirmed"}),
        series=await _series(db, feed, found),
        sessions=await _sessions(db, found),
        last_modified=max((feed.updated_at, today, *changes)),
    )


async def _bookings(db: Reader, feed: Feed, window: tuple[int, int]) -> list[Booking]:
    """Earliest first, with breaths between, in which the loop serves others."""
    from_at, to_at = window
    if feed.team_id is not None:
        return await feeds.bookings_of_team(db, feed.team_id, from_at=from_at, to_at=to_at, limit=MOST_BOOKINGS)
    found: list[Booking] = []
    after = (0, 0)
    while len(found) < MOST_BOOKINGS:
        more = await bookings.list_by_start(
            db, host_id=feed.host_id, from_at=from_at, to_at=to_at, status=None, q=None, after=after, limit=AT_ONCE
        )
        found += more
        if len(more) < AT_ONCE:
            break
        after = more[-1].starts_at, more[-1].id
        await asyncio.sleep(0)
    return found


def _is_wanted(feed: Feed, booking: Booking) -> bool:
    return not feed.event_types or booking.event_type_id in feed.event_types


async def _hosts(db: Reader, host: Host, found: Iterable[Booking]) -> dict[int, Host]:
    known = {host.id: host}
    for host_id in {host_id for booking in found for host_id in booking.hosts} - known.keys():
        other = await hosts.by_id(db, host_id)
        if other is not None:
            known[host_id] = other
    return dict(sorted(known.items()))


async def _series(db: Reader, feed: Feed, found: list[Booking]) -> tuple[SeriesRead, ...]:
    """Each series of which something is shown, with all of its dates: a rule has no window."""
    read = []
    alone = (one for one in found if not one.is_seat)  # seats stand in their sessions, as their host is told of them
    for series_id in dict.fromkeys(booking.series_id for booking in alone if booking.series_id is not None):
        stored = await series.by_id(db, series_id)
        if stored is None:
            continue
        every = await series.bookings_of(db, series_id)
        own = tuple(one for one in every if feed.team_id is not None or feed.host_id in one.hosts)
        read.append(SeriesRead(series=stored, occurrences=await series.occurrences(db, series_id), bookings=own))
    return tuple(read)


async def _sessions(db: Reader, found: list[Booking]) -> tuple[SessionRead, ...]:
    read = []
    seats = (one for one in found if one.is_seat)
    for slot in dict.fromkeys((one.host_id, one.event_type_id, one.starts_at) for one in seats):
        host_id, event_type_id, starts_at = slot
        session = await groups.by_slot(db, host_id=host_id, event_type_id=event_type_id, starts_at=starts_at)
        event_type = await event_types.by_id(db, event_type_id)
        if session is None:
            continue
        every = await bookings.list_of_slot(db, host_id=host_id, event_type_id=event_type_id, starts_at=starts_at)
        capacity = event_type.rules.seats if event_type is not None else every[0].terms.seats
        read.append(SessionRead(session=session, capacity=capacity, bookings=tuple(every)))
    return tuple(read)
