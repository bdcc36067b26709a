"""Requests to one HTTP server: connected to a judged address, bodies streamed, nothing followed, silence limited."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from http import HTTPStatus

import httpx2

from cally.ops.backups.targets.addresses import PORTS, Address
from cally.ops.backups.targets.reaching import Patience, connected, failed

MOST_BYTES = 16_000_000


class Server:
    """The HTTP server of a target; its name is looked up once, and one of the addresses found is kept to.

    `private_only` keeps what is not encrypted off the open internet.
    """

    def __init__(
        self, place: Address, *, allowed: tuple[str, ...], patience: Patience, private_only: bool = False
    ) -> None:
        self._place, self._allowed, self._patience, self._private_only = place, allowed, patience, private_only
        self._client: httpx2.AsyncClient | None = None
        self._base = ""

    @property
    def authority(self) -> str:
        """The host, with its port where that is not the usual one, as requests name it."""
        place = self._place
        host = f"[{place.host}]" if ":" in place.host else place.host
        return host if place.port == PORTS[self.scheme] else f"{host}:{place.port}"

    @property
    def scheme(self) -> str:
        """https, or http."""
        return "https" if self._place.encrypted else "http"

    @asynccontextmanager
    async def asked(
        self, method: str, target: str, headers: dict[str, str], body: AsyncIterator[bytes] | bytes = b""
    ) -> AsyncIterator[httpx2.Response]:
        """The answer to a request, its body yet to come; a streamed one needs its `content-length` in the headers.

        `target` is the path with its query, encoded. Raises `target_failed` for all that happens below HTTP.
        """
        sent = {"accept-encoding": "identity", **headers, "host": self.authority}
        host = self._place.host
        try:
            client = await self._connected()
            request = client.build_request(
                method, self._base + target, headers=sent, content=body, extensions={"sni_hostname": host}
            )
            answer = await client.send(request, stream=True)
            try:
                yield answer
            finally:
                await answer.aclose()
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise failed(_why(host, error)) from error
        except httpx2.TimeoutException as error:
            sentence = f"{host} stopped answering. If it happens again, look at its load and at the network."
            raise failed(sentence) from error
        except httpx2.HTTPError as error:
            raise failed(f"{host} broke off the connection, or it does not speak HTTP.") from error

    async def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _connected(self) -> httpx2.AsyncClient:
        if self._client is None:
            place = self._place
            plain = self._private_only and not place.encrypted
            sock = await connected(
                place.host, place.port, allowed=self._allowed, patience=self._patience, encrypted=not plain
            )
            address = str(sock.getpeername()[0])
            sock.close()
            literal = f"[{address}]" if ":" in address else address
            self._base = f"{self.scheme}://{literal}:{place.port}"
            timeout = httpx2.Timeout(self._patience.stall, connect=self._patience.connect)
            trust = await asyncio.to_thread(_trust)
            self._client = httpx2.AsyncClient(verify=trust, trust_env=False, timeout=timeout, follow_redirects=False)
        return self._client


async def text(answer: httpx2.Response) -> bytes:
    """The body of a small answer; raises `target_failed` when it is not small."""
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise failed("The target answered with far more than it was asked for.")
    return bytes(body)


def forwarded(host: str, answer: httpx2.Response) -> str:
    """The sentence for a server that forwards; nothing is sent there, for it would take the password along."""
    try:
        to = httpx2.URL(answer.headers.get("location", ""))
        where = f" to {to.host}{to.path}" if to.host else f" to {to.path}" if to.path else ""
    except httpx2.InvalidURL:
        where = ""
    return f"{host} forwards{where}, which is not followed. If you trust it, give that address instead."


def unexpected(host: str, status: int) -> str:
    """The sentence for a status that says nothing more."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "unknown"
    return f"{host} answered {status} ({phrase})."


def _why(host: str, error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return (
            f"{host} could not prove who it is: this machine does not trust its certificate. Give the server a valid "
            "one, or add its authority to those that this machine trusts."
        )
    if "SSL" in str(error):
        return f"No encrypted connection to {host} could be made; does it speak https at this port?"
    return f"{host} cannot be reached. Check the address, and the firewalls."


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The certificates that this machine trusts, and those of SSL_CERT_FILE."""
    return httpx2.create_ssl_context()
