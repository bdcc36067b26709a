"""The doctor asks the public address for this very instance: through real proxies, set up well and badly."""

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cally.notify import outgoing
from cally.ops.doctor import public_address
from cally.ops.doctor.findings import Finding
from cally.vault import Vault, read_or_make_key
from tests.process.proxied import NAME, URL, Proxy
from tests.process.served import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("doctor")]

HOST = "proxy_set_header Host $host;"
FOR = "proxy_set_header X-Forwarded-For $remote_addr;"
PROTO = "proxy_set_header X-Forwarded-Proto $scheme;"
PASS = "proxy_pass http://cally;"
WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "the guest's address is passed on as written": ({FOR: ""}, "whatever address guests write", "X-Forwarded-For"),
    "the scheme is not passed on": ({PROTO: ""}, "takes guests to ask by http", "X-Forwarded-Proto"),
    "the name is not passed on": ({HOST: "proxy_set_header Host cally;"}, "does not serve the name", "Host"),
    "the proxy is not trusted": ({HOST: f"{HOST} proxy_bind 127.0.0.9;"}, "127.0.0.9", "TRUSTED_PROXIES=127.0.0.9"),
    "it forwards to itself": ({PASS: "return 308 https://$http_host$request_uri;"}, "for ever", "pass requests on"),
    "it forwards elsewhere": ({PASS: "return 301 https://www.example.org/;"}, "forwards to", "https://www.example.org"),
    "it reaches nobody": ({"server 127.0.0.1:": "server 127.0.0.9:"}, "does not reach Cally", "CALLY_BIND"),
    "somebody else answers": ({PASS: "return 200 hello;"}, "somebody else answers", "which instance"),
}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An instance that knows its proxies."""
    trusted = {"CALLY_PUBLIC_URL": URL, "CALLY_TRUSTED_PROXIES": "127.0.0.1"}
    with Served(tmp_path_factory.mktemp("behind") / "state", **trusted) as served:
        yield served


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name leads to this machine."""
    real: Callable[..., Any] = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1" if host == NAME else host, *rest, **more)
    )


async def told(
    kind: str, behind: Served, folder: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, str] | None = None
) -> list[Finding]:
    """What the doctor says of the public address behind such a proxy."""
    vault = Vault(read_or_make_key(behind.state_dir / "cally.key"))
    with Proxy(kind, folder / "proxy", words).running(f"127.0.0.1:{behind.port}") as proxy:
        trust = ssl.create_default_context(cafile=proxy.authority)
        monkeypatch.setattr(outgoing, "_trust", lambda: trust)
        return await public_address.itself_reached(f"{URL}:{proxy.secure}", vault)


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
async def test_what_is_shipped_is_right(
    kind: str, behind: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leads here, who asks is known, and the clocks agree."""
    found = await told(kind, behind, tmp_path, monkeypatch)
    assert {one.name: one.verdict for one in found} == {"public address": "ok", "clock against others": "ok"}


async def test_a_list_of_addresses_is_right_too(
    behind: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many configurations add to what is there; what guests write does not count then either."""
    words = {FOR: "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"}
    assert (await told("nginx", behind, tmp_path, monkeypatch, words))[0].verdict == "ok"


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_named_with_what_to_set(
    name: str, behind: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One finding, one fix."""
    words, sentence, fix = WRONG[name]
    found = (await told("nginx", behind, tmp_path, monkeypatch, words))[0]
    assert (found.verdict, sentence in found.sentence, fix in found.fix) == ("fault", True, True), found


async def test_nobody_at_the_address_is_a_fault(behind: Served) -> None:
    """With the way out for routers that do not lead back in."""
    vault = Vault(read_or_make_key(behind.state_dir / "cally.key"))
    (found,) = await public_address.itself_reached(f"{URL}:1", vault)
    assert (found.verdict, "/etc/hosts" in found.fix) == ("fault", True)


async def test_another_cally_at_the_address_is_a_fault(behind: Served) -> None:
    """The answer is sealed with this instance's key; nobody else can give it, and nobody else gets one."""
    (found,) = await public_address.itself_reached(f"http://127.0.0.1:{behind.port}", Vault(bytes(32)))
    assert (found.verdict, "somebody else answers" in found.sentence) == ("fault", True)
