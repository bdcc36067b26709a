"""When a country changes its clocks: which rules are in use, and the bookings whose clock time and instant part."""

from typing import Literal

import msgspec

Outcome = Literal["wall_time", "instant", "over"]
Offsets = tuple[tuple[int, int], ...]


class LawInUse(msgspec.Struct, frozen=True, kw_only=True):
    """The release of the zone rules that was last looked at, the one before, and when it came into use here.

    `is_examined` once every booking ahead was held against it; `seen_id` is the last booking whose zones are known.
    """

    version: str
    before: str = ""
    changed_at: int | None = None
    is_examined: bool = False
    seen_id: int = 0


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A booking that new rules concern; `told` maps zones to the clock time (ISO) that their readers were told.

    `outcome` is what was kept; `over` when it was moved, cancelled or begun before anybody decided.
    """

    booking_id: int
    from_version: str
    to_version: str
    told: dict[str, str]
    found_at: int
    outcome: Outcome | None = None
    decided_at: int | None = None


class CaseCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many bookings a release concerned, and what became of them."""

    open: int = 0
    wall_time: int = 0
    instant: int = 0
    over: int = 0

    @property
    def affected(self) -> int:
        """All of them."""
        return self.open + self.wall_time + self.instant + self.over
