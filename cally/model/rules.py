"""The engine's question as plain values: rules, claims, and the refusal that explains a "no" (CAPSULE.md).

Instants are epoch seconds (UTC), minutes of a clock count from local midnight, intervals are half-open `[start, end)`.
"""

from datetime import date
from typing import Literal

import msgspec

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1_440
Interval = tuple[int, int]

RefusalCode = Literal[
    "past",
    "too_soon",
    "too_far",
    "closed",
    "off_grid",
    "busy",
    "booked",
    "buffer",
    "held",
    "cap_reached",
    "outside_window",
]


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of one local day, in minutes after its midnight; an end beyond 1,440 lies on the next day (rule 19)."""

    from_minute: int
    to_minute: int


class WeeklyHours(msgspec.Struct, frozen=True, kw_only=True):
    """The same hours on some days of every week."""

    days: tuple[Day, ...]
    hours: Window


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """Hours on the days of an RFC 5545 recurrence rule, counted from a start date (rule 25)."""

    rrule: str
    anchored_on: date
    hours: Window


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """The hours of one date, instead of whatever the week says; none closes it (rule 24)."""

    on: date
    hours: tuple[Window, ...]


class Travel(msgspec.Struct, frozen=True, kw_only=True):
    """Dates, both included, on which the schedule's clocks stand in another zone (rule 14)."""

    from_on: date
    to_on: date
    tz: str


class ScheduleRules(msgspec.Struct, frozen=True, kw_only=True):
    """A host's saved hours in one zone. `time_off` runs from first to last date, both included."""

    tz: str
    weekly: tuple[WeeklyHours, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    overrides: tuple[Override, ...] = ()
    holidays: tuple[date, ...] = ()
    time_off: tuple[tuple[date, date], ...] = ()
    travel: tuple[Travel, ...] = ()


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """The most bookings or booked minutes per local period; exactly one of the two is set."""

    per: Literal["day", "week", "month", "year"]
    bookings: int | None = None
    minutes: int | None = None


class Horizon(msgspec.Struct, frozen=True, kw_only=True):
    """The furthest ahead: `rolling` and `open_days` count `days`, `range` has dates, both included (rule 42)."""

    kind: Literal["rolling", "open_days", "range"]
    days: int | None = None
    from_on: date | None = None
    to_on: date | None = None


class EventTypeRules(msgspec.Struct, frozen=True, kw_only=True):
    """What an event type asks of time. `step_minutes` None means the duration.

    Buffers keep their distance from outside events too, unless `buffers_around_busy` says otherwise (rule 30).
    """

    duration_minutes: int
    step_minutes: int | None = None
    offset_minutes: int = 0
    grid: Literal["opening", "optimised"] = "opening"
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    buffers_around_busy: bool = True
    notice_minutes: int = 0
    notice_days: int = 0
    horizon: Horizon | None = None
    caps: tuple[Cap, ...] = ()
    assignment: Literal["single", "collective", "round_robin"] = "single"
    seats: int = 1


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as the engine sees it; only `pending` and `confirmed` ones block and count (rule 43)."""

    starts_at: int
    ends_at: int
    status: Literal["pending", "confirmed", "declined", "cancelled"] = "confirmed"
    same_event_type: bool = False
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    seats_taken: int = 1


class HoldClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A hold as the engine sees it; it counts while `expires_at` lies after now.

    Unless it says otherwise it is for the event type that is asked about, so that its caps count it (rule 43).
    """

    starts_at: int
    ends_at: int
    expires_at: int
    same_event_type: bool = True
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    seats_taken: int = 1


class HostRules(msgspec.Struct, frozen=True, kw_only=True):
    """One host in a question. `open`, ready intervals, stands instead of a schedule. `caps` count all event types."""

    id: str
    week_starts_on: Day = "mon"
    schedule: ScheduleRules | None = None
    open: tuple[Interval, ...] = ()
    busy: tuple[Interval, ...] = ()
    bookings: tuple[Claim, ...] = ()
    holds: tuple[HoldClaim, ...] = ()
    caps: tuple[Cap, ...] = ()
    required: bool = False
    group: str = ""


class ResourceRules(msgspec.Struct, frozen=True, kw_only=True):
    """One resource in a question: of each `group` one has to be free. Without a schedule it is always open."""

    id: str
    group: str = ""
    schedule: ScheduleRules | None = None
    busy: tuple[Interval, ...] = ()
    bookings: tuple[Claim, ...] = ()
    holds: tuple[HoldClaim, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """All that the engine looks at. A slot must start and end within `window`. `ask` names starts to be explained."""

    now: int
    window: Interval
    event_type: EventTypeRules
    hosts: tuple[HostRules, ...]
    guest_tz: str = "UTC"
    ask: tuple[int, ...] = ()
    want: tuple[Literal["openings"], ...] = ()
    resources: tuple[ResourceRules, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a start cannot be had, with the facts that explain it; `until` is an instant, `rule` names the rule."""

    code: RefusalCode
    host: str | None = None
    until: int | None = None
    cap: Cap | None = None
    rule: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: slot starts, sorted and unique; a refusal (or None) per asked start; openings per host id."""

    slots: tuple[int, ...]
    refusals: dict[int, Refusal | None] = {}
    openings: dict[str, tuple[Interval, ...]] | None = None
