"""Looking for a newer version, once a day, if an admin wants it: what is asked for, what is kept, how it stands.

Two GETs go out, for the notice and for its signature, with `User-Agent: Cally` and nothing else: no version, no address
of this instance, no number that tells it from another one.
"""

import secrets

import msgspec

from cally import __version__
from cally.build import build
from cally.config import Settings
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.notify import outgoing
from cally.ops.upgrades.minisign import SUFFIX, public_key
from cally.ops.upgrades.notices import MOST_BYTES, Notice, read_notice
from cally.ops.upgrades.versions import is_newer
from cally.store import Reader, Store, audit, settings

JOB = "updates"
DAY_SECONDS = 86_400
JITTER_SECONDS = 4 * 3_600
WANTED, SEEN = "updates_wanted", "updates_seen"
HEADERS = {"user-agent": "Cally", "accept": "application/json"}
LIMITS = outgoing.Limits(bytes=MOST_BYTES, seconds=30)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where notices come from and whose they must be; without both there are none."""

    url: str | None
    key: str | None

    @property
    def usable(self) -> bool:
        """Whether there is something to ask, and a key to believe it by."""
        return bool(self.url and self.key)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The last look: when, what went wrong (empty for nothing), and the newest notice that was ever believed."""

    looked_at: int
    fault: str
    notice: Notice | None

    @property
    def newer(self) -> Notice | None:
        """The notice, when it is of a newer version than the one that runs."""
        return self.notice if self.notice is not None and is_newer(self.notice.version, __version__) else None


def source(operator: Settings) -> Source:
    """Where this instance's notices come from."""
    return Source(url=operator.updates_url, key=operator.release_key or build().release_key)


def cadence() -> int:
    """Once a day, but not all instances in the same minute."""
    return DAY_SECONDS - JITTER_SECONDS + secrets.randbelow(2 * JITTER_SECONDS)


async def is_wanted(db: Reader) -> bool:
    """Whether an admin has switched it on."""
    return await settings.value(db, WANTED) == "on"


async def seen(db: Reader) -> Seen | None:
    """What the last look has found; None before the first one."""
    text = await settings.value(db, SEEN)
    try:
        return msgspec.json.decode(text, type=Seen) if text else None
    except msgspec.MsgspecError:
        return None


async def change_wanted(store: Store, *, wanted: bool, now: int, actor: Actor) -> None:
    """Look once a day from now on, or never."""
    async with store.write() as tx:
        await settings.put(tx, WANTED, "on" if wanted else "off")
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:setting:change", subject=f"setting:{WANTED}")


async def look(store: Store, source: Source, *, now: int, allowed: tuple[str, ...]) -> None:
    """Ask for the notice if an admin wants it, and keep what came of it."""
    if not await is_wanted(store.reader) or not source.usable:
        return
    before = await seen(store.reader)
    notice = before.notice if before is not None else None
    try:
        notice, fault = await _asked(source, notice, now, allowed), ""
    except CallyError as error:
        fault = error.sentence
    made = Seen(looked_at=now, fault=fault, notice=notice)
    async with store.write() as tx:
        await settings.put(tx, SEEN, msgspec.json.encode(made).decode())


async def _asked(source: Source, known: Notice | None, now: int, allowed: tuple[str, ...]) -> Notice:
    url = source.url or ""
    document, signature = [await _fetched(address, allowed) for address in (url, url + SUFFIX)]
    key = public_key(source.key or "")
    return read_notice(document, signature.decode("utf-8", "replace"), key, now=now, seen=known)


async def _fetched(address: str, allowed: tuple[str, ...]) -> bytes:
    answer = await outgoing.get(address, headers=HEADERS, allowed=allowed, limits=LIMITS)
    if answer.status != 200:
        raise outgoing.failed(f"The address of the notices answered {answer.status}.")
    return answer.body
