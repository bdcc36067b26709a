"""What the socket leads to: one server for good, while what answers behind it may change without dropping anybody."""

import asyncio
from typing import Any

from cally.app.server import Server
from cally.ops.listening import Listening

Application = Any
LAST_ANSWERS_SECONDS = 5
FIRST_WORDS_SECONDS = 0.2


class Front:
    """One server for the life of the process; `open` begins it, or lets another application answer from now on."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._application: Application = None
        self._server: Server | None = None
        self.serving: asyncio.Task[None] | None = None

    def listen(self, application: Application) -> None:
        """Take connections; nobody is answered before the loop gets its turn."""
        self._application = application
        if self._server is None:
            self._server = Server(self._answer, self._listening.open(), is_unix=self._listening.is_unix)

    def begin(self) -> asyncio.Task[None]:
        """Answer; the task ends when the server does."""
        if self.serving is None and self._server is not None:
            self.serving = asyncio.create_task(self._server.serve(), name="web")
        if self.serving is None:
            raise RuntimeError("listen before you answer")
        return self.serving

    async def close(self) -> None:
        """Let the last answers go out, for a moment, when it still runs."""
        if self.serving is None or self.serving.done():
            return
        self.stop()
        await asyncio.wait([self.serving], timeout=LAST_ANSWERS_SECONDS)
        self.serving.cancel()

    async def settle(self) -> None:
        """Hear out whoever is connected already: who has not said a word when the server stops is hung up on."""
        if self.serving is not None and not self.serving.done():
            self._listening.only_who_speaks()
            await asyncio.sleep(FIRST_WORDS_SECONDS)

    def stop(self) -> None:
        """Accept nothing more; what runs comes to its end."""
        if self._server is not None and self.serving is not None:
            self._server.stop()  # type: ignore[no-untyped-call]

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self._application(scope, receive, send)
