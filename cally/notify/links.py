"""Addresses that messages lead to: the guest's secret manage link, and the host's page of a booking."""

from cally.model.bookings import Booking
from cally.model.messages import Message
from cally.vault import Vault

PURPOSE = "manage"
WAITLIST_PURPOSE = "waitlist"
ANSWER_PURPOSE = "answer"
STOP_PURPOSE = "stop-reminders"


def manage_token(vault: Vault, uid: str) -> str:
    """The secret part of `/b/{token}` for a booking."""
    return vault.sign(PURPOSE, uid)


def manage_url(vault: Vault, public_url: str, uid: str) -> str:
    """Where a guest sees, moves and cancels their booking; whoever has this address may do so."""
    return f"{public_url}/b/{manage_token(vault, uid)}"


def host_url(public_url: str, uid: str) -> str:
    """Where a host, signed in, sees a booking and decides about it."""
    return f"{public_url}/app/bookings/{uid}"


def host_link(public_url: str, message: Message) -> str:
    """Where a message leads a host: to the session that a seat is of, or to the booking while it needs an answer."""
    group = message.snapshot.group
    if group is None or group.change == "asked":
        return host_url(public_url, message.snapshot.booking.uid)
    return f"{public_url}/app/sessions/{group.uid}"


def answer_token(vault: Vault, booking: Booking, host_id: int) -> str:
    """The secret part of `/answer/{token}`: one host's leave to answer one request as it is at this sequence."""
    return vault.sign(ANSWER_PURPOSE, f"{booking.uid}-{booking.sequence}-{host_id}")


def answer_url(vault: Vault, public_url: str, booking: Booking, host_id: int) -> str:
    """Where a host answers a request without signing in; whoever has this address may do so."""
    return f"{public_url}/answer/{answer_token(vault, booking, host_id)}"


def stop_url(vault: Vault, public_url: str, message: Message) -> str:
    """Where whoever got a reminder wants no more of them from this host; it names nobody."""
    return f"{public_url}/reminders/{vault.sign(STOP_PURPOSE, str(message.id))}"


def waitlist_token(vault: Vault, uid: str) -> str:
    """The secret part of `/w/{token}` for an entry of a waitlist."""
    return vault.sign(WAITLIST_PURPOSE, uid)


def waitlist_url(vault: Vault, public_url: str, uid: str) -> str:
    """Where a guest sees their place in the line, takes what is offered, or leaves; their secret."""
    return f"{public_url}/w/{waitlist_token(vault, uid)}"
