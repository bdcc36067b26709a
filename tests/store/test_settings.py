"""What an admin changes in the browser, and links that work once."""

import pytest

from cally.errors import CallyError
from cally.store import Store, one_time_links, settings
from cally.vault import Vault, token_hash
from tests.cast import NOW

LINK = token_hash("a secret address")


async def test_a_setting_replaces_the_one_before(store: Store):
    """One text per name, until it is removed."""
    for url in ("https://old.example.org", "https://cally.example.org"):
        async with store.write() as tx:
            await settings.put(tx, "public_url", url)
    assert await settings.value(store.reader, "public_url") == "https://cally.example.org"
    async with store.write() as tx:
        assert await settings.delete(tx, "public_url") == 1
    assert await settings.value(store.reader, "public_url") is None


async def test_a_secret_is_kept_sealed(store: Store, vault: Vault):
    """It is no text, and opens only under its own name."""
    sealed = vault.seal("smtp://cally:hunter2@mail", table="setting", row=0, column="smtp_url")
    async with store.write() as tx:
        await settings.put(tx, "smtp_url", "instead of a text")
        await settings.put_sealed(tx, "smtp_url", sealed)
    assert await settings.value(store.reader, "smtp_url") is None
    kept = await settings.sealed(store.reader, "smtp_url")
    assert kept is not None
    assert b"hunter2" not in kept
    assert vault.open(kept, table="setting", row=0, column="smtp_url") == "smtp://cally:hunter2@mail"
    with pytest.raises(CallyError):
        vault.open(kept, table="setting", row=0, column="public_url")


async def test_a_one_time_link_is_used_once_and_in_time(store: Store):
    """The second use, one that is late, and one for another purpose find nothing."""
    async with store.write() as tx:
        await one_time_links.insert(tx, token_hash=LINK, purpose="setup", now=NOW, expires_at=NOW + 60)
    async with store.write() as tx:
        assert not await one_time_links.consume(tx, token_hash=LINK, purpose="reset", now=NOW)
        assert not await one_time_links.consume(tx, token_hash=LINK, purpose="setup", now=NOW + 60)
        assert await one_time_links.consume(tx, token_hash=LINK, purpose="setup", now=NOW + 59)
        assert not await one_time_links.consume(tx, token_hash=LINK, purpose="setup", now=NOW + 59)
