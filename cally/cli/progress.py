"""Progress on a terminal: a bar while slow work is done, and nothing at all where nobody watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cally.ops.backups.watch import Watch


class Bar(Watch):
    """Shows each step with its bar."""

    def __init__(self, shown: Any) -> None:
        super().__init__()
        self._shown = shown
        self._task = shown.add_task("", total=None)

    def begin(self, step: str) -> None:
        """On to the next step, whose bar is empty."""
        super().begin(step)
        self._shown.reset(self._task, total=None, description=step)

    def __call__(self, done: int, total: int) -> None:
        """How far it is."""
        super().__call__(done, total)
        if total:
            self._shown.update(self._task, completed=done, total=total)


@contextmanager
def watched() -> Iterator[Watch]:
    """What slow work is to be told to while the block runs."""
    if not sys.stderr.isatty():
        yield Watch()
        return
    from rich.console import Console  # noqa: PLC0415 - heavy: only where somebody watches
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield Bar(shown)
