"""Letting somebody in whose first factor has been proved: the one way to a session, whatever the factor was."""

import msgspec

from cally.accounts.known_devices import meet_device
from cally.accounts.sessions import start_session
from cally.accounts.visitors import Visitor
from cally.model.accounts import Account, Factor
from cally.store import Writer


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """In: the new session's token. `new_device` is a secret to keep in a browser that was not known before."""

    token: str
    account: Account
    new_device: str = ""


class SecondStep(msgspec.Struct, frozen=True, kw_only=True):
    """Not in yet: a second factor is to be proved first; `token` is the short-lived secret of this half-way state."""

    token: str
    account: Account


Entry = Entered | SecondStep


async def let_in(tx: Writer, account: Account, visitor: Visitor, *, factors: tuple[Factor, ...], now: int) -> Entry:
    """A session for an account that has proved these factors, inside the transaction of the proof."""
    token = await start_session(tx, account, now=now, address=visitor.address, device=visitor.device, factors=factors)
    new_device = await meet_device(tx, account, visitor, now=now)
    return Entered(token=token, account=account, new_device=new_device)
