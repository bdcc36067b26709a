"""Who is asking, by network address: the peer, or what a trusted proxy says of the one behind it."""

import ipaddress
from functools import lru_cache
from typing import Any

from cally.ops.itself import Seen

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
LOCAL_SOCKET = "unix"


def client_address(scope: Any, trusted_proxies: tuple[str, ...]) -> str:
    """The client's address, empty when it came through a unix socket whose proxy is not trusted.

    Forwarding headers count only when they come from a trusted proxy; the list is read from the right, and the first
    address that is no trusted proxy is the client (what stands further left anyone can write).
    """
    peer = _peer(scope)
    networks = _networks(trusted_proxies)
    if not _is_trusted(peer, networks, trusted_proxies):
        return peer
    for address in reversed(_forwarded(scope)):
        if not _is_address(address):
            return peer
        if not _is_trusted(address, networks, trusted_proxies):
            return address
        peer = address
    return peer


def asked_scheme(scope: Any, trusted_proxies: tuple[str, ...]) -> str:
    """`https` or `http`, as the browser asked: what a trusted proxy says, else how the request came in."""
    if _is_trusted(_peer(scope), _networks(trusted_proxies), trusted_proxies):
        said = _header(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower()
        if said in {"http", "https"}:
            return said
    return str(scope.get("scheme", "http"))


def is_local(scope: Any, trusted_proxies: tuple[str, ...]) -> bool:
    """Whether the asker sits at this machine itself; a proxy that is not trusted may speak for anybody."""
    peer, address = _peer(scope), client_address(scope, trusted_proxies)
    if address == peer and (_forwarded(scope) or _header(scope, b"forwarded") or _header(scope, b"via")):
        return False
    return _is_address(address) and ipaddress.ip_address(address).is_loopback


def is_here(scope: Any, trusted_proxies: tuple[str, ...]) -> bool:
    """Whether the asker sits at this machine, or has come through a unix socket that nobody forwards from."""
    if is_local(scope, trusted_proxies):
        return True
    spoken_for = _forwarded(scope) or _header(scope, b"forwarded") or _header(scope, b"via")
    return not _peer(scope) and not client_address(scope, trusted_proxies) and not spoken_for


def arrived(scope: Any, trusted_proxies: tuple[str, ...], question: str) -> Seen:
    """How this request came in, and what is made of that."""
    named = {name for name, _ in scope["headers"]}
    return Seen(
        question=question,
        host=_header(scope, b"host"),
        scheme=asked_scheme(scope, trusted_proxies),
        peer=_peer(scope),
        believed=_is_trusted(_peer(scope), _networks(trusted_proxies), trusted_proxies),
        address=client_address(scope, trusted_proxies),
        forwarded_for=", ".join(_forwarded(scope)) if b"x-forwarded-for" in named else None,
        forwarded_proto=_header(scope, b"x-forwarded-proto") if b"x-forwarded-proto" in named else None,
    )


def _peer(scope: Any) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _forwarded(scope: Any) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [part.strip() for part in ",".join(values).split(",") if part.strip()]


def _header(scope: Any, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _is_trusted(address: str, networks: Networks, proxies: tuple[str, ...]) -> bool:
    if not address:
        return LOCAL_SOCKET in proxies
    if not networks or not _is_address(address):
        return False
    return any(ipaddress.ip_address(address) in network for network in networks)


@lru_cache(maxsize=16)
def _networks(proxies: tuple[str, ...]) -> Networks:
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies if proxy != LOCAL_SOCKET)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
