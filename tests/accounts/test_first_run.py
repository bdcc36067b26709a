"""The first run: one address, one use, one admin."""

import pytest

from cally.accounts import make_setup_link, session, set_up, setup_is_open
from cally.accounts.first_run import LINK_SECONDS
from cally.errors import CallyError
from cally.model.accounts import Account
from cally.store import Store, accounts
from tests.accounts.conftest import FIREFOX, PASSWORD, make
from tests.cast import NOW, TZ


async def answered(store: Store, token: str, *, now: int = NOW, password: str = PASSWORD) -> tuple[str, Account]:
    """Somebody fills in the page behind the link."""
    entry = await set_up(
        store,
        token=token,
        email="ada@example.com",
        name="Ada Lovelace",
        password=password,
        slug=None,
        tz=TZ,
        locale="en",
        now=now,
        visitor=FIREFOX,
    )
    return entry.token, entry.account


async def link(store: Store, now: int = NOW) -> str:
    token = await make_setup_link(store, now)
    assert token is not None
    return token


async def test_the_link_makes_the_first_admin(store: Store):
    """Verified, signed in, and the link is used up."""
    token = await link(store)
    assert await setup_is_open(store.reader, token, NOW)
    signed, account = await answered(store, token)
    assert (account.role, account.verified_at) == ("admin", NOW)
    assert await session(store.reader, signed, NOW) is not None
    assert not await setup_is_open(store.reader, token, NOW)
    with pytest.raises(CallyError) as caught:
        await answered(store, token)
    assert caught.value.code == "not_found"


async def test_the_link_ends_by_itself(store: Store):
    """After a day it opens nothing."""
    token = await link(store)
    assert not await setup_is_open(store.reader, token, NOW + LINK_SECONDS)
    with pytest.raises(CallyError):
        await answered(store, token, now=NOW + LINK_SECONDS)
    assert await accounts.count(store.reader) == 0


async def test_a_new_link_replaces_the_old(store: Store):
    """Each start prints another one; only the last works."""
    old, new = await link(store), await link(store)
    assert not await setup_is_open(store.reader, old, NOW)
    assert await setup_is_open(store.reader, new, NOW)


async def test_a_mistake_does_not_use_the_link_up(store: Store):
    """A password that is too short is said; the same link works again."""
    token = await link(store)
    with pytest.raises(CallyError) as caught:
        await answered(store, token, password="too short")
    assert caught.value.facts["field"] == "password"
    await answered(store, token)


async def test_there_is_no_link_once_there_is_an_account(store: Store):
    """An account from the command line closes the set-up, also for a link made before."""
    token = await link(store)
    await make(store, "Ben Okri")
    assert not await setup_is_open(store.reader, token, NOW)
    with pytest.raises(CallyError):
        await answered(store, token)
    assert await make_setup_link(store, NOW) is None


async def test_nobody_guesses_a_link(store: Store):
    """What is no token, or another purpose's, opens nothing."""
    await link(store)
    assert not await setup_is_open(store.reader, "", NOW)
    with pytest.raises(CallyError):
        await answered(store, "x" * 43)
