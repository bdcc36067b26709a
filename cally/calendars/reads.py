"""Reading calendars when they are due: what was found, what went wrong, and when to look again (rules 37, 38)."""

import asyncio
import random
import re
from collections.abc import Iterable
from itertools import pairwise
from urllib.parse import unquote

import msgspec

from cally.calendars.child import read_apart
from cally.calendars.fetching import Fetched, FetchError, fetch
from cally.calendars.reading import Found, Orders
from cally.calendars.unreadable import UnreadableError
from cally.errors import CallyError, not_found
from cally.model.calendars import BusyTime, Calendar
from cally.model.hosts import Host
from cally.store import Reader, Store, Writer, calendars, hosts
from cally.vault import Vault

DAY_SECONDS = 86_400
BEHIND_DAYS = 2
AHEAD_DAYS = 400
CADENCE_SECONDS = 15 * 60
FIRST_RETRY_SECONDS = 5 * 60
LAST_RETRY_SECONDS = 60 * 60
JITTER = 0.1
AT_ONCE = 4
MOST_AT_A_TIME = 200
BREATH = 100
OWN_UID = re.compile(r"[a-z2-7]{26}")
MAIL_ADDRESS = re.compile(r"[^/@\s]+@[^/@\s]+\.[^/@\s]+")


