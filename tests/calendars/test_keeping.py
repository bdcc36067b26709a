"""Adding, listing and removing calendars."""

import pytest

from cally.calendars import add_calendar, get_calendar, list_calendars, remove_calendar
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.calendars import Calendar
from cally.model.hosts import Host
from cally.store import Store, audit, calendars
from cally.vault import Vault
from tests import cast
from tests.cast import NOW

SECRET = "https://calendar.google.com/calendar/ical/ada%40example.com/private-0a1b2c3d4e5f/basic.ics"
AS_ADA = Actor(kind="host", address="192.0.2.1")


async def add(
    store: Store, vault: Vault, host: Host, address: str = SECRET, *, name: str = "Work", tz: str | None = None
) -> Calendar:
    return await add_calendar(
        store, vault, host_id=host.id, name=name, address=address, tz=tz, tentative_blocks=True, now=NOW, actor=AS_ADA
    )


async def kept_address(store: Store, vault: Vault, calendar: Calendar) -> str:
    sealed = await calendars.sealed_address(store.reader, calendar.id)
    assert sealed is not None
    return vault.open(sealed, table="calendar", row=calendar.id, column="address_sealed")


async def test_a_calendar_is_due_at_once(store: Store, vault: Vault, ada: Host) -> None:
    """It is listed as never read, and its first read waits for nothing."""
    added = await add(store, vault, ada)
    assert await list_calendars(store.reader, ada.id) == [added]
    assert (added.last_read_at, added.next_read_at) == (None, NOW)


async def test_the_address_is_a_secret(store: Store, vault: Vault, ada: Host) -> None:
    """What is shown names the server alone; what is stored opens only with the key."""
    added = await add(store, vault, ada)
    assert added.shown_address == "https://calendar.google.com/…"
    assert b"private" not in (await calendars.sealed_address(store.reader, added.id) or b"")
    assert await kept_address(store, vault, added) == SECRET


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("webcal://p42-caldav.icloud.com/published/2/x", "https://p42-caldav.icloud.com/published/2/x"),
        ("  HTTPS://cal.example.org/a.ics#top ", "https://cal.example.org/a.ics"),
        ("webcals://cal.example.org/a.ics", "https://cal.example.org/a.ics"),
        ("http://nas.example.org:5232/ada/a.ics?b=1", "http://nas.example.org:5232/ada/a.ics?b=1"),
    ],
)
async def test_addresses_as_people_have_them(store: Store, vault: Vault, ada: Host, typed: str, kept: str) -> None:
    """webcal is https by another name; what only a browser needs is left away."""
    assert await kept_address(store, vault, await add(store, vault, ada, typed)) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "calendar",
        "cal.example.org/a.ics",
        "ftp://cal.example.org/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://[::1/",
        "https://x:port/",
        "https://x:99999/",
        "https://x/ y",
        "https://x/\ny",
        "https://x/" + "a" * 2_000,
    ],
)
async def test_what_is_no_address_is_refused(store: Store, vault: Vault, ada: Host, typed: str) -> None:
    """The fault is with the field `address`."""
    with pytest.raises(CallyError) as caught:
        await add(store, vault, ada, typed)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", "address")


async def test_an_unknown_zone_is_refused(store: Store, vault: Vault, ada: Host) -> None:
    """Rule 10 holds for what a host enters, too."""
    with pytest.raises(CallyError) as caught:
        await add(store, vault, ada, tz="Middle-earth/Shire")
    assert caught.value.facts["field"] == "tz"


async def test_a_calendar_without_a_name_is_called_after_its_server(store: Store, vault: Vault, ada: Host) -> None:
    """Something is shown in any case."""
    assert (await add(store, vault, ada, name=" ")).name == "calendar.google.com"


async def test_there_is_an_end_to_calendars(store: Store, vault: Vault, ada: Host) -> None:
    """The twenty-first is refused."""
    for _ in range(20):
        await add(store, vault, ada)
    with pytest.raises(CallyError, match="At most 20"):
        await add(store, vault, ada)


async def test_mallory_cannot_see_or_remove_it(store: Store, vault: Vault, ada: Host) -> None:
    """A calendar of somebody else does not exist."""
    mallory = await cast.host(store, "Mallory")
    added = await add(store, vault, ada)
    with pytest.raises(CallyError, match="no such calendar"):
        await get_calendar(store.reader, added.id, host_id=mallory.id)
    with pytest.raises(CallyError, match="no such calendar"):
        await remove_calendar(store, added.id, host_id=mallory.id, now=NOW, actor=AS_ADA)
    assert await list_calendars(store.reader, mallory.id) == []
    assert await list_calendars(store.reader, ada.id) == [added]


async def test_adding_and_removing_is_noted_without_the_address(store: Store, vault: Vault, ada: Host) -> None:
    """The audit log knows who did it."""
    added = await add(store, vault, ada)
    await remove_calendar(store, added.id, host_id=ada.id, now=NOW + 1, actor=AS_ADA)
    noted = await audit.list_for(store.reader, f"calendar:{added.id}")
    assert [entry.tag for entry in noted] == ["host:calendar:create", "host:calendar:delete"]
    assert noted[0].facts == {"name": "Work"}
