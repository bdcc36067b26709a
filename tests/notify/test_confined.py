"""The code of others is confined: no private networks, no files of ours, no programs."""

import os
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path

import pytest

from cally import notify
from cally.errors import CallyError
from cally.notify import add_channel
from cally.notify.confined import FILES, PRIVATE, PROGRAMS, confined
from cally.store import Store
from cally.vault import Vault
from tests.cast import AS_CLEO, NOW, ada
from tests.notify.conftest import Sink
from tests.site import LOCAL, site


def refusals(act: Callable[[], object], allowed: tuple[str, ...] = ()) -> list[str]:
    """What is refused while something is done."""
    with confined(allowed) as refused, suppress(OSError):
        act()
    return refused


def _connect(host: str, port: int = 9, family: int = socket.AF_INET) -> None:
    with socket.socket(family) as made:
        made.settimeout(0.2)
        made.connect((host, port))


def _datagram(host: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(b"x", (host, 9))


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0"])  # noqa: S104 - one of them
def test_private_networks_are_not_spoken_to(host: str):
    """The machine itself, the house, the cloud's own service; by stream and by datagram."""
    assert refusals(lambda: _connect(host)) == [PRIVATE]
    assert refusals(lambda: _datagram(host)) == [PRIVATE]


def test_names_and_sockets_of_this_machine_are_not_either():
    """A name is what it stands for."""
    assert refusals(lambda: _datagram("localhost")) == [PRIVATE]
    assert refusals(lambda: _connect("::1", family=socket.AF_INET6)) == [PRIVATE]
    assert refusals(lambda: socket.socket(socket.AF_UNIX).connect("/run/nothing")) == [PRIVATE]


def test_networks_that_are_listed_are():
    """And only they."""
    assert refusals(lambda: _connect("127.0.0.1"), LOCAL) == []
    assert refusals(lambda: _connect("10.1.2.3"), LOCAL) == [PRIVATE]


@pytest.mark.parametrize("name", ["/etc/ssl/private/cally.pem", "/etc/ssl/cally.key", "/etc/pki/tls/private/a.crt"])
def test_certificates_may_be_read_and_the_keys_beside_them_may_not(name: str):
    """An address may name a file to send; that of the machine's own key is none of them."""
    assert refusals(Path(name).read_text) == [FILES]
    assert refusals(Path("/etc/ssl/certs/none.pem").read_text) == []


def test_files_and_programs_are_out_of_reach(tmp_path: Path):
    """Its own code may be loaded, nothing else may be read, written or run."""
    (tmp_path / "cally.key").write_text("secret")
    assert refusals((tmp_path / "cally.key").read_text) == [FILES]
    assert refusals(lambda: os.open(tmp_path / "new", os.O_CREAT | os.O_WRONLY)) == [FILES]
    assert refusals(lambda: subprocess.run(["true"], check=False)) == [PROGRAMS]
    assert refusals(Path(socket.__file__).read_bytes) == []


def test_other_threads_that_work_for_it_are_confined_too():
    """Apprise hands its work to pools, and the context with it."""
    with ThreadPoolExecutor(1) as pool:
        handed = lambda: pool.submit(copy_context().run, _connect, "127.0.0.1").result()  # noqa: E731 - as `act`
        assert refusals(handed) == [PRIVATE]


def test_a_thread_that_it_starts_is_confined_for_good():
    """An MQTT client goes on in a thread of its own, and would look up its broker's name anew there."""
    begin, outcome = threading.Event(), list[str]()

    def late() -> None:
        begin.wait(30)
        try:
            _connect("127.0.0.1")
        except OSError as error:
            outcome.append(str(error))

    with confined(()):
        thread = threading.Thread(target=late)
        thread.start()
    begin.set()
    thread.join(30)
    assert outcome == [PRIVATE]


def test_a_pair_of_sockets_of_its_own_may_speak_to_each_other():
    """What it listens on itself, and nothing else on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as foreign:

        def pair() -> None:
            with socket.create_server(("127.0.0.1", 0)) as own, socket.socket() as other:
                other.connect(own.getsockname())
                _connect(*foreign.getsockname())

        assert refusals(pair) == [PRIVATE]


def test_afterwards_and_elsewhere_everything_is_as_before(tmp_path: Path):
    """Other threads are never confined, this one no longer."""
    file = tmp_path / "note"
    with confined(()):
        pass
    file.write_text("x")
    assert file.read_text() == "x"


async def test_a_channel_on_this_machine_hears_nothing(store: Store, vault: Vault, sink: Sink) -> None:
    """Any host may add channels: they must not become a way into the network that the server stands in."""
    host = await ada(store)
    made = await add_channel(store, vault, host.id, name="Hook", address=sink.address, now=NOW, actor=AS_CLEO)
    with pytest.raises(CallyError) as caught:
        await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=())
    assert (caught.value.code, caught.value.sentence) == ("channel_failed", PRIVATE)
    assert sink.posts == []


async def test_a_redirect_leads_nowhere_else(store: Store, vault: Vault, sink: Sink) -> None:
    """A service that is allowed may not send us to one that is not."""
    host = await ada(store)
    async with site() as outside:
        outside.give("/hook", b"", status="307 Elsewhere", location=sink.address.replace("json:", "http:"))
        address = outside.url.replace("http:", "json:").replace("127.0.0.1", "127.0.0.2") + "/hook"
        made = await add_channel(store, vault, host.id, name="Hook", address=address, now=NOW, actor=AS_CLEO)
        with pytest.raises(CallyError):
            await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=("127.0.0.2/32",))
    assert sink.posts == []


async def test_a_channel_reads_no_file_of_the_server(store: Store, vault: Vault, tmp_path: Path) -> None:
    """Some addresses name a file whose words would be sent."""
    (tmp_path / "secret.json").write_text('{"text": "secret"}')
    address = f"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template={tmp_path}/secret.json"
    host = await ada(store)
    made = await add_channel(store, vault, host.id, name="Slack", address=address, now=NOW, actor=AS_CLEO)
    with pytest.raises(CallyError, match="read a file"):
        await notify.test_channel(store, vault, host.id, made.id, now=NOW, allowed=LOCAL)
