"""Challenges of passkey ceremonies: signed, short-lived, bound to what they are for, and good once.

Nothing is stored until one has been answered rightly, so that asking for many costs the disk nothing.
"""

import secrets

from cally.store import Writer, one_time_links
from cally.vault import Vault, token_hash

SECONDS = 5 * 60
SPENT = "passkey-challenge"
NONCE_BYTES = 16


def make_challenge(vault: Vault, purpose: str, account_id: int, now: int) -> str:
    """A challenge for one purpose and account (0 for whoever signs in)."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return vault.sign(_signed_for(purpose, account_id), f"{now + SECONDS}-{nonce}")


def is_live(vault: Vault, purpose: str, account_id: int, challenge: str, now: int) -> bool:
    """Whether it was made for this, and not long ago."""
    subject = vault.verified(_signed_for(purpose, account_id), challenge)
    return subject is not None and int(subject.partition("-")[0]) > now


async def spend(tx: Writer, challenge: str, now: int) -> bool:
    """Use a live challenge up; False when it was used before."""
    hashed = token_hash(challenge)
    if await one_time_links.live(tx, token_hash=hashed, purpose=SPENT, now=now) is not None:
        return False
    await one_time_links.insert(tx, token_hash=hashed, purpose=SPENT, now=now, expires_at=now + SECONDS)
    return True


def _signed_for(purpose: str, account_id: int) -> str:
    return f"passkey {purpose} {account_id}"
