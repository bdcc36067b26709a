"""Lists in pages: a cursor that only we can read, and how many a page holds."""

import base64
import binascii
from typing import Annotated

import msgspec

from cally.errors import invalid

LARGEST_PAGE = 200
Limit = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Cursor = Annotated[str, msgspec.Meta(max_length=100, description="`next_cursor` of the page before.")]


def cursor(*numbers: int) -> str:
    """Where a page ended, as one word."""
    return base64.urlsafe_b64encode(".".join(map(str, numbers)).encode()).decode().rstrip("=")


def position(text: str, size: int) -> tuple[int, ...]:
    """The numbers that `cursor` was made of; raises `invalid` for another word."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        numbers = tuple(map(int, base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split(".")))
    except (binascii.Error, ValueError) as error:
        raise _unknown() from error
    if len(numbers) != size or any(abs(number) >= 2**63 for number in numbers):
        raise _unknown()
    return numbers


def _unknown() -> Exception:
    return invalid("cursor", "This is not a cursor of this list; start again without one.")
