"""Addresses that messages lead to: the guest's secret manage link, and the host's page of a booking."""

from cally.vault import Vault

PURPOSE = "manage"


def manage_token(vault: Vault, uid: str) -> str:
    """The secret part of `/b/{token}` for a booking."""
    return vault.sign(PURPOSE, uid)


def manage_url(vault: Vault, public_url: str, uid: str) -> str:
    """Where a guest sees, moves and cancels their booking; whoever has this address may do so."""
    return f"{public_url}/b/{manage_token(vault, uid)}"


def host_url(public_url: str, uid: str) -> str:
    """Where a host, signed in, sees a booking and decides about it."""
    return f"{public_url}/app/bookings/{uid}"
