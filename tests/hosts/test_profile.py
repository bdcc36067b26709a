"""Who a host is to guests."""

import pytest

from cally.errors import CallyError
from cally.hosts import host_by_id, host_by_slug, list_hosts, update_host
from cally.model.hosts import Host
from cally.model.rules import Cap
from cally.store import Store, accounts, audit, occupancy
from tests.cast import NOW
from tests.hosts.conftest import AS_ADA


async def test_what_is_given_changes_and_the_rest_stays(store: Store, ada: Host):
    """Name and address change together with the account's name; zone and language are as before."""
    changed = await update_host(store, ada.id, name="Ada King", slug="ada-king", now=NOW, actor=AS_ADA)
    assert (changed.tz, changed.locale, changed.email) == (ada.tz, ada.locale, ada.email)
    assert await host_by_slug(store.reader, "ada-king") == changed
    assert await host_by_slug(store.reader, "ada") is None
    account = await accounts.by_id(store.reader, ada.id)
    assert account is not None
    assert account.name == "Ada King"


async def test_caps_can_be_set_and_taken_away(store: Store, ada: Host):
    """They count everything a host offers."""
    capped = await update_host(store, ada.id, caps=(Cap(per="week", bookings=10),), now=NOW, actor=AS_ADA)
    assert capped.caps == (Cap(per="week", bookings=10),)
    assert (await update_host(store, ada.id, caps=(), now=NOW, actor=AS_ADA)).caps == ()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"slug": "ben"}, "slug"),
        ({"slug": "api"}, "slug"),
        ({"name": ""}, "name"),
        ({"tz": "CET+1 or so"}, "tz"),
        ({"locale": "?"}, "locale"),
        ({"week_starts_on": "monday"}, "week_starts_on"),
        ({"about": "x" * 3_000}, "about"),
        ({"caps": (Cap(per="day", bookings=1, minutes=1),)}, "caps[0]"),
    ],
)
async def test_each_fault_names_its_field(store: Store, ada: Host, ben: Host, changed: dict[str, object], field: str):
    """And nothing changes."""
    with pytest.raises(CallyError) as caught:
        await update_host(store, ada.id, **changed, now=NOW, actor=AS_ADA)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)
    assert await host_by_id(store.reader, ada.id) == ada


async def test_a_change_is_noted_and_makes_answers_from_memory_stale(store: Store, ada: Host):
    """The audit log names the fields, not what they hold; the host's revision rises."""
    before = await occupancy.revision(store.reader, ada.id)
    await update_host(store, ada.id, about="A secret", tz="UTC", now=NOW, actor=AS_ADA)
    (entry,) = await audit.list_for(store.reader, f"host:{ada.id}")
    assert (entry.tag, entry.facts) == ("host:host:update", {"fields": "tz about"})
    assert await occupancy.revision(store.reader, ada.id) > before


async def test_hosts_are_listed_oldest_first(store: Store, ada: Host, ben: Host):
    """All of them, with their addresses."""
    assert {host.slug for host in await list_hosts(store.reader)} == {"ada", "ben"}
