"""The audit log as a whole: is its chain unbroken, where does it end, and how long are entries kept?"""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from cally.errors import invalid
from cally.model.accounts import Actor
from cally.model.audit import ChainLink, ChainVerdict
from cally.store import Reader, Store, audit, audit_chain, settings

KEEP_DAYS = "audit_days"
DEFAULT_DAYS = 400
LEAST_DAYS, MOST_DAYS = 30, 3_650
VERDICT = "audit_verdict"
DAY = 86_400
HAS_CHANGED = "it does not say any more what was noted"

log = logging.getLogger("cally.audit")


class _Walk:
    """One pass over the chain: what was expected next, and what is still to be explained by a later entry."""

    def __init__(self) -> None:
        self.last_id = 0
        self.hash = audit_chain.BEFORE_FIRST
        self.entries = 0
        self.pruned_to = 0
        self.pruned_hash = ""
        self.erased: dict[int, set[int]] = {}
        self.erased_number = 0

    def step(self, link: ChainLink) -> str:
        """Take one entry in; empty, or why it does not fit."""
        if self.entries == 0 and link.id > 1:
            self.pruned_to, self.pruned_hash = link.id - 1, (link.previous or b"").hex()
        elif link.id != self.last_id + 1:
            return f"entry {self.last_id + 1} is missing before it"
        elif link.previous != self.hash:
            return "it was not written after the entry before it"
        return self._fault(link) or self._taken_in(link)

    def _fault(self, link: ChainLink) -> str:
        if link.hash is None or link.previous is None or link.digest is None:
            return "it is not part of the chain"
        if audit_chain.hash_of(link.previous, link.told, link.digest) != link.hash:
            return HAS_CHANGED
        if link.salt is not None:
            known = audit_chain.digest_of(link.salt, link.address, link.facts)
            return "" if known == link.digest else HAS_CHANGED
        if link.erased_by is None or link.erased_by <= link.id or link.address or link.facts != "{}":
            return "its address and facts were removed, and no entry says by whom"
        self.erased.setdefault(link.erased_by, set()).add(link.id)
        self.erased_number += 1
        return ""

    def _taken_in(self, link: ChainLink) -> str:
        self.last_id, self.hash, self.entries = link.id, link.hash or b"", self.entries + 1
        if link.tag == audit_chain.PRUNE_TAG:
            self._explain_pruning(link)
        named = self.erased.pop(link.id, None)
        if named is not None and not named <= _erased_by(link):
            return f"entry {min(named)} lost its address and facts in its name, which it does not say"
        return ""

    def _explain_pruning(self, link: ChainLink) -> None:
        facts = msgspec.json.decode(link.facts)
        if facts.get("last") == self.pruned_to and facts.get("hash") == self.pruned_hash:
            self.pruned_hash = ""

    def end(self) -> tuple[int, str] | None:
        """What no entry has explained: its number and why."""
        if self.pruned_hash:
            return self.pruned_to + 1, "what came before it was removed, and no checkpoint says so"
        unexplained = [one for several in self.erased.values() for one in several]
        return (
            (min(unexplained), "its address and facts were removed, and no entry says by whom") if unexplained else None
        )


async def verify(db: Reader, *, now: int, progress: Callable[[int, int], None] | None = None) -> ChainVerdict:
    """Walk over the whole log and check each entry against its hash and the one before it.

    `progress` hears how many were looked at, of how many. Others get their turn in between.
    """
    walk, whole = _Walk(), (await audit_chain.head(db))[0]
    oldest = await audit_chain.oldest(db)
    after = oldest - 1
    fault: tuple[int, str] | None = None
    while fault is None and (found := await audit_chain.links(db, after=after)):
        for link in found:
            after = link.id
            if said := walk.step(link):
                fault = link.id, said
                break
        if progress is not None:
            progress(walk.entries, max(whole - oldest + 1, walk.entries))
        await asyncio.sleep(0)
    fault = fault or walk.end()
    return ChainVerdict(
        ok=fault is None,
        entries=walk.entries,
        last_id=walk.last_id,
        hash=walk.hash.hex(),
        at=now,
        pruned_to=walk.pruned_to,
        erased=walk.erased_number,
        fault_id=fault[0] if fault else None,
        fault=fault[1] if fault else "",
    )


async def keep_verdict(store: Store, verdict: ChainVerdict) -> None:
    """Remember what the last look has found."""
    async with store.write() as tx:
        await settings.put(tx, VERDICT, msgspec.json.encode(verdict).decode())


async def last_verdict(db: Reader) -> ChainVerdict | None:
    """What the last look has found; None when nobody has looked yet."""
    kept = await settings.value(db, VERDICT)
    return msgspec.json.decode(kept, type=ChainVerdict) if kept else None


async def say_head(db: Reader) -> None:
    """Write the end of the chain into the log, where a copy outlives the database."""
    last, hashed = await audit_chain.head(db)
    log.info("The audit log ends with entry %s, %s", last, hashed.hex())


async def keep_days(db: Reader) -> int:
    """For how many days entries are kept."""
    kept = await settings.value(db, KEEP_DAYS)
    return int(kept) if kept else DEFAULT_DAYS


async def change_keep_days(store: Store, days: int, *, now: int, actor: Actor) -> None:
    """Keep entries for so many days from now on. Raises `invalid`."""
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise invalid(KEEP_DAYS, f"Entries can be kept for {LEAST_DAYS} to {MOST_DAYS} days.")
    async with store.write() as tx:
        before = await keep_days(tx)
        await settings.put(tx, KEEP_DAYS, str(days))
        subject = f"setting:{KEEP_DAYS}"
        tag = f"{actor.kind}:setting:change"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, from_days=before, to_days=days)


async def prune(store: Store, now: int) -> int:
    """Remove what is older than it is to be kept; how many entries."""
    before, number = now - await keep_days(store.reader) * DAY, 0
    while True:
        async with store.write() as tx:
            gone = await audit_chain.prune(tx, before=before, now=now)
        number += gone
        if not gone:
            return number


async def look_after(store: Store, now: int) -> None:
    """Every hour: say where the log ends, remove what is too old, and once a day look whether all of it still fits."""
    db = store.reader
    if await audit_chain.oldest_at(db, default=now) < now - (await keep_days(db) + 1) * DAY:
        await prune(store, now)
    await say_head(db)
    known = await last_verdict(db)
    if known is None or known.at <= now - DAY:
        found = await verify(db, now=now)
        await keep_verdict(store, found)
        if not found.ok:
            log.error("The audit log does not fit at entry %s: %s.", found.fault_id, found.fault)


def _erased_by(link: ChainLink) -> set[int]:
    said = msgspec.json.decode(link.facts).get("entries")
    return {int(word) for word in str(said).split() if word.isdigit()} if link.tag.endswith(":audit:erase") else set()
