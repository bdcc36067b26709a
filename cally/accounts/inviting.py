"""Inviting somebody by mail: they choose their own password, and by coming through the link prove their address."""

from cally.accounts.passwords import password_hash
from cally.accounts.policy import Surroundings, approve_password
from cally.accounts.registering import NewAccount, insert_account
from cally.accounts.taking_over import INVITATION, end_links
from cally.errors import CallyError, not_found
from cally.model.accounts import Account, Actor, Role
from cally.notify import write_letter
from cally.store import Reader, Store, Writer, accounts, audit, letters, one_time_links
from cally.vault import Vault, new_token, token_hash

LINK_SECONDS = 3 * 86_400
DAY = 86_400
LETTERS_A_DAY = 3
OVERTAKEN = "Not sent: another invitation was written."


async def invite(
    store: Store,
    vault: Vault,
    *,
    email: str,
    name: str,
    role: Role,
    slug: str | None,
    tz: str,
    locale: str,
    by: str,
    now: int,
    actor: Actor,
) -> Account:
    """Make an account without a password and send its owner a link, good for three days; `by` is who invites.

    Raises `invalid` with the field, also when there is an account with this address already: nothing is sent then.
    """
    new = NewAccount(email=email, name=name, role=role, password=None, slug=slug, tz=tz, locale=locale)
    async with store.write() as tx:
        account = await insert_account(tx, new, None, now=now, actor=actor, verified=False)
        await write_invitation(tx, vault, account, by, now)
    return account


async def invite_again(store: Store, vault: Vault, account_id: int, *, by: str, now: int, actor: Actor) -> Account:
    """Send another link to somebody who has not come yet; the one before stops working.

    Raises `not_found`, `conflict` for whoever has a password already or is locked out, `rate_limited` after three a
    day.
    """
    async with store.write() as tx:
        account = await accounts.by_id(tx, account_id)
        if account is None:
            raise not_found("account")
        if not await _is_expected(tx, account):
            raise CallyError("conflict", f"{account.name} can sign in already, or is locked out.")
        if await letters.count_of(tx, account_id, "invitation", since=now - DAY) >= LETTERS_A_DAY:
            sentence = "Several invitations were sent within a day; please try again tomorrow."
            raise CallyError("rate_limited", sentence, retry_after=DAY)
        await letters.withdraw(tx, account_id, "invitation", answer=OVERTAKEN)
        await write_invitation(tx, vault, account, by, now)
        tag, subject = f"{actor.kind}:account:invite", f"account:{account.id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject)
    return account


async def is_invited(db: Reader, account: Account) -> bool:
    """Whether an account still waits for its owner to choose a password."""
    return account.verified_at is None and await _is_expected(db, account)


async def invited_account(db: Reader, token: str, now: int) -> Account | None:
    """Whom a link invites, if it still works."""
    link = await one_time_links.live(db, token_hash=token_hash(token), purpose=INVITATION, now=now)
    account = await accounts.by_id(db, link.account_id) if link and link.account_id else None
    if link is None or account is None or account.email != link.data or not await _is_expected(db, account):
        return None
    return account


async def accept_invitation(
    store: Store,
    token: str,
    password: str,
    *,
    now: int,
    address: str,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> Account:
    """Use a link up: the account has a password and a confirmed address from now on.

    Raises `invalid` (`password`; the link still works then) or `not_found`.
    """
    account = await invited_account(store.reader, token, now)
    if account is None:
        raise not_found("link")
    asked = await approve_password(
        store.reader, password, name=account.name, email=account.email, account=account, around=around
    )
    hashed = await password_hash(password)
    async with store.write() as tx:
        if await invited_account(tx, token, now) is None:
            raise not_found("link")
        await accounts.update_password(tx, account.id, hashed)
        await accounts.update_verified(tx, account.id, now=now)
        await end_links(tx, account.id)
        actor = Actor(kind=account.role, account_id=account.id, address=address)
        tag, subject = f"{account.role}:account:accept_invitation", f"account:{account.id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, breach_query=asked)
    return account


async def _is_expected(db: Reader, account: Account) -> bool:
    return account.disabled_at is None and await accounts.password_hash(db, account.id) is None


async def write_invitation(tx: Writer, vault: Vault, account: Account, by: str, now: int) -> None:
    """Write somebody a link in the caller's transaction; one from before stops working."""
    token, expires_at = new_token(), now + LINK_SECONDS
    await one_time_links.delete_of(tx, account.id, INVITATION)
    await one_time_links.insert(
        tx,
        token_hash=token_hash(token),
        purpose=INVITATION,
        now=now,
        expires_at=expires_at,
        account_id=account.id,
        data=account.email,
    )
    await write_letter(
        tx,
        vault,
        account=account,
        kind="invitation",
        facts={"by": by, "role": account.role},
        now=now,
        secret=token,
        expires_at=expires_at,
    )
