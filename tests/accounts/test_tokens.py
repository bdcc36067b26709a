"""API tokens: scoped, shown once, ended in time."""

import pytest

from cally.accounts import create_token, disable_account, list_tokens, revoke_token, token, touch_token
from cally.accounts.tokens import TOUCH_SECONDS
from cally.errors import CallyError
from cally.model.accounts import Account, ApiToken
from cally.store import Store
from tests.accounts.conftest import CLI
from tests.cast import DAY, NOW


async def make_token(store: Store, account: Account, *scopes: str, days: int | None = None) -> tuple[ApiToken, str]:
    return await create_token(store, account_id=account.id, name="Script", scopes=scopes, days=days, now=NOW, actor=CLI)


async def test_a_token_acts_for_its_account(store: Store, ben: Account):
    """With the scopes it was given, in the order of the documentation."""
    made, secret = await make_token(store, ben, "bookings:write", "bookings:read", "bookings:read")
    assert secret.startswith("cally_")
    assert made.scopes == ("bookings:read", "bookings:write")
    assert await token(store.reader, secret, NOW) == (made, ben)


async def test_only_its_hash_is_kept(store: Store, ben: Account):
    """Neither the table nor the audit log knows the secret."""
    _, secret = await make_token(store, ben, "bookings:read")
    kept = [await store.reader.rows("SELECT * FROM api_token"), await store.reader.rows("SELECT * FROM audit_entry")]
    assert secret.removeprefix("cally_") not in repr(kept)


async def test_it_ends_in_time(store: Store, ben: Account):
    """After as many days as were asked for; without a number, never."""
    _, ending = await make_token(store, ben, "bookings:read", days=3)
    _, lasting = await make_token(store, ben, "bookings:read")
    assert await token(store.reader, ending, NOW + 3 * DAY - 1) is not None
    assert await token(store.reader, ending, NOW + 3 * DAY) is None
    assert await token(store.reader, lasting, NOW + 3_000 * DAY) is not None


async def test_it_ends_with_the_account(store: Store, ada: Account, ben: Account):
    """Locking an account out locks its programs out."""
    _, secret = await make_token(store, ben, "bookings:read")
    await disable_account(store, ben.id, now=NOW, actor=CLI)
    assert await token(store.reader, secret, NOW) is None
    with pytest.raises(CallyError, match="no such account"):
        await make_token(store, ben, "bookings:read")


async def test_revoking_is_for_the_owner_only(store: Store, ada: Account, ben: Account):
    """Ben's token is unknown among Ada's; among his own it is worthless at once."""
    made, secret = await make_token(store, ben, "bookings:read")
    with pytest.raises(CallyError) as caught:
        await revoke_token(store, account_id=ada.id, token_id=made.id, now=NOW, actor=CLI)
    assert caught.value.code == "not_found"
    assert await token(store.reader, secret, NOW) is not None
    await revoke_token(store, account_id=ben.id, token_id=made.id, now=NOW, actor=CLI)
    assert await token(store.reader, secret, NOW) is None
    assert await list_tokens(store.reader, ben.id) == []


@pytest.mark.parametrize(
    ("scopes", "says"), [([], "at least one"), (["bookings:red"], "unknown"), (["admin:read"], "Only an admin")]
)
async def test_wrong_scopes_are_refused_in_words(store: Store, ben: Account, scopes: list[str], says: str):
    """None, a misspelt one, and one above the account's role."""
    with pytest.raises(CallyError, match=says) as caught:
        await make_token(store, ben, *scopes)
    assert caught.value.facts["field"] == "scopes"


async def test_an_admin_may_have_the_admin_scopes(store: Store, ada: Account):
    """For scripts that look after the machine."""
    made, _ = await make_token(store, ada, "admin:read", "admin:write")
    assert made.scopes == ("admin:read", "admin:write")


@pytest.mark.parametrize("days", [0, -1, 100_000])
async def test_the_days_have_bounds(store: Store, ben: Account, days: int):
    """From one day to ten years."""
    with pytest.raises(CallyError) as caught:
        await make_token(store, ben, "bookings:read", days=days)
    assert caught.value.facts["field"] == "days"


async def test_using_a_token_seldom_writes(store: Store, ben: Account):
    """The first use is noted, then one every five minutes."""
    await make_token(store, ben, "bookings:read")
    used = []
    for now in (NOW, NOW + TOUCH_SECONDS - 1, NOW + TOUCH_SECONDS):
        (found,) = await list_tokens(store.reader, ben.id)
        await touch_token(store, found, now)
        used.append((await list_tokens(store.reader, ben.id))[0].last_used_at)
    assert used == [NOW, NOW, NOW + TOUCH_SECONDS]
