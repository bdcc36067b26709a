"""Channels: any Apprise address of a host, kept sealed, shown masked, spoken to in a thread of its own."""

import asyncio
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.ids import new_id
from cally.model.messages import Channel
from cally.model.texts import line
from cally.notify.confined import confined
from cally.notify.failures import NotTaken
from cally.store import Reader, Store, audit, channels
from cally.vault import Vault

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

LONGEST_ADDRESS = 2_000
MOST_CHANNELS = 20
SEND_SECONDS = 30
AT_ONCE = 16
LONGEST_ANSWER = 500
MASK = "••••"
SEPARATORS = re.compile(r"[/?@:&=]+")
SHORTEST_SECRET = 8
OWN_MACHINE = frozenset(["blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"])

_free_threads = threading.BoundedSemaphore(AT_ONCE)


async def add_channel(
    store: Store, vault: Vault, host_id: int, *, name: str, address: str, now: int, actor: Actor
) -> Channel:
    """Keep a new channel of a host. Raises `invalid` naming `name` or `address` when Apprise does not know the form."""
    title = line(name, "name", longest=60)
    service, shown = named(address)
    if len(await channels.list_of(store.reader, host_id)) >= MOST_CHANNELS:
        raise invalid("address", f"At most {MOST_CHANNELS} channels are possible.")
    row = new_id(now)
    channel = Channel(
        id=row,
        host_id=host_id,
        name=title,
        service=service,
        shown_address=shown,
        address_sealed=vault.seal(address.strip(), table="channel", row=row, column="address_sealed"),
        created_at=now,
    )
    subject = f"channel:{row}"
    async with store.write() as tx:
        await channels.insert(tx, channel)
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:channel:add", subject=subject, name=title)
    return channel


async def list_channels(db: Reader, host_id: int) -> list[Channel]:
    """A host's channels, oldest first; none of them holds its address in clear."""
    return await channels.list_of(db, host_id)


async def remove_channel(store: Store, host_id: int, channel_id: int, *, now: int, actor: Actor) -> None:
    """Forget a channel; raises `not_found` when this host has no such one."""
    async with store.write() as tx:
        if not await channels.delete(tx, channel_id, host_id=host_id):
            raise not_found("channel")
        subject = f"channel:{channel_id}"
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:channel:remove", subject=subject)


async def test_channel(
    store: Store, vault: Vault, host_id: int, channel_id: int, *, now: int, allowed: tuple[str, ...]
) -> str:
    """Send a few words to a channel at once; its answer, which is also noted. `allowed` as for `send`.

    Raises `not_found` when this host has no such channel, `channel_failed` with what went wrong.
    """
    channel = await channels.by_id(store.reader, channel_id)
    if channel is None or channel.host_id != host_id:
        raise not_found("channel")
    try:
        return await send(
            vault, channel, "Cally: a test", f"If you can read this, “{channel.name}” works.", allowed=allowed
        )
    except NotTaken as failure:
        raise CallyError("channel_failed", failure.answer) from failure


async def send(vault: Vault, channel: Channel, title: str, body: str, *, allowed: tuple[str, ...] = ()) -> str:
    """Say something on a channel; its answer. Private networks are spoken to only if `allowed` lists them.

    Raises `NotTaken`, permanent when its address can no longer be used.
    """
    try:
        address = vault.open(channel.address_sealed, table="channel", row=channel.id, column="address_sealed")
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error
    await say(address, title, body, allowed=allowed)
    return f"{channel.service} took the message."


def named(address: str) -> tuple[str, str]:
    """The service behind an Apprise address, and the address with its secrets masked. Raises `invalid`: `address`."""
    service = _known(line(address, "address", longest=LONGEST_ADDRESS))
    return str(service.service_name), _shown(service)


async def say(address: str, title: str, body: str, *, allowed: tuple[str, ...] = ()) -> None:
    """Say something at an Apprise address, as `send` does. Raises `NotTaken`."""
    try:
        _known(address)
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error
    try:
        async with asyncio.timeout(SEND_SECONDS):
            refused = await _in_a_thread(lambda: _notify(address, title, body, allowed))
    except TimeoutError as error:
        raise NotTaken(f"The channel did not answer within {SEND_SECONDS} seconds.", permanent=False) from error
    if refused is not None:
        raise NotTaken(refused, permanent=False)


def _notify(address: str, title: str, body: str, allowed: tuple[str, ...]) -> str | None:
    """None when the service took it, else what we or Apprise say went wrong, without the address."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - heavy: imported where used

    caller = Apprise(asset=_asset())
    caller.add(_known(address))
    with confined(allowed) as refused:
        result = caller.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
    if refused:
        return refused[0]
    if result:
        return None
    said = " ".join(entry.message for entry in result.logs()) or "The channel did not take the message."
    return _masked(said, address)[:LONGEST_ANSWER]


def _known(address: str) -> "NotifyBase":
    """The service behind an address; raises `invalid` naming `address`, which is not repeated: it may hold secrets."""
    from apprise import Apprise  # noqa: PLC0415 - heavy: imported where used

    scheme = address.partition("://")[0].strip().lower()
    if scheme in OWN_MACHINE:
        raise invalid("address", f"“{scheme}://” speaks to the server's own desktop or log, not to you.")
    with confined(()) as refused:
        service = Apprise.instantiate(address.strip(), asset=_asset(), suppress_exceptions=True)
    if refused:
        raise invalid("address", refused[0])
    if service is None:
        raise invalid("address", "Apprise does not know this address; it should look like ntfy://ntfy.sh/my-topic.")
    return service


def _shown(service: "NotifyBase") -> str:
    """The address as Apprise masks it, without its options, for those may be secret headers."""
    shown: Any = service.url(privacy=True)  # type: ignore[no-untyped-call] # Apprise leaves its plugins unannotated
    return str(shown).partition("?")[0]


def _asset() -> "AppriseAsset":
    from apprise import AppriseAsset  # noqa: PLC0415 - heavy: imported where used

    return AppriseAsset(app_id="Cally", app_desc="Cally", app_url="", async_mode=False, secure_logging=True)


def _masked(text: str, address: str) -> str:
    """Without any longer piece of the address: each of them may be a token."""
    pieces = {piece for piece in SEPARATORS.split(address) if len(piece) >= SHORTEST_SECRET}
    for secret in sorted({address, *pieces}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


async def _in_a_thread(work: Callable[[], str | None]) -> str | None:
    """Run what may hang in a thread that neither the store's threads nor the end of the process wait for."""
    if not _free_threads.acquire(blocking=False):
        raise NotTaken("Too many channels are slow to answer at this moment.", permanent=False)
    done: Future[str | None] = Future()
    threading.Thread(target=_finish, args=(work, done), name="channel", daemon=True).start()
    return await asyncio.wrap_future(done)


def _finish(work: Callable[[], str | None], done: "Future[str | None]") -> None:
    done.set_running_or_notify_cancel()
    try:
        done.set_result(work())
    except Exception as error:  # noqa: BLE001 - handed on to whoever waits for this thread
        done.set_exception(error)
    finally:
        _free_threads.release()
