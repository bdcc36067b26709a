"""Calendars read from outside: what Cally knows of one, and the busy time it was last seen to hold."""

from typing import NamedTuple

import msgspec


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar that a host has Cally read. Its address is a secret and kept sealed; `shown_address` only hints at it.

    `tz` is the zone of whole days and of times without one where the calendar does not name its own; None: the host's.
    `last_read_at` is the last time it was known to be up to date, `expanded_at` when its recurrences were last counted
    out. `warnings` name what could not be understood and therefore blocks more than it may (rule 35).
    """

    id: int
    host_id: int
    name: str
    shown_address: str
    tz: str | None
    tentative_blocks: bool
    etag: str = ""
    last_modified: str = ""
    created_at: int
    last_read_at: int | None = None
    expanded_at: int | None = None
    next_read_at: int
    failing_since: int | None = None
    last_error: str = ""
    warnings: tuple[str, ...] = ()
    events: int = 0


class BusyTime(NamedTuple):
    """A stretch `[starts_at, ends_at)` that an event of an outside calendar takes, with the event's UID."""

    starts_at: int
    ends_at: int
    uid: str
