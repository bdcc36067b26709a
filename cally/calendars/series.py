"""Events that repeat, counted out within a window and with a bound (rules 34, 35)."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from cally.calendars.events import Event, Reader, Span, moment, span, value
from cally.calendars.lines import Line
from cally.calendars.rules import NOT, is_dense, plain_rule, skipped, until
from cally.calendars.unreadable import UnreadableError
from cally.calendars.values import BADLY_FORMED, duration

SECONDS_EACH = 0.2  # of the processor, for one series
MOST_OCCURRENCES = 10_000
MOST_TOO_LONG = 2
DAY = timedelta(days=1)


def separate(events: list[Event]) -> list[list[Event]]:
    """The series that one UID stands for: a repeating event with the exceptions, once for each such event.

    Programs that give several events the same UID (or none) lose none of them; of versions of one, the latest counts.
    """
    exceptions = [event for event in events if "RECURRENCE-ID" in event.lines]
    masters = [event for event in events if "RECURRENCE-ID" not in event.lines]
    if not masters:
        return [exceptions]
    latest = max(map(_sequence, masters)) if masters[0].uid else 0
    return [[master, *exceptions] for master in masters if _sequence(master) >= latest]


class SeriesReader:
    """Counts out series of one file; what it could not understand is gathered in `warnings`."""

    def __init__(self, reader: Reader, window: Span) -> None:
        self.warnings: list[str] = []
        self._reader = reader
        self._window = window
        self._took_too_long = 0

    def spans(self, events: list[Event]) -> list[Span]:
        """The taken spans of the events of one UID: a repeating event with its exceptions.

        A rule that cannot be understood leaves each event its own time; one that has no end of occurrences takes
        all time from its start on. Raises `UnreadableError` when that happens too often.
        """
        if any(is_dense(line.value) for event in events for line in event.lines.get("RRULE", ())):
            return self._solid(events)
        try:
            with _processor_seconds(SECONDS_EACH):
                found = list(self._occurrences(events))
        except BADLY_FORMED:
            self._warn(events, "repeats by a rule that cannot be understood; only its own time is taken as busy")
            return [span(event, self._reader) for event in events if event.blocks]
        except (_TookTooLongError, MemoryError):
            self._took_too_long += 1
            if self._took_too_long > MOST_TOO_LONG:
                raise UnreadableError("The calendar's repeating events take too long to count out.") from None
            return self._solid(events)
        return self._solid(events) if len(found) > MOST_OCCURRENCES else found

    def _occurrences(self, events: list[Event]) -> Iterator[Span]:
        from recurring_ical_events import of  # noqa: PLC0415 - heavy: imported where used

        made = {str(number): event for number, event in enumerate(events)}
        calendar = _calendar(made, self._reader, self._window[0])
        first = datetime.fromtimestamp(self._window[0], UTC) - DAY
        last = datetime.fromtimestamp(self._window[1], UTC) + DAY
        for number, start, end in of(calendar, components=[_selection()]).between(first, last):
            event = made[number]
            if event.blocks:
                yield span(event, self._reader, start, end)

    def _solid(self, events: list[Event]) -> list[Span]:
        self._warn(events, "repeats too often to be counted out; all time from its start on is taken as busy")
        if not any(event.blocks for event in events):
            return []
        begun = min(span(event, self._reader)[0] for event in events)
        ends = [until(line.value, event, self._reader) for event in events for line in event.lines.get("RRULE", ())]
        known = [end for end in ends if end is not None]
        return [(begun, max(begun, *known) if known and len(known) == len(ends) else self._window[1])]

    def _warn(self, events: list[Event], what: str) -> None:
        self.warnings.append(f"“{events[0].title}” {what}.")


class _TookTooLongError(BaseException):
    """Not an Exception, so that nothing on the way takes it for a fault of its own."""


@contextmanager
def _processor_seconds(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _TookTooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _sequence(event: Event) -> int:
    number = value(event.lines, "SEQUENCE")
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _selection() -> Any:
    """Events as recurring-ical-events finds them, without copying each for every occurrence."""
    from recurring_ical_events import Occurrence  # noqa: PLC0415 - heavy: imported where used
    from recurring_ical_events.selection.name import ComponentsWithName  # noqa: PLC0415 - as above

    class Taken(Occurrence):  # type: ignore[misc]
        """An occurrence that becomes `(which event, start, end)`."""

        def as_component(self, keep_recurrence_attributes: bool) -> Any:
            return str(self._adapter._component["X-EVENT"]), self.start, self.end

    return ComponentsWithName("VEVENT", occurrence=Taken)


def _calendar(events: dict[str, Event], reader: Reader, from_at: int) -> Any:
    from icalendar import Calendar  # noqa: PLC0415 - heavy: imported where used

    calendar = Calendar()
    plain = not any(
        "RANGE" in line.params for event in events.values() for line in event.lines.get("RECURRENCE-ID", ())
    )
    for number, event in events.items():
        calendar.add_component(_component(number, event, reader, skipped(event, reader, from_at) if plain else NOT))
    return calendar


def _component(number: str, event: Event, reader: Reader, skip: timedelta) -> Any:
    """The event as the library wants it: moments with their zones, rules with an end that it understands."""
    from icalendar import Event as Component  # noqa: PLC0415 - heavy: imported where used
    from icalendar.prop import vDDDTypes, vRecur  # noqa: PLC0415 - as above

    made = Component()
    made.add("UID", "series")
    made.add("X-EVENT", number)
    made.add("DTSTART", event.start + skip)
    made.add("DTEND", event.end + skip)
    made.add("SEQUENCE", _sequence(event))
    within = event.start.tzinfo if isinstance(event.start, datetime) else None
    for line in event.lines.get("RECURRENCE-ID", ())[:1]:
        which = vDDDTypes(moment(line, reader, within)[0])
        which.params.update({key: value.upper() for key, value in line.params.items() if key == "RANGE"})
        made.add("RECURRENCE-ID", which)
    for line in event.lines.get("RRULE", ()):
        made.add("RRULE", vRecur.from_ical(plain_rule(line.value, event, reader)))
    for name in ("EXDATE", "RDATE"):
        for line in event.lines.get(name, ()):
            made.add(name, [_listed(text, line, reader, within) for text in line.value.split(",") if text.strip()])
    return made


def _listed(text: str, line: Line, reader: Reader, within: tzinfo | None) -> Any:
    """A moment of EXDATE or RDATE, or a period of RDATE as `(start, end or duration)`."""
    start, _, end = text.strip().partition("/")
    first = moment(Line(line.params, start), reader, within)[0]
    if not end:
        return first
    return first, duration(end) if end.upper().startswith("P") else moment(Line(line.params, end), reader, within)[0]
