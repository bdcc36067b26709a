"""Recovery codes: ten of 80 bits, shown once, kept as hashes, each good once in place of a second factor."""

import secrets

from cally.accounts.second_factors import has_second_factor, record, tell_of_factor
from cally.errors import CallyError
from cally.model.accounts import Account, Actor
from cally.store import Store, Writer, recovery_codes
from cally.vault import token_hash

CODES = 10
CHARACTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's 32: none is taken for another
LENGTH = 16
GROUP = 4
MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})


async def make_recovery_codes(store: Store, account_id: int, *, now: int, actor: Actor) -> tuple[str, ...]:
    """Ten new codes, never to be shown again; all earlier ones are worthless. Raises `conflict` without a factor."""
    codes = tuple(_code() for _ in range(CODES))
    async with store.write() as tx:
        if not await has_second_factor(tx, account_id):
            raise CallyError("conflict", "Recovery codes stand in for a second factor; set one up first.")
        await recovery_codes.replace(tx, account_id, [_hash(account_id, code) for code in codes], now=now)
        await record(tx, account_id, "renew_codes", now=now, actor=actor)
    return codes


async def take_recovery_code(tx: Writer, account: Account, code: str, *, now: int, actor: Actor) -> bool:
    """Whether this is one of the account's codes that are left; it is used up by this, and its owner is told."""
    if not await has_second_factor(tx, account.id):
        return False
    if not await recovery_codes.consume(tx, account.id, _hash(account.id, code)):
        return False
    left = await recovery_codes.count(tx, account.id)
    await record(tx, account.id, "use_code", now=now, actor=actor, left=left)
    what = f"A recovery code, because it was used ({left} are left)"
    await tell_of_factor(tx, account, "second_factor_removed", what, now=now, actor=actor)
    return True


def _code() -> str:
    letters = "".join(secrets.choice(CHARACTERS) for _ in range(LENGTH))
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _hash(account_id: int, code: str) -> bytes:
    """The same for whatever way it is typed; bound to the account, so that equal codes of two look different."""
    typed = "".join(character for character in code.casefold() if character.isalnum()).translate(MISREAD)
    return token_hash(f"{account_id}:{typed}")
