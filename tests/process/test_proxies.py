"""Cally behind the real nginx and the real Caddy, in the configurations that are shipped (R27)."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest

from tests.process.proxied import GUEST, OTHER, URL, Answer, Proxy
from tests.process.served import ROOT, Served
from tests.process.test_raw_http import MALFORMED

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("proxies")]

KINDS = ("nginx", "caddy")
PASSWORD = "brass engines hum softly"
FREE = 5
TRUSTED = {"CALLY_PUBLIC_URL": URL, "CALLY_TRUSTED_PROXIES": "127.0.0.1"}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An instance that knows its proxies, and has a host with a password."""
    with Served(tmp_path_factory.mktemp("behind") / "state", limits="on", **TRUSTED) as served:
        served.command("admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", "--slug", "ada")
        words = [sys.executable, "-m", "cally", "admin", "set-password", "--email", "ada@example.com"]
        typed = PASSWORD + "\n"
        subprocess.run([*words, "--password-stdin"], cwd=ROOT, env=served.environ, input=typed, text=True, check=True)
        yield served


@pytest.fixture(scope="module", params=KINDS)
def proxy(request: pytest.FixtureRequest, behind: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    patience = {"lb_try_duration 10s": "lb_try_duration 90s"} if request.param == "caddy" else {}  # for a busy machine
    made = Proxy(request.param, tmp_path_factory.mktemp("proxied") / request.param, patience)
    with made.running(f"127.0.0.1:{behind.port}"):
        yield made


def sign_in(proxy: Proxy, password: str, source: str = GUEST, **headers: str) -> tuple[int, list[str]]:
    """Send the sign-in form as the proxy's own page does; the status, and the cookies."""
    body = urlencode({"email": "ada@example.com", "password": password, "next": ""}).encode()
    kind = "application/x-www-form-urlencoded"
    sent = {"content_type": kind, "origin": URL, **headers}
    answer = proxy.ask("/sign-in", source=source, method="POST", body=body, **sent)
    return answer.status, answer.cookies


def refused_from(served: Served) -> list[str]:
    """From where passwords were refused, the latest first."""
    printed = served.command("audit", "list", "--tag", "session:refuse", "--json")
    return [entry["address"] for entry in msgspec.json.decode(printed)]


def test_pages_come_through_with_what_https_demands(proxy: Proxy):
    """HSTS once, not added by the proxy a second time; and all other headers as Cally sends them."""
    answer = proxy.ask("/sign-in")
    assert (answer.status, "Sign in" in answer.text) == (200, True)
    assert answer.headers["strict-transport-security"] == "max-age=63072000"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_plain_http_leads_to_https(proxy: Proxy):
    """With path and query, for good."""
    answer = proxy.ask_plainly("/ada?month=2026-12")
    assert (answer.status, answer.headers["location"]) == (308, f"{URL}/ada?month=2026-12")


def test_the_guests_address_is_noted_and_not_the_proxys(behind: Served, proxy: Proxy):
    """Also when the guest writes an address of their own into the request."""
    assert sign_in(proxy, "wrong")[0] == 401
    assert sign_in(proxy, "wrong again", x_forwarded_for="203.0.113.9", forwarded="for=203.0.113.9")[0] == 401
    assert refused_from(behind)[:2] == [GUEST, GUEST]


def test_each_guest_is_counted_alone(proxy: Proxy):
    """Who guesses must wait, also under ever other written addresses; who comes from elsewhere need not."""
    guesser = f"127.0.0.{10 + KINDS.index(proxy.kind)}"
    tries = [
        sign_in(proxy, "wrong", source=guesser, x_forwarded_for=f"203.0.113.{number}")[0] for number in range(FREE + 1)
    ]
    assert tries == [401] * FREE + [429]
    assert sign_in(proxy, "wrong", source=OTHER)[0] == 401


def test_cookies_are_for_this_host_and_https_alone(proxy: Proxy):
    """The scheme that the browser has asked by is known behind the proxy."""
    status, cookies = sign_in(proxy, PASSWORD)
    assert status == 303
    mine = [cookie for cookie in cookies if cookie.startswith("__Host-cally=")]
    assert mine
    assert all("secure" in cookie.lower() and "httponly" in cookie.lower() for cookie in mine)


def test_a_form_of_another_site_is_refused(proxy: Proxy):
    """The origin is compared with the public address, not with what the proxy calls Cally."""
    elsewhere = proxy.ask("/sign-out", method="POST", body=b"x=1", origin="https://evil.example")
    assert elsewhere.status == 403


def status_of(proxy: Proxy, size: int) -> int | None:
    """What is said to so many bytes of a picture; None when nothing is."""
    try:
        return proxy.ask("/app/look/picture", method="POST", body=b"x" * size, origin=URL).status
    except (OSError, HTTPException):
        return None


def test_what_is_too_large_does_not_reach_cally(proxy: Proxy):
    """Pictures fit, films do not: they are refused, or hung up on."""
    assert status_of(proxy, 6_500_000) in {413, None}
    assert status_of(proxy, 5_000_000) in {303, 401}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_stays_harmless(behind: Served, proxy: Proxy, name: str):
    """Refused by the proxy or by Cally, or hung up on; never a fault of either."""
    with proxy.connected() as guest:
        try:
            guest.sendall(MALFORMED[name][0])
            head = guest.recv(64)
        except OSError:
            head = b""
    said = head.split(b" ")
    status = int(said[1]) if head.startswith(b"HTTP/") else None
    assert status is None or status in {200, 501, 505} or 400 <= status < 500, head
    assert '"level":"error"' not in behind.log()


def test_a_restart_behind_the_proxy(behind: Served, proxy: Proxy):
    """Without Cally there is a kind page that says when to come back; with it again, all goes on by itself.

    Caddy lets guests wait meanwhile, so that who comes during a restart sees nothing of it.
    """
    behind.stop()
    if proxy.kind == "nginx":
        is_kind(proxy.ask("/ada"))
        behind.start()
        assert proxy.ask("/api/health/live").status == 200
        return
    answers: list[Answer] = []
    waiting = threading.Thread(target=lambda: answers.append(proxy.ask("/api/health/live")))
    waiting.start()
    behind.start()
    waiting.join(timeout=120)
    assert [answer.status for answer in answers] == [200]


def test_caddy_does_not_let_guests_wait_for_ever(tmp_path: Path):
    """Then it has the same kind page as nginx."""
    soon = Proxy("caddy", tmp_path / "caddy", {"lb_try_duration 10s": "lb_try_duration 300ms"})
    with soon.running("127.0.0.1:1"):
        is_kind(soon.ask("/ada"))


def test_through_a_unix_socket(tmp_path: Path):
    """The other way that the configurations name: no port at all, and the guest is known all the same."""
    path = tmp_path / "cally.sock"
    served = Served(tmp_path / "state", **{**TRUSTED, "CALLY_TRUSTED_PROXIES": "unix", "CALLY_BIND": f"unix:{path}"})
    served.spawn()
    try:
        until = time.monotonic() + 180
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.05)
        for kind in KINDS:
            with Proxy(kind, tmp_path / kind).running(str(path)) as proxy:
                while proxy.ask("/api/health/live").status != 200 and time.monotonic() < until:
                    time.sleep(0.05)
                sign_in(proxy, "wrong")
        assert refused_from(served) == [GUEST] * len(KINDS)
    finally:
        served.kill()


def is_kind(answer: Answer) -> None:
    """The page for the time without Cally: when to come back, kept by nobody."""
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/html")
    assert "Back in a moment" in answer.text
