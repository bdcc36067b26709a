"""What a form asks its guest to agree to."""

import msgspec

from cally.bookings import Offer, consents
from cally.model.waitlist import WaitlistEntry
from cally.store import Reader


class ConsentAsked(msgspec.Struct, frozen=True, kw_only=True):
    """The text in Markdown, the name of this wording, and the operator's page about privacy (may be empty)."""

    text: str
    version: str
    url: str


async def consent_asked(db: Reader, found: Offer, entry: WaitlistEntry | None = None) -> ConsentAsked | None:
    """What whoever books this must agree to; None where nothing is asked, or they did when they began to wait."""
    if entry is not None:
        text = await consents.asked_in_line(db, entry, found.event_type)
    else:
        text = await consents.consent_text(db, found.event_type)
    if not text:
        return None
    return ConsentAsked(text=text, version=consents.version_of(text), url=await consents.privacy_url(db))
