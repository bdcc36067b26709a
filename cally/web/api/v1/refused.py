"""The expected "no" to a time, as programs are told it: 409 with the nearest slots that can be had."""

from datetime import datetime

import msgspec

from cally.errors import CallyError
from cally.model.bookings import Taken
from cally.model.series import SeriesTaken
from cally.web.api.instants import instant

SAYABLE = frozenset({"past", "too_soon", "too_far"})
SENTENCES = {
    "past": "This time lies in the past.",
    "too_soon": "This time is too soon to be booked.",
    "too_far": "This time is too far ahead to be booked.",
}


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """A slot that can be had instead."""

    starts_at: datetime
    ends_at: datetime


class DateTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A date of a series that cannot be had, and the nearest slots that can."""

    starts_at: datetime
    reason: str | None
    alternatives: tuple[Alternative, ...]


def series_taken(taken: SeriesTaken, duration_minutes: int, *, for_host: bool = False) -> CallyError:
    """The error to answer with when dates of a series stand in its way; what is told is as for one slot."""
    seconds = duration_minutes * 60
    clashes = [
        DateTaken(
            starts_at=instant(clash.starts_at),
            reason=clash.refusal.code if for_host or clash.refusal.code in SAYABLE else None,
            alternatives=tuple(
                Alternative(starts_at=instant(start), ends_at=instant(start + seconds)) for start in clash.alternatives
            ),
        )
        for clash in taken.clashes
    ]
    return CallyError(
        "slot_taken",
        "Not every date of the series can be had, so none was taken; `clashes` names them, with the nearest times.",
        clashes=clashes,
        free=[instant(start) for start in taken.free],
        alternatives=list(clashes[0].alternatives),
    )


def slot_taken(taken: Taken, duration_minutes: int, *, for_host: bool = False) -> CallyError:
    """The error to answer with. Guests learn a reason only when it is no private matter of the host (rule 39)."""
    code = taken.refusal.code
    told = for_host or code in SAYABLE
    until = taken.refusal.until if for_host else None
    alternatives = [
        Alternative(starts_at=instant(start), ends_at=instant(start + duration_minutes * 60))
        for start in taken.alternatives
    ]
    return CallyError(
        "slot_taken",
        SENTENCES.get(code, "This time cannot be had; these are the nearest that can."),
        reason=code if told else None,
        until=instant(until) if until is not None else None,
        alternatives=alternatives,
    )
