"""Proving a mail address: a link sent to it, before pages are public, and before an account goes by another one."""

import msgspec

from cally.accounts.taking_over import RESET, VERIFY
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Account, Actor
from cally.model.addresses import email_address
from cally.notify import write_letter
from cally.store import Reader, Store, Writer, accounts, audit, letters, one_time_links
from cally.vault import Vault, new_token, token_hash

LINK_SECONDS = 3 * 86_400
LETTERS_AN_HOUR = 3
HOUR = 3_600
OVERTAKEN = "Not sent: another one was asked for."


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a link would prove: that this address is the account's; `is_new` when it replaces another one."""

    account: Account
    email: str
    is_new: bool


async def write_verification(tx: Writer, vault: Vault, account: Account, email: str, *, now: int) -> None:
    """Send a link to the address; the one before stops working."""
    await one_time_links.delete_of(tx, account.id, VERIFY)
    await letters.withdraw(tx, account.id, "verify_address", answer=OVERTAKEN)
    token, expires_at = new_token(), now + LINK_SECONDS
    await one_time_links.insert(
        tx,
        token_hash=token_hash(token),
        purpose=VERIFY,
        now=now,
        expires_at=expires_at,
        account_id=account.id,
        data=email,
    )
    facts = {"former": account.email} if email != account.email else {}
    await write_letter(
        tx,
        vault,
        account=account,
        kind="verify_address",
        facts=facts,
        now=now,
        to=email,
        secret=token,
        expires_at=expires_at,
    )


async def send_verification(store: Store, vault: Vault, account_id: int, *, now: int, actor: Actor) -> Account:
    """Send the link once more; raises `conflict` when the address is confirmed, `rate_limited` after three an hour."""
    async with store.write() as tx:
        account = await _get(tx, account_id)
        if account.verified_at is not None:
            raise CallyError("conflict", "This address is confirmed already.")
        await _require_room(tx, account_id, now)
        await write_verification(tx, vault, account, account.email, now=now)
        await _record(tx, account, "ask_verification", now, actor)
    return account


async def ask_new_email(store: Store, vault: Vault, account_id: int, email: str, *, now: int, actor: Actor) -> str:
    """Ask the owner of another address whether this account may go by it; the address in normal form.

    Nothing changes until they say so. The answer does not tell whether somebody else has the address: they are sent
    nothing. Raises `invalid` (`email`) or `rate_limited`.
    """
    wanted = email_address(email)
    async with store.write() as tx:
        account = await _get(tx, account_id)
        if wanted == account.email:
            raise invalid("email", "This is your address already.")
        await _require_room(tx, account_id, now)
        if await accounts.by_email(tx, wanted) is None:
            await write_verification(tx, vault, account, wanted, now=now)
        await _record(tx, account, "ask_email", now, actor)
    return wanted


async def proof(db: Reader, token: str, now: int) -> Proof | None:
    """What a link would prove, if it still works."""
    link = await one_time_links.live(db, token_hash=token_hash(token), purpose=VERIFY, now=now)
    account = await accounts.by_id(db, link.account_id) if link and link.account_id else None
    if link is None or account is None or account.disabled_at is not None:
        return None
    return Proof(account=account, email=link.data, is_new=link.data != account.email)


async def confirm_email(store: Store, token: str, *, now: int, address: str) -> Proof:
    """Use a link up: the account's address is confirmed, or another one takes its place and the former is told.

    Raises `not_found` when the link was used, has ended or never was, `conflict` when somebody else has the address.
    """
    async with store.write() as tx:
        shown = await proof(tx, token, now)
        if shown is None:
            raise not_found("link")
        await one_time_links.consume(tx, token_hash=token_hash(token), purpose=VERIFY, now=now)
        account = shown.account
        actor = Actor(kind=account.role, account_id=account.id, address=address)
        if shown.is_new:
            await _take_email(tx, account, shown.email, now, actor)
        else:
            await accounts.update_verified(tx, account.id, now=now)
            await _record(tx, account, "verify", now, actor)
    return shown


async def _take_email(tx: Writer, account: Account, email: str, now: int, actor: Actor) -> None:
    if await accounts.by_email(tx, email) is not None:
        raise CallyError("conflict", "This address belongs to another account by now.")
    await one_time_links.delete_of(tx, account.id, RESET)
    await letters.withdraw(tx, account.id, "reset_password", answer="Not sent: the address was changed meanwhile.")
    facts = {"new": email, "from": actor.address}
    await write_letter(tx, None, account=account, kind="address_changed", facts=facts, now=now, to=account.email)
    await accounts.update_email(tx, account.id, email, now=now)
    await _record(tx, account, "change_email", now, actor)


async def _require_room(db: Reader, account_id: int, now: int) -> None:
    if await letters.count_of(db, account_id, "verify_address", since=now - HOUR) >= LETTERS_AN_HOUR:
        sentence = "Several mails were sent within the last hour; please look for them, or try again later."
        raise CallyError("rate_limited", sentence, retry_after=HOUR)


async def _get(db: Reader, account_id: int) -> Account:
    account = await accounts.by_id(db, account_id)
    if account is None:
        raise not_found("account")
    return account


async def _record(tx: Writer, account: Account, action: str, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:account:{action}", f"account:{account.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject)
