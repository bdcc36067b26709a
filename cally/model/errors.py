"""Errors that nobody expected, kept by kind: what failed where, how often, and how far somebody has got with it."""

from typing import Literal

import msgspec

ErrorState = Literal["open", "known", "resolved"]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One unexpected error, as it may be kept: no values, no names of people, no secrets.

    `code` is the same for each of its kind; its part before the dash is what `type` and `place` make. `place` is where
    in our code, `origin` in the course of what (a route, a job), `said` the words of whoever noticed it.
    """

    code: str
    type: str
    place: str
    message: str
    trace: str
    origin: str = ""
    said: str = ""


class ErrorKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of error: the last of its faults, and `times` of them. `known` is counted but alarms nobody.

    `opened_at` is when it was new, or came back after it was resolved.
    """

    id: int
    fault: Fault
    version: str
    state: ErrorState
    times: int
    first_at: int
    last_at: int
    opened_at: int
