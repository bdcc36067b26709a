"""From where the desk and the pages about this server may be reached; an empty list means from everywhere."""

import ipaddress
from typing import Literal

from cally.errors import invalid
from cally.model.accounts import Actor
from cally.store import Reader, Store, audit, settings

Part = Literal["desk", "admin"]
PARTS: tuple[Part, ...] = ("desk", "admin")
MOST_NETWORKS = 200
Networks = tuple[str, ...]


async def allowed(db: Reader, part: Part) -> Networks:
    """The networks that may reach this part; none means all."""
    kept = await settings.value(db, _name(part))
    return tuple(kept.split()) if kept else ()


async def may_enter(db: Reader, part: Part, address: str) -> bool:
    """Whether this address may reach this part. What comes from this machine itself is not asked about here."""
    return holds(await allowed(db, part), address)


def holds(networks: Networks, address: str) -> bool:
    """Whether an address is in one of these networks, or there are none."""
    if not networks:
        return True
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    seen = getattr(known, "ipv4_mapped", None) or known
    return any(seen in ipaddress.ip_network(network) for network in networks)


async def allow_only(
    store: Store, part: Part, text: str, *, address: str, is_local: bool, now: int, actor: Actor
) -> Networks:
    """Let this part be reached from these networks alone, one a line; an empty text opens it to all.

    Raises `invalid` naming the part for what is no network, and for a list that would keep out who saves it.
    """
    networks = _read(text, part)
    if not is_local and not holds(networks, address):
        raise invalid(part, f"You come from {address}: with this list you would keep yourself out.")
    async with store.write() as tx:
        await settings.put(tx, _name(part), "\n".join(networks))
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:allow-list:change",
            subject=f"allow-list:{part}",
            networks=" ".join(networks) or "all",
        )
    return networks


async def open_all(store: Store, *, now: int, actor: Actor) -> None:
    """Let both parts be reached from everywhere again."""
    for part in PARTS:
        await allow_only(store, part, "", address="", is_local=True, now=now, actor=actor)


def _read(text: str, part: Part) -> Networks:
    found: dict[str, None] = {}
    for word in text.replace(",", " ").split():
        try:
            found[str(ipaddress.ip_network(word, strict=False))] = None
        except ValueError as error:
            sentence = f"{word[:60]!r} is no address or network; they look like 203.0.113.7 or 2001:db8::/32."
            raise invalid(part, sentence) from error
    if len(found) > MOST_NETWORKS:
        raise invalid(part, f"At most {MOST_NETWORKS} networks are possible.")
    return tuple(found)


def _name(part: Part) -> str:
    return f"allow_{part}"
