"""Lockouts: kept over a restart, shown and lifted; and an owner whom many addresses attack still gets in."""

import pytest

from cally.accounts import Entered, SignInBrake, Visitor, lift, lockouts, sign_in
from cally.accounts.brake import FREE_FAILURES, FREE_FAILURES_OF_ACCOUNT, WORK_BITS, Attempt
from cally.errors import CallyError
from cally.model.accounts import Account, Actor
from cally.store import Store, audit, sign_in_failures
from tests.accounts.conftest import PASSWORD
from tests.cast import NOW

MALLORY = "203.0.113.66"
ROOT = Actor(kind="cli")
WRONG = "wrong wrong wrong"


async def tried(
    store: Store,
    brake: SignInBrake,
    email: str,
    password: str = WRONG,
    *,
    address: str = MALLORY,
    known: str = "",
    worked: bool = False,
    now: int = NOW,
) -> str | Entered:
    """The code of a refusal, `work` when that is asked for, or the session."""
    visitor = Visitor(address=address, device="Firefox", known_device=known)
    try:
        entry = await sign_in(
            store, email=email, password=password, now=now, visitor=visitor, brake=brake, worked=worked
        )
    except CallyError as error:
        return "work" if "work" in error.facts else error.code
    assert isinstance(entry, Entered)
    return entry


async def locked(store: Store, email: str) -> SignInBrake:
    """A brake that holds Mallory off this address."""
    brake = SignInBrake()
    for _ in range(FREE_FAILURES):
        assert await tried(store, brake, email) == "sign_in_failed"
    return brake


async def attacked(store: Store, email: str) -> SignInBrake:
    """A brake on which so many addresses have guessed at this one that each is asked for work."""
    brake = SignInBrake()
    for number in range(FREE_FAILURES_OF_ACCOUNT):
        brake.begin(_from(f"198.51.{number}.1", email), NOW)
    return brake


def _from(address: str, email: str) -> Attempt:
    return Attempt(address=address, account=email)


async def test_a_lockout_survives_kill_9(store: Store, ada: Account) -> None:
    """It is in the database with the failure itself, so a new process holds as well; the owner gets in elsewhere."""
    await locked(store, ada.email)
    fresh = SignInBrake()
    await fresh.restore(store.reader, NOW)
    assert await tried(store, fresh, ada.email, PASSWORD) == "rate_limited"
    assert isinstance(await tried(store, fresh, ada.email, PASSWORD, address="192.0.2.1"), Entered)


async def test_unknown_addresses_are_kept_as_hashes(store: Store) -> None:
    """What was typed there may be a password."""
    await locked(store, "my-secret-password")
    rows = await store.reader.rows("SELECT * FROM sign_in_failure")
    assert rows
    assert "my-secret" not in repr(rows)


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
async def test_it_is_listed_and_lifted(store: Store, ada: Account, email: str) -> None:
    """A running server notices at the next try; who lifted it is in the audit log, and who was shut out."""
    brake = await locked(store, email)
    found = {one.kind: one for one in await lockouts(store.reader, NOW)}
    assert found["pair"].account == ("Ada Lovelace <ada@example.com>" if email == ada.email else "")
    assert (found["pair"].network, found["pair"].count, found["pair"].until) == (MALLORY, FREE_FAILURES, NOW + 15)
    assert await tried(store, brake, email) == "rate_limited"
    await lift(store, found["pair"].id, now=NOW, actor=ROOT)
    assert await lockouts(store.reader, NOW) == []
    assert await tried(store, brake, email) == "sign_in_failed"
    tags = [entry.tag for entry in await audit.list_latest(store.reader)]
    assert {"guest:session:lock", "cli:lockout:lift"} <= set(tags)


async def test_what_is_over_is_listed_no_more(store: Store, ada: Account) -> None:
    """A wait that has passed shuts nobody out."""
    await locked(store, ada.email)
    assert await lockouts(store.reader, NOW + 15) == []


async def test_success_is_kept_too(store: Store, ada: Account) -> None:
    """Else a restart would remember mistakes that were forgiven."""
    brake = SignInBrake()
    for _ in range(FREE_FAILURES - 1):
        await tried(store, brake, ada.email)
    assert isinstance(await tried(store, brake, ada.email, PASSWORD), Entered)
    assert not [one for one in await sign_in_failures.list_since(store.reader, 0, limit=9) if one.kind == "pair"]


async def test_many_addresses_must_work(store: Store, ada: Account) -> None:
    """A botnet has five tries each; together they have fifty, then each one costs a proof."""
    brake = await attacked(store, ada.email)
    assert await tried(store, brake, ada.email, PASSWORD) == "work"
    assert isinstance(await tried(store, brake, ada.email, PASSWORD, worked=True), Entered)


async def test_nobody_learns_by_that_whether_an_account_exists(store: Store, ada: Account) -> None:
    """The same for an address that is none of ours."""
    brake = await attacked(store, "nobody@example.com")
    assert await tried(store, brake, "nobody@example.com", PASSWORD) == "work"


async def test_a_known_browser_gets_in_whatever_others_do(store: Store, ada: Account) -> None:
    """Even from the network that the guesses come from; but it has no more free guesses of its own than any other."""
    entry = await tried(store, SignInBrake(), ada.email, PASSWORD)
    assert isinstance(entry, Entered)
    brake = await attacked(store, ada.email)
    for _ in range(FREE_FAILURES):
        await tried(store, brake, ada.email, worked=True)
    assert await tried(store, brake, ada.email, PASSWORD, worked=True) == "rate_limited"
    assert isinstance(await tried(store, brake, ada.email, PASSWORD, known=entry.new_device), Entered)
    for _ in range(FREE_FAILURES):
        assert await tried(store, brake, ada.email, known=entry.new_device) == "sign_in_failed"
    assert await tried(store, brake, ada.email, PASSWORD, known=entry.new_device) == "rate_limited"


async def test_anothers_browser_opens_nothing(store: Store, ada: Account) -> None:
    """A cookie that nobody knows, or that an unknown address shows, is none."""
    brake = await attacked(store, ada.email)
    assert await tried(store, brake, ada.email, PASSWORD, known="made up") == "work"


def test_the_work_is_bearable() -> None:
    """Some 65,000 hashes: a second of a phone."""
    assert WORK_BITS == 16
