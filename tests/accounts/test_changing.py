"""What may become of an account, and what may not."""

import pytest

from cally.accounts import (
    change_password,
    delete_account,
    disable_account,
    enable_account,
    session,
    set_password,
)
from cally.accounts.brake import SignInBrake
from cally.errors import CallyError
from cally.model.accounts import Account
from cally.store import Store, accounts, audit, hosts
from tests.accounts.conftest import CLI, PASSWORD, make, signed_in
from tests.booked import store_booking
from tests.cast import DAY, NOW

OTHER = "seven quiet lanterns glow"


async def test_a_disabled_host_has_no_page(store: Store, ada: Account, ben: Account):
    """The public address answers no more, and does again when the account is enabled."""
    await disable_account(store, ben.id, now=NOW, actor=CLI)
    assert await hosts.by_slug(store.reader, "ben") is None
    await enable_account(store, ben.id, now=NOW, actor=CLI)
    assert await hosts.by_slug(store.reader, "ben") is not None


async def test_disabling_twice_is_noted_once(store: Store, ada: Account, ben: Account):
    """The second time changes nothing."""
    for now in (NOW, NOW + 1):
        assert (await disable_account(store, ben.id, now=now, actor=CLI)).disabled_at == NOW
    tags = [entry.tag for entry in await audit.list_for(store.reader, f"account:{ben.id}")]
    assert tags.count("cli:account:disable") == 1


async def test_the_last_admin_stays(store: Store, ada: Account, ben: Account):
    """Neither locked out nor removed, until there is another admin."""
    with pytest.raises(CallyError, match="only admin"):
        await disable_account(store, ada.id, now=NOW, actor=CLI)
    with pytest.raises(CallyError, match="only admin"):
        await delete_account(store, ada.id, now=NOW, actor=CLI)
    await make(store, "Dora Maar", role="admin")
    await disable_account(store, ada.id, now=NOW, actor=CLI)


async def test_a_new_password_ends_the_other_sessions(store: Store, ada: Account):
    """Whoever else was signed in is out; the device that changed it stays."""
    here, there = await signed_in(store), await signed_in(store)
    await change_password(
        store, ada.id, current=PASSWORD, password=OTHER, now=NOW, actor=CLI, keep_session=here, brake=SignInBrake()
    )
    assert await session(store.reader, here, NOW) is not None
    assert await session(store.reader, there, NOW) is None
    await signed_in(store, password=OTHER)


async def test_changing_needs_the_present_password(store: Store, ada: Account):
    """An open browser is not enough."""
    token = await signed_in(store)
    with pytest.raises(CallyError) as caught:
        await change_password(
            store,
            ada.id,
            current="something else",
            password=OTHER,
            now=NOW,
            actor=CLI,
            keep_session=token,
            brake=SignInBrake(),
        )
    assert caught.value.facts["field"] == "current_password"


async def test_set_password_keeps_to_the_rules(store: Store, ada: Account):
    """Also for an admin at the command line."""
    with pytest.raises(CallyError) as caught:
        await set_password(store, ada.id, "ada lovelace example", now=NOW, actor=CLI)
    assert caught.value.facts["field"] == "password"


@pytest.mark.rule(57)
async def test_a_host_with_bookings_ahead_cannot_be_removed(store: Store, ada: Account, ben: Account):
    """They must be cancelled or handed over first; how many there are is said."""
    await store_booking(store, ben.id, starts_at=NOW + DAY)
    with pytest.raises(CallyError) as caught:
        await delete_account(store, ben.id, now=NOW, actor=CLI)
    assert (caught.value.code, caught.value.facts["future_bookings"]) == ("conflict", 1)
    assert await accounts.by_id(store.reader, ben.id) is not None


@pytest.mark.rule(57)
async def test_past_bookings_keep_their_host(store: Store, ada: Account, ben: Account):
    """The account can be disabled instead."""
    await store_booking(store, ben.id, starts_at=NOW - DAY)
    with pytest.raises(CallyError, match="disable"):
        await delete_account(store, ben.id, now=NOW, actor=CLI)


async def test_a_host_who_was_never_booked_can_be_removed(store: Store, ada: Account, ben: Account):
    """With schedules, event types and sessions; the audit log remembers."""
    token = await signed_in(store, "ben@example.com")
    await delete_account(store, ben.id, now=NOW + 1, actor=CLI)
    assert await accounts.by_id(store.reader, ben.id) is None
    assert await hosts.by_id(store.reader, ben.id) is None
    assert await session(store.reader, token, NOW) is None
    assert (await audit.list_for(store.reader, f"account:{ben.id}"))[-1].tag == "cli:account:delete"
