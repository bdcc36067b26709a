"""What kinds of work are called on the page about it."""

from cally.web.pages.host.outbox import KIND_WORDS

KINDS = {
    "mail": "Mail about bookings",
    "channel": "Channels",
    "letter": "Letters about accounts",
    "webhook": "Webhooks",
    "webhook_due": "Reminders for webhooks",
    "digest": "Digests",
    "alert": "Alerts",
    "guest": "Guests’ data",
}
RECURRING = {
    "alerts": "Look whether all is well",
    "audit": "Look after the audit log",
    "backups": "Make and prove backups",
    "calendars": "Read calendars",
    "certificate": "Look at the certificate",
    "digests": "Plan digests",
    "holidays": "Lay out public holidays",
    "reminders": "Plan reminders and follow-ups",
    "retention": "Forget guests of long ago",
    "sweep": "Tidy up",
    "time-law": "Look for new time zone rules",
    "updates": "Look for a newer version",
    "waitlist": "Offer free places to guests who wait",
}
_MESSAGES: dict[str, str] = {str(kind): words for kind, words in KIND_WORDS.items()}
_LETTERS = {
    "verify_address": "Confirm an address",
    "invitation": "Invitation",
    "reset_password": "Reset a password",
    "password_changed": "Password changed",
    "address_changed": "Address changed",
    "new_sign_in": "New sign-in",
    "second_factor_added": "Second factor added",
    "second_factor_removed": "Second factor removed",
    "guest_data": "A guest’s data",
    "alert": "Alert",
    "digest": "Digest",
    "sample": "Sample of a message",
    "webhook_off": "Webhook switched off",
}
_GUESTS = {"link": "Link to their data", "erasure": "Erase their data"}


def what(kind: str, found: str) -> str:
    """What a job sends or does, in words; the kind of job where no more is known."""
    known = {"letter": _LETTERS, "guest": _GUESTS}.get(kind, _MESSAGES)
    if found in known:
        return known[found]
    return found.replace("_", " ").replace("booking.", "").capitalize() or KINDS.get(kind, kind)
