"""What of a network address one household, machine or customer holds, so that nobody counts anew with each address."""

import ipaddress
from functools import lru_cache

REMEMBERED = 4_096


@lru_cache(maxsize=REMEMBERED)
def network(address: str) -> str:
    """What one household or machine holds: a whole IPv4 address, an IPv6 /64."""
    known = _address(address)
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known, 64), strict=False))
    return address if known is None else str(known)


@lru_cache(maxsize=REMEMBERED)
def wide(address: str) -> str:
    """What one customer of a provider may hold: an IPv6 /48; empty for IPv4, where one address is all there is."""
    known = _address(address)
    return str(ipaddress.ip_network((known, 48), strict=False)) if isinstance(known, ipaddress.IPv6Address) else ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, an IPv4 one dressed as IPv6 undressed; None for a unix socket's."""
    try:
        known = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
        return known.ipv4_mapped
    return known
