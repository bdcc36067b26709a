"""Instants, dates and lengths at the desk: in the host's zone, in the words of whoever reads the page, always short."""

from datetime import date
from functools import lru_cache

import msgspec

from cally.model.rules import DAY_MINUTES, DAYS, Interval, Window
from cally.web import dates

HOUR_MINUTES = 60
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
NAMES = dict(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How times are said to one reader: in this zone, after their habits, seen from now."""

    tz: str
    said: dates.Words
    now: int

    def on(self, instant: int) -> date:
        """The reader's date at an instant."""
        return dates.local(instant, self.tz).date()

    def clock(self, instant: int) -> str:
        """`11:30`."""
        return self.said.time(instant, self.tz)

    def span(self, starts_at: int, ends_at: int) -> str:
        """`11:30–12:00`; the end's date is said when it is another one."""
        end, last = self.clock(ends_at), self.on(ends_at)
        return f"{self.clock(starts_at)}–{end if self.on(starts_at) == last else f'{self.day(last)}, {end}'}"

    def day(self, on: date) -> str:
        """`Tue 24 Nov`, with the year when it is another one."""
        if on.year == self.on(self.now).year:
            return self.said.short_day(on)
        return self.said.skeleton("yMMMEd", on)

    def long_day(self, on: date) -> str:
        """`Tuesday 24 November`."""
        return self.said.day(on)

    def relative_day(self, on: date) -> str:
        """`Today, Tuesday 24 November`, `Tomorrow, …`, or the long date."""
        ahead = {0: "Today, ", 1: "Tomorrow, "}.get((on - self.on(self.now)).days, "")
        return ahead + self.long_day(on)

    def moment(self, instant: int) -> str:
        """`Tue 24 Nov, 11:30`."""
        return f"{self.day(self.on(instant))}, {self.clock(instant)}"

    def when(self, starts_at: int, ends_at: int) -> str:
        """`Tue 24 Nov, 11:30–12:00`."""
        return f"{self.day(self.on(starts_at))}, {self.span(starts_at, ends_at)}"

    def stretch(self, first: date, last: date) -> str:
        """`16–18 Mar`, with the year when it is another one."""
        return self.said.stretch(first, last, year=not first.year == last.year == self.on(self.now).year)

    def weekday(self, on: date) -> str:
        """`Mon`."""
        return self.said.weekday(on, short=True)

    def month(self, on: date) -> str:
        """`Nov`."""
        return self.said.short_month(on)

    def minute(self, minute: int) -> str:
        """A minute of the day as the clock says it; 1,440 is `24:00` (rule 23)."""
        return _minute(self.said, minute)

    def window(self, window: Window) -> str:
        """`09:00–17:00`, or `22:00–02:00 (next day)`."""
        if window.to_minute <= DAY_MINUTES:
            return f"{self.minute(window.from_minute)}–{self.minute(window.to_minute)}"
        return f"{self.minute(window.from_minute)}–{self.minute(window.to_minute - DAY_MINUTES)} (next day)"

    def opening(self, interval: Interval) -> str:
        """`09:00–17:00` of two instants; an end at midnight is `24:00`."""
        start, end = (dates.local(instant, self.tz) for instant in interval)
        last = end.hour * HOUR_MINUTES + end.minute
        last = DAY_MINUTES if last == 0 and end.date() > start.date() else last
        return f"{self.minute(start.hour * HOUR_MINUTES + start.minute)}–{self.minute(last)}"


def length(minutes: int) -> str:
    """`45 min`, `2 h`, `1 h 30 min`."""
    hours, rest = divmod(minutes, HOUR_MINUTES)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


def counted(number: int, noun: str) -> str:
    """`1 event`, `3 events`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def until(instant: int, now: int) -> str:
    """How far away: `now`, `in 10 minutes`, `in 3 hours`, `in 2 days`, `3 hours ago`."""
    away = abs(instant - now)
    for size, unit in UNITS:
        if away >= size:
            said = counted(away // size, unit)
            return f"in {said}" if instant > now else f"{said} ago"
    return "now" if instant >= now else "just now"


@lru_cache(maxsize=4_096)
def _minute(said: dates.Words, minute: int) -> str:
    """The first day of 1970 began at instant 0 in UTC, so its minutes are those of a clock."""
    if minute == DAY_MINUTES:
        return "midnight" if said.hour12 else "24:00"
    return said.time(minute * 60, "UTC")
