"""A forgotten password: a link by mail, asked for with equal answers, that lets nobody past a second factor."""

from cally.accounts.brake import SignInBrake
from cally.accounts.passwords import password_hash
from cally.accounts.policy import Surroundings, approve_password
from cally.accounts.signing_in import normal_email
from cally.accounts.taking_over import RESET, take_password
from cally.errors import not_found
from cally.model.accounts import Account, Actor
from cally.notify import write_letter
from cally.store import Reader, Store, accounts, audit, known_devices, one_time_links
from cally.vault import Vault, new_token, token_hash

LINK_SECONDS = 30 * 60
MOST_LINKS = 3  # that work at a time; asking for more writes to nobody


async def ask_reset(store: Store, vault: Vault, *, email: str, now: int, address: str, brake: SignInBrake) -> None:
    """Write a letter with a link to the account of that address, if there is one and it may be used.

    The same is written for an unknown address, and sent to nobody, so that neither answer nor work tells. Raises
    `rate_limited` with `retry_after` seconds.
    """
    wanted = normal_email(email)
    brake.attempt(address, f"reset {wanted}", now)
    token, expires_at = new_token(), now + LINK_SECONDS
    async with store.write() as tx:
        account = await accounts.by_email(tx, wanted)
        subject = f"account:{account.id}" if account else "account:unknown"
        live = await one_time_links.count_live(tx, account_id=account.id if account else 0, purpose=RESET, now=now)
        if account is not None and (account.disabled_at is not None or live >= MOST_LINKS):
            account = None
        await one_time_links.insert(
            tx,
            token_hash=token_hash(token),
            purpose=RESET,
            now=now,
            expires_at=expires_at,
            account_id=account.id if account else None,
            data=account.email if account else "",
        )
        facts = {"asked_from": address}
        await write_letter(
            tx,
            vault,
            account=account,
            kind="reset_password",
            facts=facts,
            now=now,
            secret=token,
            expires_at=expires_at,
        )
        actor = Actor(kind="guest", address=address)
        await audit.insert(tx, now=now, actor=actor, tag="guest:password:ask_reset", subject=subject)


async def reset_account(db: Reader, token: str, now: int) -> Account | None:
    """Whose password a link would set, if it still works."""
    link = await one_time_links.live(db, token_hash=token_hash(token), purpose=RESET, now=now)
    account = await accounts.by_id(db, link.account_id) if link and link.account_id else None
    if link is None or account is None or account.disabled_at is not None or account.email != link.data:
        return None
    return account


async def reset_password(
    store: Store,
    token: str,
    password: str,
    *,
    now: int,
    address: str,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> Account:
    """Use a link up: another password, every session ended, no browser known any more; nobody is signed in by it.

    Second factors stay. The link came by mail, so the address is confirmed, too. Raises `invalid` (`password`; the link
    still works then) or `not_found`.
    """
    account = await reset_account(store.reader, token, now)
    if account is None:
        raise not_found("link")
    asked = await approve_password(
        store.reader, password, name=account.name, email=account.email, account=account, around=around
    )
    hashed = await password_hash(password)
    async with store.write() as tx:
        if await reset_account(tx, token, now) is None:
            raise not_found("link")
        actor = Actor(kind=account.role, account_id=account.id, address=address)
        await take_password(tx, account, hashed, how="reset", now=now, actor=actor, breach_query=asked)
        await known_devices.delete_of(tx, account.id)
        await accounts.update_verified(tx, account.id, now=now)
    return account
