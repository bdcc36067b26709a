"""Which calendars a host has Cally read: add one by its address, list them, remove one."""

from urllib.parse import SplitResult, urlsplit, urlunsplit

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.calendars import Calendar
from cally.model.ids import new_id
from cally.model.texts import line
from cally.model.zones import zone
from cally.store import Reader, Store, Writer, audit, calendars
from cally.vault import Vault

LONGEST_ADDRESS = 2_000
LONGEST_NAME = 80
MOST_CALENDARS = 20
SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}


async def add_calendar(
    store: Store,
    vault: Vault,
    *,
    host_id: int,
    name: str,
    address: str,
    tz: str | None,
    tentative_blocks: bool,
    now: int,
    actor: Actor,
) -> Calendar:
    """Have a calendar read from now on; its first read is due at once. Without a name it is called after its server.

    Raises `invalid` for an address that is none (`address`), an unknown zone (`tz`), a name too long (`name`).
    """
    parts = _address(address)
    calendar = Calendar(
        id=new_id(now),
        host_id=host_id,
        name=line(name, "name", required=False, longest=LONGEST_NAME) or str(parts.hostname),
        shown_address=f"{parts.scheme}://{parts.hostname}/…",
        tz=zone(tz) if tz else None,
        tentative_blocks=tentative_blocks,
        created_at=now,
        next_read_at=now,
    )
    sealed = vault.seal(urlunsplit(parts), table="calendar", row=calendar.id, column="address_sealed")
    async with store.write() as tx:
        if len(await calendars.list_of(tx, host_id)) >= MOST_CALENDARS:
            raise invalid("address", f"At most {MOST_CALENDARS} calendars can be read; remove one first.")
        await calendars.insert(tx, calendar, address_sealed=sealed)
        await _note(tx, calendar, "create", now, actor)
    return calendar


async def list_calendars(db: Reader, host_id: int) -> list[Calendar]:
    """A host's calendars, oldest first."""
    return await calendars.list_of(db, host_id)


async def get_calendar(db: Reader, calendar_id: int, *, host_id: int) -> Calendar:
    """A calendar of this host; raises `not_found` for anybody else's."""
    calendar = await calendars.by_id(db, calendar_id)
    if calendar is None or calendar.host_id != host_id:
        raise not_found("calendar")
    return calendar


async def remove_calendar(store: Store, calendar_id: int, *, host_id: int, now: int, actor: Actor) -> None:
    """Stop reading a calendar; what it said is busy is free again. Raises `not_found` unless it is the host's."""
    async with store.write() as tx:
        calendar = await get_calendar(tx, calendar_id, host_id=host_id)
        await calendars.delete(tx, calendar.id)
        await _note(tx, calendar, "delete", now, actor)


async def _note(tx: Writer, calendar: Calendar, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:calendar:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"calendar:{calendar.id}", name=calendar.name)


def _address(text: str) -> SplitResult:
    clean = text.strip()
    if len(clean) > LONGEST_ADDRESS or any(character.isspace() or not character.isprintable() for character in clean):
        raise _no_address()
    try:
        parts = urlsplit(clean)
        port = parts.port
    except ValueError as error:
        raise _no_address() from error
    if parts.scheme.lower() not in SCHEMES or not parts.hostname or port == 0:
        raise _no_address()
    return parts._replace(scheme=SCHEMES[parts.scheme.lower()], fragment="")


def _no_address() -> CallyError:
    return invalid("address", "Enter the calendar's address; it begins with https:// or webcal://.")
