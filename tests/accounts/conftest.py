"""Accounts that tests start from: Ada the admin and Ben the host, with passwords."""

import pytest

from cally.accounts import Entered, SignInBrake, Visitor, create_account, sign_in
from cally.model.accounts import Account, Actor, Role
from cally.store import Store
from tests.cast import NOW, TZ

CLI = Actor(kind="cli")
PASSWORD = "brass engines hum softly"
HOME = "192.0.2.1"
FIREFOX = Visitor(address=HOME, device="Firefox")


async def make(store: Store, name: str, *, role: Role = "host", password: str | None = PASSWORD) -> Account:
    """A verified account; `Ada Lovelace` signs in as ada@example.com."""
    first = name.split(maxsplit=1)[0].lower()
    return await create_account(
        store,
        email=f"{first}@example.com",
        name=name,
        role=role,
        password=password,
        slug=first,
        tz=TZ,
        locale="en",
        now=NOW,
        actor=CLI,
        verified=True,
    )


async def signed_in(store: Store, email: str = "ada@example.com", *, password: str = PASSWORD, now: int = NOW) -> str:
    """The token of a new session."""
    entry = await sign_in(store, email=email, password=password, now=now, visitor=FIREFOX, brake=SignInBrake())
    assert isinstance(entry, Entered)
    return entry.token


@pytest.fixture
async def ada(store: Store) -> Account:
    return await make(store, "Ada Lovelace", role="admin")


@pytest.fixture
async def ben(store: Store) -> Account:
    return await make(store, "Ben Okri")
