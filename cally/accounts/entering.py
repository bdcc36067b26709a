"""Letting somebody in whose first factor has been proved: the one way to a session, whatever the factor was."""

import msgspec

from cally.accounts.known_devices import meet_device
from cally.accounts.second_factors import has_second_factor, start_second_step
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
    """A session for an account that has proved these factors, inside the transaction of the proof.

    Where the account has a second factor and a passkey was not the first, this is only half the way.
    """
    if "passkey" not in factors and await has_second_factor(tx, account.id):
        return SecondStep(token=await start_second_step(tx, account, factors, now=now), account=account)
    return await enter(tx, account, visitor, factors=factors, now=now)


async def enter(tx: Writer, account: Account, visitor: Visitor, *, factors: tuple[Factor, ...], now: int) -> Entered:
    """The session of an account whose every factor has been proved; only `let_in` and the second step end here."""
    token = await start_session(tx, account, now=now, address=visitor.address, device=visitor.device, factors=factors)
    new_device = await meet_device(tx, account, visitor, now=now)
    return Entered(token=token, account=account, new_device=new_device)
