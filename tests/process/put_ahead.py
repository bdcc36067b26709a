"""Cally with a clock that is put ahead by as many seconds as a file says: the seam of `cally.clock`, and nothing else.

libfaketime does this to whole programs, but makes one with many threads several times slower.
"""

import os
import time
from pathlib import Path

from cally import clock

FILE = "CLOCK_AHEAD_FILE"
LOOK_SECONDS = 0.05


class Ahead:
    """Reads the file now and then."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seconds = 0.0
        self._looked_at = 0.0

    def exactly(self) -> float:
        """The instant with its fraction of a second."""
        felt = time.monotonic()
        if felt - self._looked_at > LOOK_SECONDS:
            self._seconds, self._looked_at = float(self._file.read_text()), felt
        return time.time() + self._seconds

    def whole(self) -> int:
        """The instant in whole seconds."""
        return int(self.exactly())


if __name__ == "__main__":
    ahead = Ahead(Path(os.environ[FILE]))
    clock.now, clock.now_exactly = ahead.whole, ahead.exactly
    from cally.cli import main

    main()
