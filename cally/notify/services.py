"""Speaking to services by their Apprise address: known or not, masked, confined, in a thread of its own."""

import asyncio
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import msgspec

from cally.errors import CallyError, invalid
from cally.model.texts import line
from cally.notify import discord
from cally.notify.confined import confined
from cally.notify.discord import Card
from cally.notify.failures import NotTaken

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

LONGEST_ADDRESS = 2_000
SEND_SECONDS = 30
AT_ONCE = 16
LONGEST_ANSWER = 500
MASK = "••••"
SEPARATORS = re.compile(r"[/?@:&=]+")
SHORTEST_SECRET = 8
OWN_MACHINE = frozenset(["blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"])
TERSE_LENGTH = 1_250  # what carries no more, and no title, goes to telephones
TERSE = frozenset({"whatsapp", "signal", "signals", "threema"})
PHONE_PLACE = "{phone}"
SAMPLE_PHONE = "+15557654321"

_free_threads = threading.BoundedSemaphore(AT_ONCE)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said: `short` (a sentence and a link) where messages cost money, `card` where fields are shown."""

    title: str
    body: str
    short: str = ""
    card: Card | None = None


def named(address: str) -> tuple[str, str]:
    """The service behind an Apprise address, and the address with its secrets masked. Raises `invalid`: `address`."""
    service = known(line(address, "address", longest=LONGEST_ADDRESS))
    return str(service.service_name), _shown(service)


def named_for_guests(address: str) -> tuple[str, str]:
    """The same of an address with a place for a guest's number; raises `invalid` where that would reach nobody."""
    template = line(address, "address", longest=LONGEST_ADDRESS)
    if PHONE_PLACE not in template:
        raise invalid("address", f"Please write {PHONE_PLACE} where the guest's number belongs.")
    if (
        not template.strip().lower().startswith(template.partition("://")[0].strip().lower())
        or PHONE_PLACE in (template.partition("://")[0])
    ):
        raise invalid("address", f"{PHONE_PLACE} belongs behind the name of the service.")
    service = known(for_phone(template, SAMPLE_PHONE))
    digits = SAMPLE_PHONE.removeprefix("+")
    reached: Any = service.url()  # type: ignore[no-untyped-call] # Apprise leaves its plugins unannotated
    if digits not in str(reached).replace("%2B", ""):
        raise invalid("address", f"This service would not send to the number in place of {PHONE_PLACE}.")
    return str(service.service_name), _shown(service).replace("%2B", "+").replace(SAMPLE_PHONE, PHONE_PLACE).replace(
        digits, PHONE_PLACE
    )


def for_phone(template: str, phone: str) -> str:
    """The address that reaches a number (E.164: a plus and digits, nothing that could change the address)."""
    return template.replace(PHONE_PLACE, phone)


async def say(address: str, said: Said, *, allowed: tuple[str, ...] = (), hidden: str = "") -> None:
    """Say something at an Apprise address. Private networks are spoken to only if `allowed` lists them.

    Raises `NotTaken`, permanent when the address can no longer be used. `hidden` is the number of a guest, who is
    told in short; no answer repeats it.
    """
    try:
        service = known(address)
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error
    try:
        async with asyncio.timeout(SEND_SECONDS):
            hook = discord.hook_of(service) if said.card is not None else None
            if hook is not None and said.card is not None:
                await discord.post(hook, said.card, allowed=allowed)
                return
            is_short = said.short and (hidden or is_terse(service))
            title, body = ("", said.short) if is_short else (said.title, said.body)
            refused = await _in_a_thread(lambda: _notify(address, title, body, allowed))
    except TimeoutError as error:
        raise NotTaken(f"The channel did not answer within {SEND_SECONDS} seconds.", permanent=False) from error
    if refused is not None:
        raise NotTaken(refused.replace(hidden, MASK) if hidden else refused, permanent=False)


def is_terse(service: "NotifyBase") -> bool:
    """Whether it sends text messages to telephones, where a sentence and a link are enough, and each part is paid."""
    if str(getattr(service, "schema", "")).lower() in TERSE:
        return True
    return service.title_maxlen == 0 and service.body_maxlen <= TERSE_LENGTH and _asks_for_phone(service)


def _asks_for_phone(service: "NotifyBase") -> bool:
    """Apprise calls the targets of text messages `target_phone`."""
    return any("phone" in name for name in getattr(service, "template_tokens", {}))


def known(address: str) -> "NotifyBase":
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


def _notify(address: str, title: str, body: str, allowed: tuple[str, ...]) -> str | None:
    """None when the service took it, else what we or Apprise say went wrong, without the address."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - heavy: imported where used

    caller = Apprise(asset=_asset())
    caller.add(known(address))
    with confined(allowed) as refused:
        result = caller.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
    if refused:
        return refused[0]
    if result:
        return None
    said = " ".join(entry.message for entry in result.logs()) or "The channel did not take the message."
    return _masked(said, address)[:LONGEST_ANSWER]


def _shown(service: "NotifyBase") -> str:
    """The address as Apprise masks it, without its options, for those may be secret headers."""
    shown: Any = service.url(privacy=True)  # type: ignore[no-untyped-call] # Apprise leaves its plugins unannotated
    return str(shown).partition("?")[0]


def _asset() -> "AppriseAsset":
    from apprise import AppriseAsset  # noqa: PLC0415 - heavy: imported where used

    return AppriseAsset(app_id="Cally", app_desc="Cally", app_url="", async_mode=False, secure_logging=True)


def _masked(text: str, address: str) -> str:
    """Without any longer piece of the address: each of them may be a token, or a guest's number."""
    pieces = {piece.removeprefix("+") for piece in SEPARATORS.split(address)}
    found = {piece for piece in pieces if len(piece) >= SHORTEST_SECRET}
    for secret in sorted({address, *found}, key=len, reverse=True):
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
