"""What claims an owner's time, by name: for the one whose time it is; others learn when, never what (rule 39)."""

from typing import Literal

import msgspec

from cally.model.facts import Obstacle
from cally.model.rules import Interval
from cally.store import Reader, bookings, calendars, occupancy
from cally.store.occupancy import ClaimRow

ClaimedKind = Literal["booking", "hold", "busy", "block"]
MINUTE_SECONDS = 60


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that is taken. `uid`, `title`, `guest` of a booking and `calendar` of busy time only to their host.

    Buffers are the claim's own, in minutes; `expires_at` is when a hold runs out.
    """

    kind: ClaimedKind
    starts_at: int
    ends_at: int
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    expires_at: int | None = None
    uid: str = ""
    title: str = ""
    guest: str = ""
    calendar: str = ""

    def meets(self, stretch: Interval) -> bool:
        """Whether it touches a stretch."""
        return self.starts_at < stretch[1] and self.ends_at > stretch[0]


async def claimed(db: Reader, owner_id: int, within: Interval, *, told: int) -> list[Claimed]:
    """Everything that takes an owner's time within a stretch, in order; named if the owner is the one who is told."""
    is_own = owner_id == told
    found = [await _of_row(db, row, told) for row in await occupancy.list_between(db, owner_id, *within)]
    for starts_at, ends_at, name in await calendars.list_named_busy(db, owner_id, *within):
        calendar = name if is_own else ""
        found.append(Claimed(kind="busy", starts_at=starts_at, ends_at=ends_at, calendar=calendar))
    found = [one for one in found if one.starts_at < one.ends_at and one.meets(within)]
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at))


def standing_in_the_way(claims: list[Claimed], obstacles: tuple[Obstacle, ...]) -> tuple[Claimed, ...]:
    """The claims behind what the engine met, each once."""
    return tuple(claim for claim in claims if any(_is_behind(claim, obstacle) for obstacle in obstacles))


def _is_behind(claim: Claimed, obstacle: Obstacle) -> bool:
    """Whether a claim is this obstacle, or part of it: the engine knows busy time and blocks merged."""
    if claim.kind in {"busy", "block"}:
        is_part = obstacle.starts_at <= claim.starts_at and claim.ends_at <= obstacle.ends_at
        return obstacle.kind == "busy" and is_part
    same = (claim.starts_at, claim.ends_at) == (obstacle.starts_at, obstacle.ends_at)
    return claim.kind == obstacle.kind and same


async def _of_row(db: Reader, row: ClaimRow, told: int) -> Claimed:
    plain = Claimed(
        kind=row.kind,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        buffer_before_minutes=row.buffer_before // MINUTE_SECONDS,
        buffer_after_minutes=row.buffer_after // MINUTE_SECONDS,
        expires_at=row.expires_at,
    )
    booking = await bookings.by_uid(db, row.uid) if row.kind == "booking" else None
    if booking is None or told not in booking.hosts:
        return plain
    return msgspec.structs.replace(plain, uid=booking.uid, title=booking.terms.title, guest=booking.guest.name)
