"""Bookings as the desk lists them: the seats of one session stand together, as one entry with its guests (rule 58)."""

from collections.abc import Iterable

import msgspec

from cally.bookings import active_of_slot, session_of
from cally.model.bookings import LIVE, Booking
from cally.model.groups import Gathering
from cally.web.pages.host.desk import Desk
from cally.web.pages.host.shown import GroupShown, Shown, shown
from cally.web.pages.host.wording import counted

NAMES = 3


async def gathered(desk: Desk, bookings: Iterable[Booking], *, behind: int | None = None) -> list[Shown]:
    """The bookings in words, in their order, a session where its first seat stands.

    `behind` is the start that a page before ended with: a session then was shown there.
    """
    seen: set[tuple[int, int, int]] = set()
    found: list[Shown] = []
    for booking in bookings:
        if not booking.is_seat or booking.status not in LIVE:
            found.append(shown(booking, desk.words))
            continue
        session = (booking.host_id, booking.event_type_id, booking.starts_at)
        if session in seen or booking.starts_at == behind:
            continue
        seen.add(session)
        gathering = await session_of(desk.db, booking)
        item = shown(booking, desk.words)
        found.append(item if gathering is None else msgspec.structs.replace(item, group=await group(desk, gathering)))
    return found


async def group(desk: Desk, gathering: Gathering) -> GroupShown:
    """A session in a few words."""
    session = gathering.session
    waiting = await active_of_slot(desk.db, event_type_id=session.event_type_id, starts_at=session.starts_at)
    names = [booking.guest.name for booking in gathering.live]
    more = len(names) - NAMES
    return GroupShown(
        uid=session.uid,
        title=gathering.title,
        taken=gathering.taken,
        capacity=gathering.capacity,
        guests=", ".join(names[:NAMES]) + (f" and {counted(more, 'more guest')}" if more > 0 else ""),
        requests=sum(booking.status == "pending" for booking in gathering.live),
        waiting=len(waiting),
    )
