"""Signing in with address and password: equal answers and equal work whether the account exists or not."""

from cally.accounts.brake import Attempt, SignInBrake
from cally.accounts.entering import Entry, let_in
from cally.accounts.known_devices import device_known
from cally.accounts.passwords import is_outdated, password_hash, password_matches
from cally.accounts.visitors import Visitor
from cally.errors import CallyError
from cally.model.accounts import Account, Actor
from cally.model.addresses import email_address
from cally.store import Store, accounts, audit


async def sign_in(
    store: Store,
    *,
    email: str,
    password: str,
    now: int,
    visitor: Visitor,
    brake: SignInBrake,
    worked: bool = False,
) -> Entry:
    """A new session, or the step that is still missing; whatever token was there before is never kept.

    Raises `sign_in_failed`, the same for a wrong password, an unknown and a disabled account, or `rate_limited` with
    `retry_after` seconds. With `work` among its facts, so many bits of work or some patience help, shown as `worked`.
    """
    wanted = normal_email(email)
    known = await accounts.by_email(store.reader, wanted)
    device = await device_known(store.reader, known, visitor) if known else ""
    attempt = Attempt(address=visitor.address, account=wanted, device=device, worked=worked)
    await brake.forget_lifted(store.reader, attempt, now)
    brake.begin(attempt, now)
    kept = await accounts.password_hash(store.reader, known.id) if known and known.disabled_at is None else None
    with brake.judging(trusted=worked or bool(device)):
        right = await password_matches(password, kept)
        fresh = await password_hash(password) if right and kept and is_outdated(kept) else None
    if not right or known is None:
        await _note_failure(store, brake, attempt, known, now=now)
        raise _failed()
    async with store.write() as tx:
        if await accounts.password_hash(tx, known.id) != kept:  # changed while it was being judged
            raise _failed()
        if fresh is not None:
            await accounts.update_password(tx, known.id, fresh)
        entry = await let_in(tx, known, visitor, factors=("password",), now=now)
        await brake.entered(tx, attempt)
    return entry


def _failed() -> CallyError:
    return CallyError("sign_in_failed", "The e-mail address or the password is wrong.")


async def _note_failure(store: Store, brake: SignInBrake, attempt: Attempt, known: Account | None, *, now: int) -> None:
    """What was typed as the address is not noted: it may be a password in the wrong field."""
    actor = Actor(kind="guest", address=attempt.address)
    subject = f"account:{known.id}" if known else "account:unknown"
    async with store.write() as tx:
        await audit.insert(tx, now=now, actor=actor, tag="guest:session:refuse", subject=subject)
        await brake.failed(tx, attempt, known.id if known else None, now)


def normal_email(email: str) -> str:
    """The address as accounts are found by it; what is no address belongs to nobody."""
    try:
        return email_address(email)
    except CallyError:
        return email.strip().lower()[:254]
