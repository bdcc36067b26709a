"""What ends when an account gets another password: sessions, links that are under way, and letters about them."""

from typing import Literal

from cally.accounts.second_factors import STEP
from cally.model.accounts import Account, Actor
from cally.notify import write_letter
from cally.store import Writer, accounts, audit, letters, one_time_links, sessions

How = Literal["own", "admin", "reset"]

VERIFY = "verify"
RESET = "reset"
INVITATION = "invitation"
USED = "Not sent: the password was changed meanwhile."


async def take_password(
    tx: Writer,
    account: Account,
    hashed: str,
    *,
    how: How,
    now: int,
    actor: Actor,
    kept: bytes = b"",
    breach_query: str = "off",
) -> None:
    """Keep another password; all sessions end but that of the hash `kept`, and the owner is told by a letter."""
    await accounts.update_password(tx, account.id, hashed)
    await sessions.delete_others(tx, account.id, kept=kept)
    await end_links(tx, account.id)
    if account.verified_at is not None:  # whoever had the old password may have asked for another address
        await one_time_links.delete_of(tx, account.id, VERIFY)
        await letters.withdraw(tx, account.id, "verify_address", answer=USED)
    await write_letter(
        tx, None, account=account, kind="password_changed", facts={"how": how, "from": actor.address}, now=now
    )
    tag, subject = f"{actor.kind}:account:set_password", f"account:{account.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, how=how, breach_query=breach_query)


async def end_links(tx: Writer, account_id: int) -> None:
    """Whatever could still choose a password, or goes on from an old one, is worthless now."""
    for purpose in (RESET, INVITATION, STEP):
        await one_time_links.delete_of(tx, account_id, purpose)
    await letters.withdraw(tx, account_id, "reset_password", answer=USED)
    await letters.withdraw(tx, account_id, "invitation", answer=USED)
