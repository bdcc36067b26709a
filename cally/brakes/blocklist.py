"""Who may not book: mailboxes (whatever their tag), mail domains with all beneath them, networks."""

import ipaddress
from collections.abc import Iterable

from cally.errors import CallyError, invalid, not_found
from cally.model import texts
from cally.model.accounts import Actor
from cally.model.addresses import email_address, without_tag
from cally.model.ids import new_id
from cally.model.protection import BlockKind, BlocklistEntry
from cally.store import Reader, Store, audit, blocklist

MOST_ENTRIES = 2_000
NOTE_LENGTH = 200


async def block(
    store: Store, text: str, *, note: str, expires_at: int | None, now: int, actor: Actor, host_id: int | None = None
) -> BlocklistEntry:
    """Put `cleo@example.org`, `example.org` or `203.0.113.0/24` on the list; `host_id` makes it one of that host alone.

    Raises `invalid` for what is none of these.
    """
    kind, value = what(text)
    note = texts.line(note, "note", required=False, longest=NOTE_LENGTH)
    if expires_at is not None and expires_at <= now:
        raise invalid("expires", "This day is over already.")
    entry = BlocklistEntry(
        id=new_id(now), host_id=host_id, kind=kind, value=value, note=note, created_at=now, expires_at=expires_at
    )
    async with store.write() as tx:
        if len(await blocklist.list_all(tx, now)) >= MOST_ENTRIES:
            raise CallyError("conflict", f"The list is full: it has {MOST_ENTRIES} entries.")
        await blocklist.put(tx, entry)
        subject = f"blocklist:{entry.id}"
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:blocklist:add", subject=subject, kind=kind)
    return entry


async def unblock(store: Store, id: int, *, now: int, actor: Actor, host_id: int | None = None) -> BlocklistEntry:
    """Take an entry off the list; raises `not_found`, also for another host's."""
    async with store.write() as tx:
        entry = await blocklist.by_id(tx, id)
        if entry is None or entry.host_id != host_id:
            raise not_found("entry of the blocklist")
        await blocklist.delete(tx, id)
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:blocklist:remove",
            subject=f"blocklist:{id}",
            kind=entry.kind,
        )
    return entry


async def list_blocked(db: Reader, now: int, host_id: int | None = None) -> list[BlocklistEntry]:
    """The list of this server, or of one host."""
    return [entry for entry in await blocklist.list_all(db, now) if entry.host_id == host_id]


async def blocked(
    db: Reader, mailboxes: Iterable[str], address: str, *, now: int, host_ids: Iterable[int] = ()
) -> BlocklistEntry | None:
    """The entry by which one of these mailboxes, or this network address, may not book with these hosts."""
    names = {name for mailbox in mailboxes for name in _names(mailbox)}
    hosts = {None, *host_ids}
    for entry in await blocklist.list_all(db, now):
        if entry.host_id in hosts and (_holds(entry, address) if entry.kind == "network" else entry.value in names):
            return entry
    return None


async def sweep(store: Store, now: int) -> None:
    """Forget entries whose time is over."""
    async with store.write() as tx:
        await blocklist.delete_expired(tx, now)


def what(text: str) -> tuple[BlockKind, str]:
    """Which of the three this is, in normal form; a `*.` or `@` before a domain is no fault. Raises `invalid`."""
    text = text.strip().lower()
    try:
        return "network", str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        pass
    domain = text.removeprefix("*.").removeprefix("@").removeprefix(".").rstrip(".")
    try:
        if "@" in domain:
            return "mailbox", without_tag(email_address(text, "value"))
        return "domain", email_address(f"somebody@{domain}", "value").partition("@")[2]
    except CallyError as error:
        sentence = (
            "This should be an e-mail address, a domain such as example.org, or a network such as 203.0.113.0/24."
        )
        raise invalid("value", sentence) from error


def _names(mailbox: str) -> set[str]:
    """The mailbox without its tag, and every domain that it is in."""
    try:
        plain = without_tag(email_address(mailbox))
    except CallyError:
        return set()
    labels = plain.rpartition("@")[2].split(".")
    return {plain} | {".".join(labels[start:]) for start in range(len(labels))}


def _holds(entry: BlocklistEntry, address: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(known, "ipv4_mapped", None)
    return (mapped or known) in ipaddress.ip_network(entry.value)
