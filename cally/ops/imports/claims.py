"""What stands in the way of a booking from elsewhere: claims that are there, and those of the plan before it."""

from bisect import bisect_left, insort
from collections.abc import Iterable

from cally.bookings.claims import session as session_name
from cally.model.bookings import LIVE
from cally.model.imports import ForeignBooking, ForeignEventType
from cally.store import Reader, occupancy

EVER = 2**53
OVERLAP = "overlap"
Claim = tuple[int, int, int, int, str, int, int]  # start, end, buffer before and after, session, seats taken and in all


class Claims:
    """The claims on the time of hosts; ids of hosts who are here are numbers, keys of those to come are not needed."""

    def __init__(self, db: Reader) -> None:
        self._db = db
        self._known: dict[str, list[Claim]] = {}

    async def refusal(
        self, owners: Iterable[tuple[str, int | None]], wanted: Claim, *, session_of_rows: str | None
    ) -> tuple[str, str] | None:
        """Whose time cannot be had, and why; None when it is free. `owners`: key, and the row if there is one."""
        for key, row in owners:
            if key not in self._known:
                self._known[key] = await self._load(row)
            found = _refusal(self._known[key], wanted, session_of_rows)
            if found is not None:
                return key, found
        return None

    def take(self, owners: Iterable[tuple[str, int | None]], claim: Claim) -> None:
        """Count a claim from now on."""
        for key, _ in owners:
            insort(self._known[key], claim)

    async def _load(self, row: int | None) -> list[Claim]:
        if row is None:
            return []
        found = await occupancy.list_between(self._db, row, 0, EVER)
        return sorted(
            (
                one.starts_at,
                one.ends_at,
                one.buffer_before,
                one.buffer_after,
                f"#{one.session}" if one.session else "",
                one.seats_taken,
                EVER,
            )
            for one in found
        )


def claim_of(booking: ForeignBooking, event_type: ForeignEventType, *, buffers: bool) -> Claim:
    """The claim that a booking makes, with or without the buffers of its event type."""
    rules = event_type.rules
    shared = f"{event_type.key}@{booking.starts_at}" if rules.seats > 1 else ""
    before, after = (rules.buffer_before_minutes, rules.buffer_after_minutes) if buffers else (0, 0)
    taken = 1 + len(booking.companions) if rules.seats > 1 else 1
    return (booking.starts_at, booking.ends_at, before * 60, after * 60, shared, taken, rules.seats)


def is_live(booking: ForeignBooking) -> bool:
    """Whether it claims time."""
    return booking.status in LIVE


def row_session(event_type_id: int | None, booking: ForeignBooking, seats: int) -> str | None:
    """What the database calls the session, where the event type is here already."""
    name = session_name(event_type_id, booking.starts_at, seats) if event_type_id is not None else None
    return f"#{name}" if name else None


def _refusal(claims: list[Claim], wanted: Claim, session_of_rows: str | None) -> str | None:
    """As the database's guard judges: the nearest on either side that is not of the same session (rule 29)."""
    start, end, before, after, shared, taken, seats = wanted
    at = bisect_left(claims, (start,))
    own = 0
    for side in (map(claims.__getitem__, range(at - 1, -1, -1)), map(claims.__getitem__, range(at, len(claims)))):
        for other in side:
            if other[4] and other[4] in {shared, session_of_rows}:
                if other[:2] != (start, end):
                    return "A session of it lasts differently then."
                own += other[5]
            elif start < other[1] + max(other[3], before) and other[0] < end + max(after, other[2]):
                return OVERLAP
            else:
                break
    return f"All {seats} seats are taken then." if shared and own + taken > seats else None
