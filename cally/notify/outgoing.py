"""Requests to addresses that people typed in: only to where they may go, and to the very address that was checked.

The name is resolved once per hop, every address is judged, and the connection goes to a judged one, so that a name
that answers differently the second time (DNS rebinding) gains nothing. Name and certificate stay those of the URL.
"""

import asyncio
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from cally.errors import CallyError
from cally.notify.networks import Address, is_allowed, parsed

if TYPE_CHECKING:
    import httpx2

MEGABYTE = 1_000_000
MOST_REDIRECTS = 5
MOST_ADDRESSES = 4
CONNECT_SECONDS = 10
SILENCE_SECONDS = 20
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one's own time and memory an answer may take. `cut`: what is beyond is left unread, and no fault."""

    bytes: int = 20 * MEGABYTE
    seconds: float = 60
    cut: bool = False


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; names of headers are lower case. `body` is empty unless the status is 2xx or a form was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


async def get(
    url: str,
    *,
    headers: dict[str, str],
    allowed: tuple[str, ...] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Received:
    """What an http(s) address answers, after at most five redirects; private networks only if `allowed` lists them.

    Raises `CallyError`: `outgoing_refused` (it may not be asked) or `outgoing_failed` (it did not answer as it should);
    the sentence is fit for whoever entered the address, and never repeats the address.
    """
    import httpx2  # noqa: PLC0415 - heavy: imported where used

    try:
        async with asyncio.timeout(limits.seconds):
            return await _follow(httpx2.URL(url), headers, allowed, limits)
    except TimeoutError as error:
        raise failed("The address did not answer in time.") from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise failed("The address cannot be understood.") from error


async def ask(
    url: str,
    *,
    headers: dict[str, str],
    allowed: tuple[str, ...] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Received:
    """What an http(s) address itself answers, forwarding included, which is not followed. Raises as `get` does."""
    import httpx2  # noqa: PLC0415 - heavy: imported where used

    try:
        async with asyncio.timeout(limits.seconds):
            return await _ask(httpx2.URL(url), headers, allowed, limits)
    except TimeoutError as error:
        raise failed("The address did not answer in time.") from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise failed("The address cannot be understood.") from error


async def post_form(
    url: str,
    fields: dict[str, str],
    *,
    headers: dict[str, str],
    allowed: tuple[str, ...] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Received:
    """What an http(s) address answers to a form; it is sent there and nowhere else, so nothing is followed.

    Raises as `get` does; `outgoing_failed` also when the address forwards.
    """
    import httpx2  # noqa: PLC0415 - heavy: imported where used

    sent = {"content-type": "application/x-www-form-urlencoded", **headers}
    try:
        async with asyncio.timeout(limits.seconds):
            answer = await _ask(httpx2.URL(url), sent, allowed, limits, urlencode(fields).encode())
    except TimeoutError as error:
        raise failed("The address did not answer in time.") from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise failed("The address cannot be understood.") from error
    if answer.status in REDIRECTS:
        raise failed("The address forwards what was sent to it; that is not followed.")
    return answer


async def post(
    url: str,
    body: bytes,
    *,
    headers: dict[str, str],
    allowed: tuple[str, ...] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Received:
    """What an http(s) address answers to a body, whatever its status; sent there and nowhere else. Raises as `get`."""
    import httpx2  # noqa: PLC0415 - heavy: imported where used

    try:
        async with asyncio.timeout(limits.seconds):
            return await _ask(httpx2.URL(url), headers, allowed, limits, body)
    except TimeoutError as error:
        raise failed("The address did not answer in time.") from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise failed("The address cannot be understood.") from error


def failed(sentence: str) -> CallyError:
    """The other side did not answer as it should; later may be better."""
    return CallyError("outgoing_failed", sentence)


async def _follow(url: "httpx2.URL", headers: dict[str, str], allowed: tuple[str, ...], limits: Limits) -> Received:
    for _ in range(MOST_REDIRECTS + 1):
        answer = await _ask(url, headers, allowed, limits)
        if answer.status not in REDIRECTS:
            return answer
        target = url.join(answer.headers.get("location", ""))
        if url.scheme == "https" and target.scheme != "https":
            raise _refused("The address forwards to one that is not encrypted; that is not followed.")
        url = target
    raise failed(f"The address forwards more than {MOST_REDIRECTS} times.")


async def _ask(
    url: "httpx2.URL", headers: dict[str, str], allowed: tuple[str, ...], limits: Limits, form: bytes | None = None
) -> Received:
    if url.scheme not in {"http", "https"} or not url.host:
        raise _refused("Only http and https addresses are asked.")
    port = url.port or (443 if url.scheme == "https" else 80)
    addresses = await _addresses(url.raw_host.decode("ascii"), port, allowed)
    for address in addresses[:-1]:
        try:
            return await _ask_at(address, url, headers, limits, form)
        except _NotConnectedError:
            continue
    return await _ask_at(addresses[-1], url, headers, limits, form)


async def _addresses(host: str, port: int, allowed: tuple[str, ...]) -> list[Address]:
    """The addresses of a host that may be asked; refused if there is none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host.strip("[]"), port, type=1)  # 1: streams
    except OSError as error:
        raise failed(f"The name {host} cannot be found.") from error
    addresses = list(dict.fromkeys(parsed(str(entry[4][0])) for entry in found))
    good = [address for address in addresses if is_allowed(address, allowed)]
    if not good:
        sentence = f"{host} is inside a private network, which Cally does not ask unless its administrator allows it."
        raise _refused(sentence)
    return good[:MOST_ADDRESSES]


async def _ask_at(
    address: Address, url: "httpx2.URL", headers: dict[str, str], limits: Limits, form: bytes | None
) -> Received:
    import httpx2  # noqa: PLC0415 - heavy: imported where used

    host = url.raw_host.decode("ascii").strip("[]")
    sent = {"accept-encoding": "identity", **headers, "host": url.netloc.decode("ascii")}
    timeout = httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    try:
        async with (
            httpx2.AsyncClient(verify=_trust(), trust_env=False, timeout=timeout) as client,
            client.stream(
                "GET" if form is None else "POST",
                url.copy_with(host=str(address)),
                headers=sent,
                content=form,
                extensions={"sni_hostname": host},
            ) as answer,
        ):
            return await _received(answer, limits, always=form is not None)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise _NotConnectedError(_why(error)) from error
    except httpx2.TimeoutException as error:
        raise failed("The address did not answer in time.") from error
    except httpx2.HTTPError as error:
        raise failed("The address broke off its answer, or it does not speak HTTP.") from error


async def _received(answer: "httpx2.Response", limits: Limits, *, always: bool) -> Received:
    body = bytearray()
    if answer.is_success or always:
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            if limits.cut:
                return Received(status=answer.status_code, headers=dict(answer.headers), body=b"")
            raise failed("The address answered in a compressed form that was not asked for.")
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > limits.bytes:
                if limits.cut:
                    break
                raise failed(f"The answer is larger than {limits.bytes // MEGABYTE} MB.")
    return Received(status=answer.status_code, headers=dict(answer.headers), body=bytes(body[: limits.bytes]))


class _NotConnectedError(CallyError):
    """This address of the host could not be reached; another one may be."""

    def __init__(self, sentence: str) -> None:
        super().__init__("outgoing_failed", sentence)


def _why(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "The address could not prove who it is: its certificate is not valid."
    if "SSL" in str(error):
        return "No encrypted connection to the address could be made."
    return "Nobody answers at the address."


def _refused(sentence: str) -> CallyError:
    return CallyError("outgoing_refused", sentence)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than the loop should wait each time."""
    import httpx2  # noqa: PLC0415 - heavy: imported where used

    return httpx2.create_ssl_context()
