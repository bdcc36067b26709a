"""An account comes with its host; every fault names its field."""

import pytest

from cally.accounts import create_account
from cally.errors import CallyError
from cally.model.accounts import Account
from cally.store import Store, accounts, audit, hosts
from tests.accounts.conftest import CLI
from tests.cast import NOW

FIELDS = {
    "email": "cy@example.com",
    "name": "Cy Twombly",
    "role": "host",
    "password": None,
    "slug": None,
    "tz": "Europe/Rome",
    "locale": "it",
}


async def create(store: Store, **changed: object) -> Account:
    given = FIELDS | changed
    return await create_account(store, **given, now=NOW, actor=CLI, verified=True)  # type: ignore[arg-type]


async def test_an_account_and_its_host_are_made_together(store: Store):
    """One id, one transaction, one audit entry, and a page that may be published."""
    account = await create(store)
    host = await hosts.by_slug(store.reader, "cy-twombly")
    assert host is not None
    assert (host.id, host.email, host.tz, host.locale) == (account.id, "cy@example.com", "Europe/Rome", "it")
    entries = await audit.list_for(store.reader, f"account:{account.id}")
    assert [entry.tag for entry in entries] == ["cli:account:create"]


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("Cy Twombly", ["cy-twombly", "cy-twombly-2", "cy-twombly-3"]),
        ("Admin", ["admin-2", "admin-3"]),
        ("王小明", ["cy0", "cy1"]),
        ("x" * 60, ["x" * 60, "x" * 58 + "-2"]),
    ],
)
async def test_the_slug_is_made_from_the_name(store: Store, name: str, slugs: list[str]):
    """Unique, none of Cally's own addresses, of the right length; a name without Latin letters lends the address's."""
    for number, expected in enumerate(slugs):
        account = await create(store, name=name, email=f"cy{number}@example.com")
        host = await hosts.by_id(store.reader, account.id)
        assert host is not None
        assert host.slug == expected


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "cy"}, "email"),
        ({"email": "ADA@example.com "}, "email"),
        ({"name": " "}, "name"),
        ({"name": "Cy\r\nBcc: x"}, "name"),
        ({"slug": "Cy T"}, "slug"),
        ({"slug": "admin"}, "slug"),
        ({"slug": "ada"}, "slug"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"locale": "klingon language"}, "locale"),
        ({"password": "too short"}, "password"),
        ({"password": "Cy Twombly cy 1928"}, "password"),
    ],
)
async def test_each_fault_names_its_field(store: Store, ada: Account, changed: dict[str, str], field: str):
    """And nothing is made then."""
    with pytest.raises(CallyError) as caught:
        await create(store, **changed)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)
    assert await accounts.count(store.reader) == 1
