"""Channels on MQTT, heard by a real broker, and confined like every other."""

import threading
from pathlib import Path

import pytest

from cally import notify
from cally.errors import CallyError
from cally.notify import add_channel
from cally.notify.confined import PRIVATE
from cally.store import Store
from cally.vault import Vault
from tests.cast import AS_CLEO, NOW, ada
from tests.notify.brokers import broker
from tests.site import LOCAL


def clients() -> list[str]:
    """The threads of MQTT clients that live."""
    return [one.name for one in threading.enumerate() if one.name.startswith("paho-mqtt")]


async def test_a_broker_hears_what_is_said(store: Store, vault: Vault, tmp_path: Path) -> None:
    """The words arrive under the topic of the address, and no thread of the client is left behind."""
    host = await ada(store)
    with broker(tmp_path) as heard:
        before = clients()
        address = f"mqtt://ada:open-sesame-123@127.0.0.1:{heard.port}/cally/bookings"
        made = await add_channel(store, vault, host.id, name="House", address=address, now=NOW, actor=AS_CLEO)
        said = await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=LOCAL)
        ((topic, text),) = heard.hears()
        assert clients() == before
    assert (topic, "“House” works" in text) == ("cally/bookings", True)
    assert said == "MQTT Notification took the message."


async def test_a_broker_on_this_machine_hears_nothing_unless_it_may(store: Store, vault: Vault, tmp_path: Path) -> None:
    """Neither words nor a connection, and the answer says why."""
    host = await ada(store)
    with broker(tmp_path) as heard:
        address = f"mqtt://127.0.0.1:{heard.port}/cally"
        made = await add_channel(store, vault, host.id, name="House", address=address, now=NOW, actor=AS_CLEO)
        with pytest.raises(CallyError) as caught:
            await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=("10.0.0.0/8",))
        assert (caught.value.sentence, heard.heard) == (PRIVATE, [])


async def test_a_broker_that_is_away_is_said_to_be(store: Store, vault: Vault) -> None:
    """In words, and without the password."""
    host = await ada(store)
    address = "mqtt://ada:open-sesame-123@127.0.0.1:9/cally"
    made = await add_channel(store, vault, host.id, name="House", address=address, now=NOW, actor=AS_CLEO)
    with pytest.raises(CallyError, match="MQTT Connection Error") as caught:
        await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=LOCAL)
    assert "open-sesame" not in caught.value.sentence
