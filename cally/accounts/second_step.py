"""The second step of a sign-in: a code, a recovery code or a passkey; five tries, ten minutes, then all over again."""

from collections.abc import Awaitable, Callable

import msgspec

from cally.accounts.brake import SignInBrake
from cally.accounts.ceremonies import Credential, Site
from cally.accounts.entering import Entered, enter
from cally.accounts.passkeys import accept, judge
from cally.accounts.recovery_codes import take_recovery_code
from cally.accounts.second_factors import STEP, HalfWay
from cally.accounts.totp import take_code
from cally.accounts.visitors import Visitor
from cally.errors import CallyError
from cally.model.accounts import Account, Actor, Factor
from cally.store import Reader, Store, Writer, accounts, audit, one_time_links
from cally.vault import Vault, token_hash

TRIES = 5
WRONG = "This code is not right, or it was used before."

Judge = Callable[[Writer, Account], Awaitable[bool]]


async def waiting_account(db: Reader, token: str, now: int) -> Account | None:
    """Whose sign-in waits for its second step; None when it has ended, was used, or the account is locked out."""
    link = await one_time_links.live(db, token_hash=token_hash(token), purpose=STEP, now=now)
    account = await accounts.by_id(db, link.account_id) if link is not None and link.account_id is not None else None
    return account if account is not None and account.disabled_at is None else None


async def finish_with_code(
    store: Store, vault: Vault, *, token: str, code: str, now: int, visitor: Visitor, brake: SignInBrake
) -> Entered:
    """In, by the code that the app shows.

    Raises `sign_in_failed` for a wrong one, `step_over` when the sign-in must begin anew, `rate_limited`.
    """

    async def judged(tx: Writer, account: Account) -> bool:
        return await take_code(tx, vault, account.id, code, now=now)

    return await _finish(store, judged, "totp", token=token, now=now, visitor=visitor, brake=brake)


async def finish_with_recovery_code(
    store: Store, *, token: str, code: str, now: int, visitor: Visitor, brake: SignInBrake
) -> Entered:
    """In, by one of the recovery codes; the same errors as `finish_with_code`."""

    async def judged(tx: Writer, account: Account) -> bool:
        actor = Actor(kind=account.role, account_id=account.id, address=visitor.address)
        return await take_recovery_code(tx, account, code, now=now, actor=actor)

    return await _finish(store, judged, "recovery_code", token=token, now=now, visitor=visitor, brake=brake)


async def finish_with_passkey(
    store: Store, vault: Vault, site: Site, credential: Credential, *, token: str, now: int, visitor: Visitor
) -> Entered:
    """In, by a passkey of the account; the same errors as `finish_with_code`."""
    account = await waiting_account(store.reader, token, now)
    if account is None:
        raise _over()
    shown = await judge(store.reader, vault, site, "second", account.id, credential, now)
    async with store.write() as tx:
        link = await one_time_links.live(tx, token_hash=token_hash(token), purpose=STEP, now=now)
        if link is None or not await one_time_links.consume(tx, token_hash=token_hash(token), purpose=STEP, now=now):
            raise _over()
        await accept(tx, shown, now=now)
        factors = (*_half_way(link.data).factors, "passkey")
        return await enter(tx, await _let(tx, account), visitor, factors=factors, now=now)


async def _finish(
    store: Store, judged: Judge, factor: Factor, *, token: str, now: int, visitor: Visitor, brake: SignInBrake
) -> Entered:
    """Each try is counted in the transaction that judges it, so that many at once are not more than five."""
    hashed = token_hash(token)
    waiting = await waiting_account(store.reader, token, now)
    if waiting is None:
        raise _over()
    brake.attempt(visitor.address, _braked(waiting), now)
    entered, tries = None, TRIES
    async with store.write() as tx:
        link = await one_time_links.live(tx, token_hash=hashed, purpose=STEP, now=now)
        if link is None:
            raise _over()
        account = await _let(tx, waiting)
        half = _half_way(link.data)
        if await judged(tx, account):
            await one_time_links.consume(tx, token_hash=hashed, purpose=STEP, now=now)
            entered = await enter(tx, account, visitor, factors=(*half.factors, factor), now=now)
        else:
            tries = await _count(tx, hashed, half, now)
            actor = Actor(kind="guest", address=visitor.address)
            subject = f"account:{account.id}"
            await audit.insert(
                tx, now=now, actor=actor, tag="guest:session:refuse", subject=subject, factor=factor, tries=tries
            )
    if entered is not None:
        brake.succeeded(visitor.address, _braked(waiting))
        return entered
    raise _over() if tries >= TRIES else CallyError("sign_in_failed", WRONG, field="code")


async def _count(tx: Writer, hashed: bytes, half: HalfWay, now: int) -> int:
    tries = half.tries + 1
    if tries >= TRIES:
        await one_time_links.consume(tx, token_hash=hashed, purpose=STEP, now=now)
    else:
        more = msgspec.structs.replace(half, tries=tries)
        await one_time_links.update_data(tx, token_hash=hashed, data=msgspec.json.encode(more).decode())
    return tries


async def _let(tx: Writer, waiting: Account) -> Account:
    """The account as it is now: it may have been locked out in the meantime."""
    account = await accounts.by_id(tx, waiting.id)
    if account is None or account.disabled_at is not None:
        raise _over()
    return account


def _half_way(data: str) -> HalfWay:
    return msgspec.json.decode(data, type=HalfWay)


def _braked(account: Account) -> str:
    """Beside the password's own key: a right password must not forgive wrong codes."""
    return f"second step {account.id}"


def _over() -> CallyError:
    return CallyError("step_over", "That took too long, or too many tries; please sign in again.")
