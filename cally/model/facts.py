"""What stands behind a refusal: the facts that the engine finds out beyond its code, as plain values (M2)."""

from datetime import date
from typing import Literal

import msgspec

from cally.model.rules import Cap, Interval, Window

DayRuleKind = Literal["time_off", "override", "holiday", "weekly", "pattern", "none", "open"]


class DayRule(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the hours of one date, read on the clock of `tz`; `none`: its weekday has no hours.

    `open` stands for ready intervals, which no date decides. Time off runs from `first_on` to `last_on`.
    """

    kind: DayRuleKind
    on: date
    tz: str
    hours: tuple[Window, ...] = ()
    first_on: date | None = None
    last_on: date | None = None
    is_travel: bool = False


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """A claim or busy time that a start meets, or comes closer to than `gap_minutes`."""

    kind: Literal["booking", "hold", "busy"]
    starts_at: int
    ends_at: int
    gap_minutes: int = 0
    expires_at: int | None = None


class CapUse(msgspec.Struct, frozen=True, kw_only=True):
    """A cap that is reached: how much of it is taken from `from_on` to `to_on`, both included.

    `used` counts bookings or minutes, as the cap does; `scope` says whether the event type's bookings count or all.
    """

    cap: Cap
    scope: Literal["event_type", "host"]
    used: int
    from_on: date
    to_on: date


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one refusal; which of them are there depends on its code.

    too_soon: `bookable_until`, or `first_on`. too_far: `last_on`, and `bookable_from` where a day will do. closed:
    `day_rule`, and `opening` when the start itself is open. off_grid: `opening`, `before`, `after`. busy, booked,
    buffer, held: `obstacles`, and `seats_taken` of the session that is full. cap_reached: `cap_use`.
    """

    bookable_until: int | None = None
    bookable_from: date | None = None
    first_on: date | None = None
    last_on: date | None = None
    day_rule: DayRule | None = None
    opening: Interval | None = None
    before: int | None = None
    after: int | None = None
    obstacles: tuple[Obstacle, ...] = ()
    seats_taken: int | None = None
    cap_use: CapUse | None = None
