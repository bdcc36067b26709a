"""`cally admin reset-2fa`."""

import asyncio
from pathlib import Path

import pyotp

from cally.accounts.second_factors import factors_of
from cally.accounts.totp import confirm_totp, start_totp, totp_to_confirm
from cally.model.accounts import Actor
from cally.store import accounts, audit, open_store
from cally.vault import Vault, read_or_make_key
from tests.cast import NOW
from tests.cli.conftest import Cally


def test_somebody_who_lost_the_phone_is_let_in_again(cally: Cally, state: Path, ada: dict[str, str]):
    """What was removed is said, and noted in the audit log; a second time there is nothing left."""
    asyncio.run(_set_up_an_app(state))
    ran = cally("admin", "reset-2fa", "--email", "ada@example.com")
    assert ran.code == 0
    assert "Removed for ada@example.com: the authenticator app, 0 passkeys, 0 recovery codes." in ran.out
    assert asyncio.run(_left(state)) == (False, "cli:second_factor:reset")
    assert "ada@example.com had no second factor." in cally("admin", "reset-2fa", "--email", "ada@example.com").out


def test_an_unknown_address_is_said(cally: Cally, ada: dict[str, str]):
    """Nothing is done."""
    ran = cally("admin", "reset-2fa", "--email", "eve@example.com")
    assert ran.code == 1
    assert "no such account" in ran.err


async def _set_up_an_app(state: Path) -> None:
    vault = Vault(read_or_make_key(state / "cally.key"))
    store = open_store(state / "cally.db", vault.database_key)
    ada = await accounts.by_email(store.reader, "ada@example.com")
    assert ada is not None
    await start_totp(store, vault, ada, now=NOW)
    setup = await totp_to_confirm(store.reader, vault, ada, site="cally.test")
    assert setup is not None
    code = pyotp.TOTP(setup.key).at(NOW)
    await confirm_totp(store, vault, ada, code, now=NOW, actor=Actor(kind="host", account_id=ada.id))
    await store.close()


async def _left(state: Path) -> tuple[bool, str]:
    store = open_store(state / "cally.db", Vault(read_or_make_key(state / "cally.key")).database_key)
    ada = await accounts.by_email(store.reader, "ada@example.com")
    assert ada is not None
    has = (await factors_of(store.reader, ada.id)).any
    last = (await audit.list_for(store.reader, f"account:{ada.id}"))[-1].tag
    await store.close()
    return has, last
