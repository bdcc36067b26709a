"""The only place that reads the clock; everybody else is handed `now`."""

import time
from collections.abc import Callable

Clock = Callable[[], int]


def now() -> int:
    """The current instant, in whole epoch seconds (UTC)."""
    return int(time.time())


def now_exactly() -> float:
    """The current instant with its fraction of a second, to compare clocks by."""
    return time.time()
