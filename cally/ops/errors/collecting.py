"""Gathering unexpected errors: every log record with an exception, from any thread, in memory until it is written."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from cally import clock
from cally.model.errors import Fault
from cally.ops.errors.describing import code_of, described
from cally.ops.errors.masking import without_values

MOST_WAITING = 100
EXPECTED: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)
NOT_OURS = ("sentry_sdk", "urllib3")
LOOP = "asyncio"


class Pending(msgspec.Struct, kw_only=True):
    """Errors of one kind that are not written yet: the last of them, and in which hours how many there were."""

    fault: Fault
    first_at: int
    last_at: int
    hours: dict[int, int]

    @property
    def times(self) -> int:
        """How many there were."""
        return sum(self.hours.values())


class Forward(Protocol):
    """Who is told of each error as well; `close` lets go, after what waits was sent."""

    def __call__(self, fault: Fault) -> None:
        """Take one; returns at once, and never raises."""

    def close(self) -> None:
        """Send what waits, within seconds."""


class Inbox(logging.Handler):
    """Hears of every exception that is logged, and of those that nobody caught, once `listen` was called.

    Taking one in costs no more than its trace, is safe in any thread, and never fails; beyond a hundred kinds that wait
    to be written, new ones are only counted. `forward` is told of each one too, for a service of the operator's.
    """

    def __init__(self, *, now: Callable[[], int] = clock.now, forward: Forward | None = None) -> None:
        super().__init__(logging.ERROR)
        self._now = now
        self.forward = forward
        self._waiting: dict[str, Pending] = {}
        self._guard = threading.Lock()
        self._busy = threading.local()
        self._before: tuple[Any, Any, Any] | None = None
        self.left_out = 0

    def listen(self) -> None:
        """From now on hear of everything in this process."""
        logging.getLogger().addHandler(self)
        if self._before is None:
            self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
            threading.excepthook = self._of_thread
            sys.unraisablehook = self._unraisable

    def leave(self) -> None:
        """Hear nothing more; what was heard stays. May take seconds where errors are forwarded."""
        logging.getLogger().removeHandler(self)
        if self.forward is not None:
            self.forward.close()
        if self._before is not None:
            _, threading.excepthook, sys.unraisablehook = self._before
            self._before = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take in what a record says of an exception; anything else is not for here."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None or isinstance(error, EXPECTED) or record.name.startswith(NOT_OURS):
            return
        self.take(error, origin=_origin(record), said=_said(record))

    def take(self, error: BaseException, *, origin: str = "", said: str = "") -> None:
        """Keep an error until it is written."""
        if getattr(self._busy, "now", False):
            return
        self._busy.now = True
        try:
            self._take(error, origin, said)
        except Exception:  # noqa: BLE001 - whoever reports an error must not get another one
            self.left_out += 1
        finally:
            self._busy.now = False

    def taken(self) -> list[Pending]:
        """What waits to be written; it waits no more."""
        with self._guard:
            waiting, self._waiting = self._waiting, {}
        return list(waiting.values())

    def put_back(self, pending: list[Pending]) -> None:
        """It could not be written: it waits again, with what came meanwhile."""
        with self._guard:
            for one in pending:
                newer = self._waiting.get(one.fault.code)
                if newer is None and len(self._waiting) >= MOST_WAITING:
                    self.left_out += one.times
                else:
                    self._waiting[one.fault.code] = _together(one, newer)

    def _take(self, error: BaseException, origin: str, said: str) -> None:
        at, code = self._now(), code_of(error)
        with self._guard:
            known = self._waiting.get(code)
            if known is None and len(self._waiting) >= MOST_WAITING:
                self.left_out += 1
                return
        fault = described(error, origin=origin, said=said) if known is None else known.fault
        fresh = Pending(fault=fault, first_at=at, last_at=at, hours={at // 3_600: 1})
        with self._guard:
            self._waiting[code] = _together(fresh, self._waiting.get(code))
        if self.forward is not None:
            self.forward(fault)

    def _of_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, EXPECTED):
            name = told.thread.name if told.thread is not None else "a thread"
            self.take(told.exc_value, origin=f"thread {_kind_of(name)}", said="A thread ended by an error.")
        if self._before is not None:
            self._before[1](told)

    def _unraisable(self, told: Any) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, EXPECTED):
            self.take(told.exc_value, said="An error that nobody could be told.")
        if self._before is not None:
            self._before[2](told)


def _together(one: Pending, other: Pending | None) -> Pending:
    if other is None:
        return one
    hours = dict(one.hours)
    for hour, times in other.hours.items():
        hours[hour] = hours.get(hour, 0) + times
    last = one if one.last_at > other.last_at else other
    return Pending(
        fault=last.fault,
        first_at=min(one.first_at, other.first_at),
        last_at=last.last_at,
        hours=hours,
    )


def _origin(record: logging.LogRecord) -> str:
    """What was being done: as the record says, else by the name of its task or thread, without numbers."""
    told = getattr(record, "origin", "")
    if told:
        return str(told)[:200]
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return _kind_of(task.get_name() if task is not None else record.threadName or "")


def _kind_of(name: str) -> str:
    """`job mail 4711` is a job of the kind mail."""
    words = [word for word in name.split() if not any(letter.isdigit() for letter in word)]
    return " ".join(words)[:100]


def _said(record: logging.LogRecord) -> str:
    """The words of whoever logged it as they stand in the code, without what was put into them."""
    text = str(record.msg).partition("\n")[0]
    return without_values(text) if record.name == LOOP else text[:200]
