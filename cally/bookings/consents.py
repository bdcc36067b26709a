"""Consent: what guests must agree to before they book, in the admin's words and the host's, and who agreed to what."""

import msgspec

from cally.bookings.offers import Offer
from cally.bookings.requests import Wanted
from cally.errors import invalid
from cally.model.accounts import Actor
from cally.model.hosts import EventType
from cally.model.texts import paragraph
from cally.model.waitlist import WaitlistEntry
from cally.store import Reader, Store, Writer, audit, consents, settings

CONSENT_TEXT = "consent_text"
PRIVACY_URL = "privacy_url"
LONGEST = 2_000
LONGEST_URL = 500
VERSION_DIGITS = 16
CURRENT = "yes"
MISSING = "Please agree to how your data is used; without that nothing can be booked here."
CHANGED = "What you agree to has changed meanwhile. Please read it once more."


async def consent_text(db: Reader, event_type: EventType) -> str:
    """What a guest must agree to who books an event type: the admin's text and the host's; empty for nothing."""
    parts = (await consent_text_of_all(db), event_type.options.consent)
    return "\n\n".join(part for part in parts if part)


def version_of(text: str) -> str:
    """The name of a wording: the beginning of its hash, hexadecimal; empty for none."""
    return consents.text_hash(text).hex()[:VERSION_DIGITS] if text else ""


async def agreed(db: Reader, event_type: EventType, said: str) -> str:
    """The text that a guest agreed to; empty where nothing is asked.

    `said` is `yes`, or the version that they were shown. Raises `invalid` naming `consent`.
    """
    text = await consent_text(db, event_type)
    if not text:
        return ""
    if not said:
        raise invalid("consent", MISSING)
    if said not in {CURRENT, version_of(text)}:
        raise invalid("consent", CHANGED)
    return text


async def asked_in_line(db: Reader, entry: WaitlistEntry, event_type: EventType) -> str:
    """What a guest who takes an offered place must still agree to; empty if they did when they began to wait."""
    return "" if await consents.of_entry(db, entry.id) else await consent_text(db, event_type)


async def with_consent_in_line(db: Reader, found: Offer, asked: Wanted, said: str, entry: WaitlistEntry) -> Wanted:
    """The same as `with_consent`, for whoever may have agreed when they began to wait."""
    earlier = await consents.of_entry(db, entry.id)
    if earlier is not None:
        return msgspec.structs.replace(asked, consent_text=earlier.text)
    return await with_consent(db, found, asked, said)


async def with_consent(db: Reader, found: Offer, asked: Wanted, said: str) -> Wanted:
    """A checked request with the text that its guest agreed to; raises `invalid` naming `consent`."""
    return msgspec.structs.replace(asked, consent_text=await agreed(db, found.event_type, said))


async def record_consent(
    tx: Writer, text: str, *, now: int, booking_id: int | None = None, waitlist_id: int | None = None
) -> None:
    """Keep what a guest agreed to with the booking or the entry that it was for; nothing where nothing was asked."""
    if text:
        await consents.insert(tx, text, now=now, booking_id=booking_id, waitlist_id=waitlist_id)


async def consent_text_of_all(db: Reader) -> str:
    """What the admin asks of every guest; empty for nothing."""
    return await settings.value(db, CONSENT_TEXT) or ""


async def privacy_url(db: Reader) -> str:
    """The operator's own page about privacy; empty when there is none."""
    return await settings.value(db, PRIVACY_URL) or ""


async def change_consent(store: Store, *, text: str, url: str, now: int, actor: Actor) -> None:
    """Ask every guest to agree to a text from now on (to none: empty), and link to a page about privacy.

    Raises `invalid` naming `consent_text` or `privacy_url`.
    """
    words = paragraph(text, "consent_text", longest=LONGEST)
    address = url.strip()
    if address and (not address.startswith(("https://", "http://")) or not address.isprintable() or " " in address):
        raise invalid("privacy_url", "Please give a web address that starts with https://.")
    if len(address) > LONGEST_URL:
        raise invalid("privacy_url", f"This address is too long; at most {LONGEST_URL} characters are possible.")
    async with store.write() as tx:
        for name, value in ((CONSENT_TEXT, words), (PRIVACY_URL, address)):
            if value == (await settings.value(tx, name) or ""):
                continue
            if value:
                await settings.put(tx, name, value)
            else:
                await settings.delete(tx, name)
            tag = f"{actor.kind}:setting:change"
            await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"setting:{name}", version=version_of(value))
