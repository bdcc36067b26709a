"""How late the event loop is: everything waits for it, so whatever holds it up shows here."""

import asyncio

EVERY_SECONDS = 0.25


class LoopLag:
    """Wakes four times a second and notes how much too late."""

    def __init__(self) -> None:
        self._late: list[float] = []

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY_SECONDS
            await asyncio.sleep(EVERY_SECONDS)
            self._late.append(max(0.0, loop.time() - due))

    def take(self) -> tuple[float, float]:
        """Seconds that 95 of 100 wakings were late at most, and the longest, since this was last asked."""
        late, self._late = sorted(self._late), []
        return (late[int(len(late) * 0.95)], late[-1]) if late else (0.0, 0.0)
