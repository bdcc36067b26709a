"""Log lines hold no secret of a library's making."""

import io
import logging
from collections.abc import Iterator

import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.notify.channels import add_channel
from cally.ops import logs
from cally.store import Store
from cally.vault import Vault
from tests.cast import NOW, ada


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the program logs; how logging was set up before comes back afterwards."""
    root, apprise = logging.getLogger(), logging.getLogger("apprise")
    handlers, level, propagate = root.handlers[:], root.level, apprise.propagate
    stream = io.StringIO()
    logs.set_up("text", stream)
    yield stream
    root.handlers[:], apprise.propagate = handlers, propagate
    root.setLevel(level)


async def test_a_channels_mistyped_address_is_not_logged(store: Store, vault: Vault, logged: io.StringIO) -> None:
    """Apprise complains about the whole address, secret included; that goes nowhere."""
    host = await ada(store)
    actor = Actor(kind="host", account_id=host.id)
    for address in ("tgram-typo://hunter2-hunter2/room", "https://chat.example/hooks/hunter2-hunter2"):
        with pytest.raises(CallyError, match="does not know"):
            await add_channel(store, vault, host.id, name="Chat", address=address, now=NOW, actor=actor)
    assert "hunter2" not in logged.getvalue()
