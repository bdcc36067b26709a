"""Lists inside a form, such as places and questions: rows are added, removed and moved by buttons, without scripts."""

from collections.abc import Callable
from typing import TypeVar

Row = TypeVar("Row")
Rows = tuple[Row, ...]


def edited(rows: Rows[Row], verb: str, argument: str, new: Callable[[str], Row], *, most: int) -> Rows[Row]:
    """The rows after `add` (of a kind), `remove`, `up` or `down` (of a number); anything else changes nothing."""
    if verb == "add":
        return (*rows, new(argument))[:most]
    if not (argument.isascii() and argument.isdigit()) or int(argument) >= len(rows):
        return rows
    number = int(argument)
    if verb == "remove":
        return (*rows[:number], *rows[number + 1 :])
    if verb == "up":
        return _swapped(rows, number - 1)
    return _swapped(rows, number) if verb == "down" else rows


def _swapped(rows: Rows[Row], first: int) -> Rows[Row]:
    """The row of that number and the next one change places, when both exist."""
    if not 0 <= first < len(rows) - 1:
        return rows
    return (*rows[:first], rows[first + 1], rows[first], *rows[first + 2 :])
