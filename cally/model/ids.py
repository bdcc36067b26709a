"""Names for rows: 63-bit, time-ordered numbers inside, unguessable text outside."""

import secrets
from collections.abc import Callable

RANDOM_BITS = 28


def new_id(now: int) -> int:
    """A 63-bit id that sorts by time: seconds since 1970 above 28 random bits."""
    return (now << RANDOM_BITS) | secrets.randbits(RANDOM_BITS)


def new_uid() -> str:
    """A permanent public name for a booking or hold: 26 lower-case letters and digits, 130 random bits."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(secrets.choice(alphabet) for _ in range(26))


NewId = Callable[[int], int]
