"""What arrives on the wire, malformed, endless, slow or too much: never a 500, and others are served meanwhile."""

import asyncio
import resource
import socket
from pathlib import Path

import pytest

from tests.process.asking import Caller
from tests.process.served import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("raw_http")]

HOST = b"Host: localhost\r\n"
POST = b"POST /api/v1/bookings HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
MALFORMED = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "a host that is none": (b"GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n", 400),
    "an empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "no version": (b"GET /\r\n\r\n", 400),
    "a method that is none": (b"BOOK / HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "a tunnel": (b"CONNECT mail.example.org:25 HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "an echo": (b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "an endless address": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "endless headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    "a zero in the path": (b"GET /%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a broken escape": (b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "a broken chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "a negative length": (POST + b"Content-Length: -2\r\n\r\n{}", 400),
    "a length that is none": (POST + b"Content-Length: two\r\n\r\n{}", 400),
    "a body that is too large": (POST + b"Content-Length: 99999999\r\n\r\n{", 413),
    "deep JSON": (POST + b"Content-Length: 200000\r\n\r\n" + b"[" * 200_000, 400),
    "JSON that is none": (POST + b"Content-Length: 9\r\n\r\nnot json!", 400),
}


def asked(port: int, request: bytes) -> int | None:
    """The status that the server answers on a connection of its own; None when it hangs up without a word."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as guest:
        guest.sendall(request)
        head = guest.recv(64)
    return int(head.split(b" ")[1]) if head else None


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_refused(standing: Served, name: str):
    """With the status that says why, and without an error in the log."""
    request, status = MALFORMED[name]
    assert asked(standing.port, request) == status
    assert '"level":"error"' not in standing.log()


def test_a_head_that_does_not_come_is_not_waited_for(standing: Served):
    """The connection is closed within seconds."""
    assert asked(standing.port, b"GET / HTTP/1.1\r\nHost: loc") is None


def test_a_body_that_does_not_come_is_not_waited_for(standing: Served):
    """The guard's own deadline, for the server has none."""
    assert asked(standing.port, POST + b"Content-Length: 9\r\n\r\n{") == 408


def test_another_name_is_not_served(tmp_path: Path):
    """A page elsewhere cannot make a browser talk to us under its own name (DNS rebinding)."""
    with Served(tmp_path / "state", CALLY_PUBLIC_URL="https://cally.example.org") as served:
        assert asked(served.port, b"GET /api/health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n") == 421
        assert asked(served.port, b"GET /api/health/live HTTP/1.1\r\nHost: Cally.Example.org:443\r\n\r\n") == 200


async def test_those_who_only_sit_there_keep_nobody_out(served: Served):
    """Two thousand idle connections and five hundred slow bodies: the next guest is served."""
    _allow_files(6_000)
    idle = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(2_500)]
    for _, writer in idle[:500]:
        writer.write(POST + b"Content-Length: 9\r\n\r\n{")
    caller = Caller(served.port)
    assert (await caller.get("/api/health/live")).status == 200
    caller.close()
    for _, writer in idle:
        writer.close()


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
