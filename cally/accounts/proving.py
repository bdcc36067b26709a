"""Proving again who one is, before something dangerous: any one factor will do, and the session gets another token."""

from collections.abc import Awaitable, Callable

from cally.accounts.brake import SignInBrake, proof_key
from cally.accounts.ceremonies import Credential, Site
from cally.accounts.passkeys import accept, judge
from cally.accounts.passwords import password_matches
from cally.accounts.recovery_codes import take_recovery_code
from cally.accounts.totp import take_code
from cally.errors import CallyError
from cally.model.accounts import Account, Actor, Factor, Session
from cally.store import Store, Writer, accounts, audit, sessions
from cally.vault import Vault, new_token, token_hash

Proof = Callable[[Writer], Awaitable[bool]]


async def has_password(store: Store, account_id: int) -> bool:
    """Whether an account can prove itself by a password at all."""
    return await accounts.password_hash(store.reader, account_id) is not None


async def prove_with_password(
    store: Store, session: Session, token: str, password: str, *, now: int, address: str, brake: SignInBrake
) -> str:
    """The session's new token; raises `sign_in_failed` (`password`) or `rate_limited`."""
    key = proof_key(session.account.id)
    brake.attempt(address, key, now)
    kept = await accounts.password_hash(store.reader, session.account.id)
    with brake.judging():
        right = await password_matches(password, kept)

    async def proof(tx: Writer) -> bool:
        return right and await accounts.password_hash(tx, session.account.id) == kept

    made = await _prove(store, session, token, proof, "password", now=now, address=address)
    if made is None:
        raise CallyError("sign_in_failed", "This is not your password.", field="password")
    brake.succeeded(address, key)
    return made


async def prove_with_code(
    store: Store, vault: Vault, session: Session, token: str, code: str, *, now: int, address: str, brake: SignInBrake
) -> str:
    """The session's new token, for a code of the app or a recovery code; raises `sign_in_failed` (`code`)."""
    key = proof_key(session.account.id)
    brake.attempt(address, key, now)
    used: Factor = "totp" if len("".join(code.split())) <= 8 else "recovery_code"

    async def proof(tx: Writer) -> bool:
        account = session.account
        if used == "totp":
            return await take_code(tx, vault, account.id, code, now=now)
        return await take_recovery_code(tx, account, code, now=now, actor=_actor(account, address))

    made = await _prove(store, session, token, proof, used, now=now, address=address)
    if made is None:
        raise CallyError("sign_in_failed", "This code is not right, or it was used before.", field="code")
    brake.succeeded(address, key)
    return made


async def prove_with_passkey(
    store: Store,
    vault: Vault,
    site: Site,
    session: Session,
    token: str,
    credential: Credential,
    *,
    now: int,
    address: str,
) -> str:
    """The session's new token, for a passkey of its account; raises `sign_in_failed`."""
    shown = await judge(store.reader, vault, site, "again", session.account.id, credential, now)

    async def proof(tx: Writer) -> bool:
        await accept(tx, shown, now=now)
        return True

    made = await _prove(store, session, token, proof, "passkey", now=now, address=address)
    if made is None:
        raise AssertionError("a passkey that was accepted proves")
    return made


async def _prove(
    store: Store, session: Session, token: str, proof: Proof, factor: Factor, *, now: int, address: str
) -> str | None:
    """Another token, or None for a wrong proof, which is noted; who has the former token has nothing any more."""
    made, account = new_token(), session.account
    factors = "+".join(dict.fromkeys((*session.factors, factor)))
    async with store.write() as tx:
        right = await proof(tx)
        if right and not await sessions.update_proof(
            tx, token_hash(token), new_hash=token_hash(made), factors=factors, now=now
        ):
            raise CallyError("sign_in_failed", "This session has ended; please sign in again.")
        tag = f"{account.role}:session:{'prove' if right else 'refuse'}"
        actor, subject = _actor(account, address), f"account:{account.id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, factor=factor)
    return made if right else None


def _actor(account: Account, address: str) -> Actor:
    return Actor(kind=account.role, account_id=account.id, address=address)
