"""Signing in gives a new session, or the same "no" whatever was wrong."""

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from cally.accounts import SignInBrake, disable_account, session, sign_in
from cally.accounts.brake import FREE_FAILURES
from cally.errors import CallyError
from cally.model.accounts import Account
from cally.store import Store, audit
from cally.store import accounts as stored
from tests.accounts.conftest import CLI, FIREFOX, HOME, PASSWORD, make, signed_in
from tests.cast import NOW


async def refused(store: Store, email: str, password: str) -> tuple[str, str, dict[str, object]]:
    """Everything that is told about a sign-in that failed."""
    with pytest.raises(CallyError) as caught:
        await signed_in(store, email, password=password)
    return caught.value.code, caught.value.sentence, caught.value.facts


async def test_the_right_password_opens_a_session(store: Store, ada: Account):
    """The token stands for Ada from now on; capitals and blanks around the address do not matter."""
    found = await session(store.reader, await signed_in(store, " Ada@Example.COM "), NOW)
    assert found is not None
    assert found.account == ada


async def test_each_sign_in_has_a_token_of_its_own(store: Store, ada: Account):
    """256 bits, never the same twice, and only their hash is stored."""
    one, other = await signed_in(store), await signed_in(store)
    assert one != other
    assert len(one) == 43
    rows = await store.reader.rows("SELECT * FROM session")
    assert len(rows) == 2
    assert one not in repr(rows)


async def test_every_failure_is_answered_alike(store: Store, ada: Account, ben: Account):
    """Wrong password, unknown address, no address at all, no password set, disabled: nobody can tell which."""
    await make(store, "Dora Maar", password=None)
    await disable_account(store, ben.id, now=NOW, actor=CLI)
    answers = [
        await refused(store, "ada@example.com", "not the password at all"),
        await refused(store, "nobody@example.com", PASSWORD),
        await refused(store, "no address", PASSWORD),
        await refused(store, "dora@example.com", PASSWORD),
        await refused(store, "ben@example.com", PASSWORD),
        await refused(store, "ada@example.com", ""),
        await refused(store, "ada@example.com", "\ud800" * 3_000),
    ]
    assert answers[0][0] == "sign_in_failed"
    assert all(answer == answers[0] for answer in answers)


async def test_success_and_failure_are_noted(store: Store, ada: Account):
    """The audit log says from where; what was typed as the address is not kept, for it may be a password."""
    await refused(store, "my-secret-password", "ada@example.com")
    await refused(store, "ada@example.com", "not the password at all")
    await signed_in(store)
    unknown = await audit.list_for(store.reader, "account:unknown")
    known = await audit.list_for(store.reader, f"account:{ada.id}")
    assert [entry.tag for entry in unknown] == ["guest:session:refuse"]
    assert sorted((entry.tag, entry.address) for entry in known) == [
        ("admin:session:create", HOME),
        ("cli:account:create", ""),
        ("guest:session:refuse", HOME),
    ]
    assert "my-secret-password" not in repr(await store.reader.rows("SELECT * FROM audit_entry"))


async def test_guessing_is_slowed_even_with_the_right_password(store: Store, ada: Account):
    """Once the brake holds, the right password waits as well; else the brake would tell it from a wrong one."""
    brake = SignInBrake()
    told = []
    for password in ["wrong " * 3] * FREE_FAILURES + [PASSWORD]:
        with pytest.raises(CallyError) as caught:
            await sign_in(store, email=ada.email, password=password, now=NOW, visitor=FIREFOX, brake=brake)
        told.append(caught.value.code)
    assert told == ["sign_in_failed"] * FREE_FAILURES + ["rate_limited"]


async def test_an_outdated_hash_is_renewed(store: Store, ada: Account):
    """Stronger parameters reach old accounts at their next sign-in."""
    async with store.write() as tx:
        await stored.update_password(tx, ada.id, await cheap_hash(PASSWORD))
    before = await stored.password_hash(store.reader, ada.id)
    await signed_in(store)
    after = await stored.password_hash(store.reader, ada.id)
    assert before != after
    assert after is not None
    assert "m=19456,t=2" in after
    await signed_in(store)


async def cheap_hash(password: str) -> str:
    """A hash as an older version might have made it."""
    kdf = Argon2id(salt=b"some salt", length=32, iterations=1, lanes=1, memory_cost=64)
    return kdf.derive_phc_encoded(password.encode())
