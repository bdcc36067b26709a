"""What may become of an account: locked out, let in again, another password, gone; the last admin always stays."""

from cally.accounts.brake import SignInBrake, proof_key
from cally.accounts.passwords import password_hash, password_matches
from cally.accounts.policy import Surroundings, approve_password
from cally.accounts.taking_over import How, take_password
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Account, Actor
from cally.store import Reader, Store, Writer, accounts, audit, bookings, hosts, oauth_grants, sessions, teams
from cally.vault import token_hash


async def list_accounts(db: Reader) -> list[Account]:
    """Every account, oldest first."""
    return await accounts.list_all(db)


async def account_by_id(db: Reader, account_id: int) -> Account | None:
    """The account of that id."""
    return await accounts.by_id(db, account_id)


async def account_by_email(db: Reader, email: str) -> Account | None:
    """The account of a mail address in normal form."""
    return await accounts.by_email(db, email)


async def disable_account(store: Store, account_id: int, *, now: int, actor: Actor) -> Account:
    """Lock an account out at once: its sessions end, its tokens and its public page stop working.

    Bookings stay as they are. Raises `conflict` for the last admin.
    """
    async with store.write() as tx:
        account = await _get(tx, account_id)
        if account.disabled_at is None:
            await require_other_admin(tx, account)
            await accounts.update_disabled(tx, account_id, now)
            await sessions.delete_of(tx, account_id)
            await oauth_grants.delete_of(tx, account_id)
            await _record(tx, account, "disable", now, actor)
        return await _get(tx, account_id)


async def enable_account(store: Store, account_id: int, *, now: int, actor: Actor) -> Account:
    """Let an account in again."""
    async with store.write() as tx:
        account = await _get(tx, account_id)
        if account.disabled_at is not None:
            await accounts.update_disabled(tx, account_id, None)
            await _record(tx, account, "enable", now, actor)
        return await _get(tx, account_id)


async def set_password(
    store: Store,
    account_id: int,
    password: str,
    *,
    now: int,
    actor: Actor,
    keep_session: str | None = None,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> Account:
    """Give an account another password; every session ends but the one whose token is `keep_session`.

    Its owner is told by a letter. Raises `invalid` (`password`).
    """
    account = await _get(store.reader, account_id)
    asked = await approve_password(
        store.reader, password, name=account.name, email=account.email, account=account, around=around
    )
    hashed = await password_hash(password)
    kept = token_hash(keep_session) if keep_session is not None else b""
    async with store.write() as tx:
        account = await _get(tx, account_id)
        how: How = "own" if actor.account_id == account_id else "admin"
        await take_password(tx, account, hashed, kept=kept, how=how, now=now, actor=actor, breach_query=asked)
    return account


async def change_password(
    store: Store,
    account_id: int,
    *,
    current: str,
    password: str,
    now: int,
    actor: Actor,
    keep_session: str,
    brake: SignInBrake,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> Account:
    """Give oneself another password; raises `invalid` (`current_password`) unless the present one is known.

    Whoever finds a session open guesses no faster here than where it is proved again: `rate_limited`.
    """
    key = proof_key(account_id)
    brake.attempt(actor.address, key, now)
    kept = await accounts.password_hash(store.reader, account_id)
    with brake.judging():
        right = await password_matches(current, kept)
    if right:
        brake.succeeded(actor.address, key)
    else:
        raise invalid("current_password", "This is not your present password.")
    return await set_password(
        store, account_id, password, now=now, actor=actor, keep_session=keep_session, around=around
    )


async def delete_account(store: Store, account_id: int, *, now: int, actor: Actor) -> None:
    """Remove an account and what its host has set up.

    Raises `conflict` for the last admin, while bookings lie ahead (rule 57), and when there were any: those are kept,
    and so is the account, which can be disabled instead.
    """
    async with store.write() as tx:
        account = await _get(tx, account_id)
        await require_other_admin(tx, account)
        await _require_no_bookings(tx, account, now)
        await hosts.delete(tx, account_id)
        await accounts.delete(tx, account_id)
        await _record(tx, account, "delete", now, actor)


async def _require_no_bookings(db: Reader, account: Account, now: int) -> None:
    ahead = await bookings.count_future(db, account.id, now)
    if ahead:
        sentence = f"{account.name} has {ahead} bookings ahead; cancel them or hand them to another host first."
        raise CallyError("conflict", sentence, future_bookings=ahead)
    joined = await teams.list_of_host(db, account.id)
    if joined:
        names = ", ".join(f"“{team.name}”" for team in joined)
        raise CallyError("conflict", f"{account.name} is in {names}; take them out of it first.", future_bookings=0)
    if await hosts.has_bookings(db, account.id):
        sentence = f"{account.name} has had bookings, which are kept; disable the account instead."
        raise CallyError("conflict", sentence, future_bookings=0)


async def require_other_admin(db: Reader, account: Account) -> None:
    """Raise `conflict` for the only admin who can sign in."""
    if account.role == "admin" and account.disabled_at is None and await accounts.count_admins(db) == 1:
        raise CallyError("conflict", f"{account.name} is the only admin; make another one first.")


async def _get(db: Reader, account_id: int) -> Account:
    account = await accounts.by_id(db, account_id)
    if account is None:
        raise not_found("account")
    return account


async def _record(tx: Writer, account: Account, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:account:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"account:{account.id}")
