"""Lists in pages: a cursor that only we can read, and how many a page holds.

A cursor names the place of the last thing shown in the order of the list, not a number of things to pass over: what is
made or removed meanwhile neither doubles nor hides another one.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec

from cally.errors import invalid

T = TypeVar("T")
Place = tuple[int | str, ...]
LARGEST_PAGE = 200
LONGEST_CURSOR = 1_000
Limit = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Cursor = Annotated[str, msgspec.Meta(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before.")]


class Paged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One page of a list: the first without a cursor."""

    cursor: Cursor | None = None
    limit: Limit = 50


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is null on the last one."""

    next_cursor: str | None


def page(
    items: Iterable[T], asked: Any, place: Callable[[T], Place], *, latest_first: bool = False
) -> tuple[list[T], str | None]:
    """The page of a whole list that a `Paged` query asks for, in the order of `place`, and the cursor of the next one.

    `place` names where an item stands, differently for each. Raises `invalid` for a cursor of another list.
    """
    ordered = sorted(items, key=place, reverse=latest_first)
    if asked.cursor is not None:
        kinds = tuple(type(part) for part in place(ordered[0])) if ordered else ()
        last = position(asked.cursor, *kinds) if kinds else ()
        ordered = [one for one in ordered if (place(one) < last if latest_first else place(one) > last)]
    return cut(ordered[: asked.limit + 1], asked.limit, place)


def cut(found: Sequence[T], limit: int, place: Callable[[T], Place]) -> tuple[list[T], str | None]:
    """The first `limit` of the things found, one more of which was looked for, and the cursor of the next page."""
    shown = list(found[:limit])
    return shown, cursor(*place(shown[-1])) if len(found) > limit else None


def cursor(*parts: int | str) -> str:
    """Where a page ended, as one word."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def position(text: str, *kinds: type) -> tuple[Any, ...]:
    """The parts that `cursor` was made of, of these kinds; raises `invalid` for another word."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        parts = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=list[int | str])
    except (binascii.Error, ValueError) as error:
        raise _unknown() from error
    if tuple(map(type, parts)) != kinds or any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
        raise _unknown()
    return tuple(parts)


def _unknown() -> Exception:
    return invalid("cursor", "This is not a cursor of this list; start again without one.")
