"""Asking whether a password was stolen elsewhere, without telling it: five hex digits of its hash leave, no more."""

import hashlib
import unicodedata

from cally.notify import outgoing

PREFIX = 5
LIMITS = outgoing.Limits(bytes=2 * outgoing.MEGABYTE, seconds=5)


async def in_breaches(url: str, password: str, *, allowed: tuple[str, ...] = ()) -> int:
    """How often a range API (k-anonymity, answers padded) has seen a password.

    `url` is its address up to the five digits. Raises `outgoing_refused` or `outgoing_failed`.
    """
    text = unicodedata.normalize("NFKC", password).encode()
    digest = hashlib.sha1(text, usedforsecurity=False).hexdigest().upper()  # the API speaks of SHA-1
    headers = {"add-padding": "true", "user-agent": "Cally"}
    answer = await outgoing.get(url + digest[:PREFIX], headers=headers, allowed=allowed, limits=LIMITS)
    if answer.status != 200:
        raise outgoing.failed("The breach list did not answer as it should.")
    for line in answer.body.decode("ascii", "replace").splitlines():
        ending, _, count = line.strip().partition(":")
        if ending.upper() == digest[PREFIX:] and count.isdigit():
            return int(count)
    return 0
