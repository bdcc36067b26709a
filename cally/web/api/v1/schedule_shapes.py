"""The shapes of a schedule, those of the capsule: what programs send and are shown."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally.web.api.v1.pages import Page

Clock = Annotated[str, msgspec.Meta(pattern="^[0-9]{2}:[0-9]{2}$", description="`HH:MM`; `24:00` may end a day.")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hours = tuple[Clock, Clock]
Dates = tuple[date, date]


class WeeklyGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same hours on some days of every week; an end at or before its start means the next day."""

    days: tuple[Weekday, ...]
    from_: Clock = msgspec.field(name="from")
    to: Clock


class PatternGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours on the days of an RFC 5545 recurrence rule."""

    rrule: str
    anchored_on: date
    from_: Clock = msgspec.field(name="from")
    to: Clock


class OverrideGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hours of one date, instead of whatever the week says; none closes it."""

    on: date
    hours: tuple[Hours, ...]


class TimeOffGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days away, first and last included."""

    from_: date = msgspec.field(name="from")
    to: date


class TravelGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dates, both included, on which the clocks stand in another zone."""

    from_: date = msgspec.field(name="from")
    to: date
    tz: str


class ScheduleChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; a list that is given takes the place of the one that was.

    `follows_host`: its zone is the host's, wherever they move; a `tz` does not count then.
    """

    name: str | UnsetType = UNSET
    tz: str | UnsetType = UNSET
    weekly: tuple[WeeklyGiven, ...] | UnsetType = UNSET
    patterns: tuple[PatternGiven, ...] | UnsetType = UNSET
    overrides: tuple[OverrideGiven, ...] | UnsetType = UNSET
    holidays: tuple[date, ...] | UnsetType = UNSET
    time_off: tuple[Dates, ...] | UnsetType = UNSET
    travel: tuple[TravelGiven, ...] | UnsetType = UNSET
    follows_host: bool | UnsetType = UNSET


class ScheduleWanted(ScheduleChanges, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new schedule."""

    name: str
    tz: str
    weekly: tuple[WeeklyGiven, ...]


class ScheduleShown(msgspec.Struct, frozen=True, kw_only=True):
    """A host's saved hours."""

    id: str
    name: str
    tz: str
    weekly: tuple[WeeklyGiven, ...] = ()
    patterns: tuple[PatternGiven, ...] = ()
    overrides: tuple[OverrideGiven, ...] = ()
    holidays: tuple[date, ...] = ()
    time_off: tuple[Dates, ...] = ()
    travel: tuple[TravelGiven, ...] = ()
    follows_host: bool = False


class SchedulesShown(Page, frozen=True, kw_only=True):
    """A host's schedules, oldest first."""

    schedules: tuple[ScheduleShown, ...]


class OverridesShown(Page, frozen=True, kw_only=True):
    """The dates of a schedule that have hours of their own."""

    overrides: tuple[OverrideGiven, ...]


class TimeOffShown(Page, frozen=True, kw_only=True):
    """The days away of a schedule."""

    time_off: tuple[TimeOffGiven, ...]
