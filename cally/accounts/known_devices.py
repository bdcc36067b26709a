"""Browsers that an account knows: a sign-in from any other one is told to its owner by mail."""

from cally.accounts.visitors import Visitor
from cally.model.accounts import Account
from cally.model.devices import device_words
from cally.notify import write_letter
from cally.store import Reader, Writer, known_devices
from cally.vault import new_token, token_hash

SEPARATOR = "~"  # several people may sign in with one browser: its cookie holds a secret for each
MOST_IN_COOKIE = 8


async def meet_device(tx: Writer, account: Account, visitor: Visitor, *, now: int, tell: bool = True) -> str:
    """Know the browser from now on, and write a letter when it was not known before (`tell=False`: write none).

    What the browser shall keep; empty when it has it already.
    """
    secrets = _secrets(visitor)
    for secret in secrets:
        if await known_devices.update_seen(tx, account_id=account.id, secret_hash=token_hash(secret), now=now):
            return ""
    fresh = new_token()
    await known_devices.insert(tx, account_id=account.id, secret_hash=token_hash(fresh), now=now)
    if tell:
        facts = {"device": device_words(visitor.device), "from": visitor.address}
        await write_letter(tx, None, account=account, kind="new_sign_in", facts=facts, now=now)
    return SEPARATOR.join([fresh, *secrets][:MOST_IN_COOKIE])


async def device_known(db: Reader, account: Account, visitor: Visitor) -> str:
    """The hash, as text, of the secret by which this account knows the browser; empty when it does not."""
    for secret in _secrets(visitor):
        if await known_devices.is_known(db, account_id=account.id, secret_hash=token_hash(secret)):
            return token_hash(secret).hex()
    return ""


def _secrets(visitor: Visitor) -> list[str]:
    return [one for one in visitor.known_device.split(SEPARATOR) if one][:MOST_IN_COOKIE]
