"""A session ends by itself, by its owner, and with its account."""

from cally.accounts import disable_account, session, sign_out, sweep_sessions, touch_session
from cally.accounts.sessions import TOUCH_SECONDS
from cally.model.accounts import Account
from cally.store import Store
from tests.accounts.conftest import CLI, signed_in
from tests.cast import DAY, NOW

IDLE_SECONDS = 7 * DAY
LONGEST_SECONDS = 30 * DAY


async def last_used(store: Store) -> int:
    row = await store.reader.row("SELECT last_used_at FROM session")
    assert row is not None
    return int(row[0])


async def test_an_idle_session_ends(store: Store, ada: Account):
    """A week without use, to the second."""
    token = await signed_in(store)
    assert await session(store.reader, token, NOW + IDLE_SECONDS - 1) is not None
    assert await session(store.reader, token, NOW + IDLE_SECONDS) is None


async def test_a_used_session_ends_too(store: Store, ada: Account):
    """However often it is used, it lasts a month at most."""
    token = await signed_in(store)
    for now in range(NOW, NOW + LONGEST_SECONDS, DAY):
        found = await session(store.reader, token, now)
        assert found is not None
        await touch_session(store, token, found, now)
    assert await session(store.reader, token, NOW + LONGEST_SECONDS) is None


async def test_using_a_session_seldom_writes(store: Store, ada: Account):
    """A page view does not cost a transaction each."""
    token = await signed_in(store)
    found = await session(store.reader, token, NOW)
    assert found is not None
    await touch_session(store, token, found, NOW + TOUCH_SECONDS - 1)
    assert await last_used(store) == NOW
    await touch_session(store, token, found, NOW + TOUCH_SECONDS)
    assert await last_used(store) == NOW + TOUCH_SECONDS


async def test_signing_out_ends_this_session_only(store: Store, ada: Account):
    """The other device stays signed in; signing out twice is no fault."""
    here, there = await signed_in(store), await signed_in(store)
    await sign_out(store, here, now=NOW)
    await sign_out(store, here, now=NOW)
    assert await session(store.reader, here, NOW) is None
    assert await session(store.reader, there, NOW) is not None


async def test_a_disabled_account_has_no_sessions(store: Store, ada: Account, ben: Account):
    """Locked out at once, and not let in again by an old cookie when the account is enabled."""
    token = await signed_in(store, "ben@example.com")
    await disable_account(store, ben.id, now=NOW, actor=CLI)
    assert await session(store.reader, token, NOW) is None


async def test_an_unknown_token_is_nobody(store: Store, ada: Account):
    """Nor is the stored hash a token."""
    await signed_in(store)
    row = await store.reader.row("SELECT hex(token_hash) FROM session")
    assert row is not None
    assert await session(store.reader, str(row[0]), NOW) is None
    assert await session(store.reader, "", NOW) is None


async def test_the_sweep_removes_what_has_ended(store: Store, ada: Account):
    """One idle session goes, one in use stays."""
    await signed_in(store)
    used = await signed_in(store, now=NOW + DAY)
    assert await sweep_sessions(store, NOW + IDLE_SECONDS) == 1
    assert await session(store.reader, used, NOW + IDLE_SECONDS) is not None
