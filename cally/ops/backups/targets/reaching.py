"""Reaching a machine elsewhere: the name looked up once, every address judged, and the judged one connected to."""

import asyncio
import socket

import msgspec

from cally.errors import CallyError
from cally.notify.networks import is_allowed, is_public, parsed

MOST_ADDRESSES = 4


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long is waited, in seconds: for a connection, for the next bytes, and for the last word on a large file."""

    connect: float = 15
    stall: float = 60
    finish: float = 600


PATIENCE = Patience()


def failed(sentence: str) -> CallyError:
    """A target did not do what was asked of it, in words for an administrator."""
    return CallyError("target_failed", sentence)


async def connected(
    host: str, port: int, *, allowed: tuple[str, ...], patience: Patience, encrypted: bool = True
) -> socket.socket:
    """A socket that is connected to one of a host's addresses: a public one, or one that `allowed` lists.

    What is not `encrypted` goes to private addresses only. Raises `target_failed`.
    """
    addresses = await _addresses(host, port, allowed, patience)
    if not encrypted:
        addresses = [one for one in addresses if not is_public(parsed(one))]
        if not addresses:
            raise failed(f"{host} is on the open internet, where a password needs encryption: use webdavs://.")
    reasons: list[str] = []
    for address in addresses[:MOST_ADDRESSES]:
        try:
            return await _connect(address, port, patience.connect)
        except TimeoutError:
            reasons.append("it does not answer")
        except OSError as error:
            reasons.append("nobody listens there" if isinstance(error, ConnectionRefusedError) else "there is no way")
    raise failed(f"{host} cannot be reached at port {port}: {reasons[-1]}. Check the address, and the firewalls.")


async def _connect(address: str, port: int, seconds: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(made, (address, port))
    except BaseException:
        made.close()
        raise
    return made


async def _addresses(host: str, port: int, allowed: tuple[str, ...], patience: Patience) -> list[str]:
    try:
        async with asyncio.timeout(patience.connect):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise failed(f"The name {host} could not be looked up in time.") from error
    except (OSError, UnicodeError) as error:
        raise failed(f"The name {host} cannot be found. Check the address, and this machine's name servers.") from error
    known = [parsed(str(entry[4][0])) for entry in found]
    good = list(dict.fromkeys(str(one) for one in known if is_allowed(one, allowed)))
    if not good:
        raise failed(f"{host} is inside a private network; list that network in CALLY_ALLOWED_NETWORKS to allow it.")
    return good