async def read_due(store: Store, vault: Vault, *, now: int, allowed: tuple[str, ...] = ()) -> int:
    """Read every calendar that is due, a few at once; one that fails keeps none of the others waiting for long.

    What is wrong with a calendar is noted with it. The number that were read or tried.
    """
    due = await calendars.list_due(store.reader, now, limit=MOST_AT_A_TIME)
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(id: int) -> None:
        async with turns:
            await _read(store, vault, id, now, allowed)

    outcomes = await asyncio.gather(*map(in_turn, due), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return len(due)


async def read_now(
    store: Store, vault: Vault, calendar_id: int, now: int, *, allowed: tuple[str, ...] = ()
) -> Calendar:
    """Read one calendar at once; the calendar as it is afterwards, `last_error` saying what went wrong, if anything.

    Raises `not_found` for a calendar that does not exist (or no longer, when it was removed meanwhile).
    """
    await _read(store, vault, calendar_id, now, allowed)
    calendar = await calendars.by_id(store.reader, calendar_id)
    if calendar is None:
        raise not_found("calendar")
    return calendar


async def _read(store: Store, vault: Vault, id: int, now: int, allowed: tuple[str, ...]) -> None:
    calendar = await calendars.by_id(store.reader, id)
    if calendar is None:
        return
    try:
        fetched, found = await _look(store.reader, vault, calendar, now, allowed)
    except UnreadableError as error:
        async with store.write() as tx:
            await calendars.update_read(tx, _failed(calendar, error, now))
        return
    busy = None if found is None else await _foreign(store.reader, calendar, found)
    async with store.write() as tx:
        if await calendars.update_read(tx, _succeeded(calendar, fetched, found, now)) and busy is not None:
            await _replace(tx, calendar, busy)


async def _look(
    db: Reader, vault: Vault, calendar: Calendar, now: int, allowed: tuple[str, ...]
) -> tuple[Fetched, Found | None]:
    """Ask the address and read what it gives; None when nothing has changed. Raises `UnreadableError`.

    Once a day the file is asked for whether it has changed or not: the horizon has moved on.
    """
    address = await _address(db, vault, calendar)
    fresh = calendar.expanded_at is not None and calendar.expanded_at // DAY_SECONDS == now // DAY_SECONDS
    fetched = await fetch(
        address,
        etag=calendar.etag if fresh else "",
        last_modified=calendar.last_modified if fresh else "",
        allowed=allowed,
    )
    if fetched.data is None:
        return fetched, None
    host = await hosts.by_id(db, calendar.host_id)
    if host is None:
        raise UnreadableError("The calendar's host does not exist.")
    return fetched, await read_apart(fetched.data, _orders(calendar, host, address, now))


async def _address(db: Reader, vault: Vault, calendar: Calendar) -> str:
    sealed = await calendars.sealed_address(db, calendar.id)
    try:
        return vault.open(sealed or b"", table="calendar", row=calendar.id, column="address_sealed")
    except CallyError as error:
        sentence = "The address was kept with another key and cannot be read; remove the calendar and add it again."
        raise UnreadableError(sentence) from error


def _orders(calendar: Calendar, host: Host, address: str, now: int) -> Orders:
    today = now - now % DAY_SECONDS
    return Orders(
        window=(today - BEHIND_DAYS * DAY_SECONDS, today + (AHEAD_DAYS + 1) * DAY_SECONDS),
        tz=calendar.tz or host.tz,
        own=(host.email.lower(), *MAIL_ADDRESS.findall(unquote(address).partition("://")[2].lower())),
        tentative_blocks=calendar.tentative_blocks,
    )


async def _foreign(db: Reader, calendar: Calendar, found: Found) -> set[BusyTime]:
    """Without the echo of the host's own bookings: what they take, Cally knows itself and better (rule 37)."""
    busy, candidates = await asyncio.to_thread(_weeks, found.busy)
    own: set[str] = set()
    for number, name in enumerate(candidates):
        if number % BREATH == 0:
            await asyncio.sleep(0)
        if await calendars.is_booking_of(db, name, calendar.host_id):
            own.add(name)
    foreign = await calendars.list_uids_from_elsewhere(db, calendar.host_id)
    if not own and not foreign:
        return busy
    return {item for item in busy if _local_part(item.uid) not in own and item.uid not in foreign}


def _weeks(found: Iterable[tuple[int, int, str]]) -> tuple[set[BusyTime], list[str]]:
    """The same time, cut where weeks end: rows stay short, and the same from one read to the next.

    And the names that may be those of bookings here.
    """
    week = calendars.LONGEST_BUSY_SECONDS
    busy: set[BusyTime] = set()
    for start, end, uid in found:
        cuts = [start, *range(start - start % week + week, end, week), end]
        busy.update(BusyTime(first, last, uid) for first, last in pairwise(cuts))
    names = {_local_part(uid) for _, _, uid in busy}
    return busy, sorted(name for name in names if OWN_UID.fullmatch(name))


def _local_part(uid: str) -> str:
    return uid.partition("@")[0]


async def _replace(tx: Writer, calendar: Calendar, busy: set[BusyTime]) -> None:
    """Write only the difference, so that an unchanged calendar leaves all that was computed valid.

    Thousands of rows are written with breaths between them, in which the loop serves others.
    """
    known = await calendars.list_busy_of(tx, calendar.id)
    gone, new = await asyncio.to_thread(_difference, known, busy)
    for first in range(0, max(len(gone), len(new)), BREATH):
        await calendars.delete_busy(tx, calendar.id, gone[first : first + BREATH])
        await calendars.insert_busy(tx, calendar, new[first : first + BREATH])
        await asyncio.sleep(0)


def _difference(known: list[BusyTime], busy: set[BusyTime]) -> tuple[list[BusyTime], list[BusyTime]]:
    before = set(known)
    return sorted(before - busy), sorted(busy - before)


def _succeeded(calendar: Calendar, fetched: Fetched, found: Found | None, now: int) -> Calendar:
    read = msgspec.structs.replace(
        calendar,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        last_read_at=now,
        next_read_at=now + _jittered(CADENCE_SECONDS),
        failing_since=None,
        last_error="",
    )
    if found is None:
        return read
    return msgspec.structs.replace(read, expanded_at=now, warnings=found.warnings, events=found.events)


def _failed(calendar: Calendar, error: UnreadableError, now: int) -> Calendar:
    """The next try comes as long after as the trouble has lasted: first soon, then ever more patiently."""
    since = now if calendar.failing_since is None else calendar.failing_since
    patience = min(max(now - since, FIRST_RETRY_SECONDS), LAST_RETRY_SECONDS)
    pause = error.pause_seconds if isinstance(error, FetchError) else 0
    return msgspec.structs.replace(
        calendar,
        next_read_at=now + max(_jittered(patience), pause),
        failing_since=since,
        last_error=error.sentence,
    )


def _jittered(seconds: int) -> int:
    """About as long, so that calendars do not all come due at once."""
    return round(seconds * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
