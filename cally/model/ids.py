"""Names for rows: 63-bit, time-ordered numbers inside, unguessable text outside."""

import base64
import itertools
import secrets
from collections.abc import Callable

COUNTED_BITS = 28
COUNTED = (1 << COUNTED_BITS) - 1
_count = itertools.count(secrets.randbits(COUNTED_BITS))  # random alone met itself within minutes of full load


def new_id(now: int) -> int:
    """A 63-bit id that sorts by time: seconds since 1970 above a count that begins anywhere."""
    return (now << COUNTED_BITS) | (next(_count) & COUNTED)


def new_uid() -> str:
    """A permanent public name for a booking or hold: 26 lower-case letters and digits, 130 random bits."""
    return base64.b32encode(secrets.token_bytes(17))[:26].decode("ascii").lower()


NewId = Callable[[int], int]
