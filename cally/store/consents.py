"""The SQL of consents: each wording that guests agreed to, and what they agreed to when."""

import hashlib

import msgspec

from cally.model.ids import new_id
from cally.store.driver import Reader, Writer

INSERT_TEXT = """
INSERT INTO consent_text (hash, text, created_at)
VALUES (:hash, :text, :now)
ON CONFLICT (hash) DO NOTHING
"""
INSERT = """
INSERT INTO consent (id, booking_id, waitlist_id, text_hash, given_at)
VALUES (:id, :booking_id, :waitlist_id, :hash, :now)
"""
OF_BOOKING = """
SELECT consent_text.text, consent.text_hash, consent.given_at
FROM consent
JOIN consent_text
  ON consent_text.hash = consent.text_hash
WHERE consent.booking_id = :id
"""
OF_ENTRY = """
SELECT consent_text.text, consent.text_hash, consent.given_at
FROM consent
JOIN consent_text
  ON consent_text.hash = consent.text_hash
WHERE consent.waitlist_id = :id
"""
DELETE_OF_BOOKING = """
DELETE FROM consent
WHERE booking_id = :id
"""
DELETE_OF_ENTRY = """
DELETE FROM consent
WHERE waitlist_id = :id
"""


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest agreed to, and when; `version` names the wording."""

    text: str
    version: str
    given_at: int


def text_hash(text: str) -> bytes:
    """What a wording is known by: the SHA-256 of its text."""
    return hashlib.sha256(text.encode()).digest()


async def insert(
    tx: Writer, text: str, *, now: int, booking_id: int | None = None, waitlist_id: int | None = None
) -> None:
    """Note that the guest of a booking, or of an entry of a waitlist, agreed to a text."""
    hashed = text_hash(text)
    await tx.run(INSERT_TEXT, hash=hashed, text=text, now=now)
    await tx.run(INSERT, id=new_id(now), booking_id=booking_id, waitlist_id=waitlist_id, hash=hashed, now=now)


async def of_booking(db: Reader, booking_id: int) -> Consent | None:
    """What the guest of a booking agreed to."""
    row = await db.row(OF_BOOKING, id=booking_id)
    return Consent(text=row[0], version=row[1].hex(), given_at=row[2]) if row else None


async def of_entry(db: Reader, waitlist_id: int) -> Consent | None:
    """What a guest who waits agreed to."""
    row = await db.row(OF_ENTRY, id=waitlist_id)
    return Consent(text=row[0], version=row[1].hex(), given_at=row[2]) if row else None


async def delete_of_booking(tx: Writer, booking_id: int) -> None:
    """Forget that the guest of a booking agreed."""
    await tx.run(DELETE_OF_BOOKING, id=booking_id)


async def delete_of_entry(tx: Writer, waitlist_id: int) -> None:
    """Forget that a guest who waits agreed."""
    await tx.run(DELETE_OF_ENTRY, id=waitlist_id)
