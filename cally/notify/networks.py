"""Which internet addresses requests may go to: public ones, and the networks that the administrator lists."""

import ipaddress
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Not global, or a way to somewhere else, though the standard library of some Python releases calls them global.
NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "64:ff9b:1::/48",  # local-use NAT64, RFC 8215
        "100::/64",  # discard, RFC 6666
        "2001::/23",  # IETF protocol assignments, Teredo among them, RFC 6890
        "2001:db8::/32",  # documentation, RFC 3849
        "3fff::/20",  # documentation, RFC 9637
        "5f00::/16",  # segment routing, RFC 9602
        "fec0::/10",  # site-local, RFC 3879
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291 2.5.5.1


def parsed(text: str) -> Address:
    """The address in a text that a resolver gave; a scope such as `%eth0` is dropped."""
    return ipaddress.ip_address(text.partition("%")[0])


def is_allowed(address: Address, allowed: tuple[str, ...]) -> bool:
    """Whether a request may go there: a public address, or one within a network of `allowed` (`10.1.0.0/16`)."""
    return is_public(address) or any(_within(address, network) for network in _networks(allowed))


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet; one that carries an IPv4 address is as public as that one."""
    carried = _carried(address)
    if carried is not None:
        return is_public(carried)
    if address.is_multicast or address.is_reserved or address.is_unspecified or not address.is_global:
        return False
    return not any(_within(address, network) for network in NEVER)


def _carried(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64 or address in COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _within(address: Address, network: Network) -> bool:
    known = address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
    return known.version == network.version and known in network


@lru_cache(maxsize=16)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
