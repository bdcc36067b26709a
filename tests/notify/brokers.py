"""A real MQTT broker on this machine: Debian's mosquitto with a configuration and a port of its own."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
PATIENCE_SECONDS = 30
STEP_SECONDS = 0.05


class Broker:
    """A running broker and all that was published on it, as a subscriber of everything hears it."""

    def __init__(self, port: int, heard: list[tuple[str, str]]) -> None:
        self.port = port
        self.heard = heard

    def hears(self, count: int = 1) -> list[tuple[str, str]]:
        """`(topic, text)` of what was published, as soon as there are so many."""
        until = time.monotonic() + PATIENCE_SECONDS
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(STEP_SECONDS)
        return list(self.heard)


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """A broker that serves until the block ends."""
    assert MOSQUITTO, "mosquitto is not installed; packaging/test-tools.sh brings it"
    port = _free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\nuser root\n"
    )
    process = subprocess.Popen([MOSQUITTO, "-c", str(settings)])
    try:
        _wait(port)
        heard: list[tuple[str, str]] = []
        listener = _listener(port, heard)
        yield Broker(port, heard)
        listener.disconnect()
        listener.loop_stop()
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _listener(port: int, heard: list[tuple[str, str]]) -> mqtt.Client:
    made = mqtt.Client(CallbackAPIVersion.VERSION2)
    ready: list[bool] = []

    def on_message(_: Any, __: Any, message: mqtt.MQTTMessage) -> None:
        heard.append((message.topic, message.payload.decode()))

    made.on_message = on_message
    made.on_subscribe = lambda *_: ready.append(True)
    made.connect("127.0.0.1", port)
    made.loop_start()
    made.subscribe("#", qos=1)
    until = time.monotonic() + PATIENCE_SECONDS
    while not ready and time.monotonic() < until:
        time.sleep(STEP_SECONDS)
    return made


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(STEP_SECONDS)
        else:
            return
    raise AssertionError("the broker did not begin to listen")
