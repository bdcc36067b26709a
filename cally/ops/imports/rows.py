"""Rows of a foreign table, read with suspicion: each value by the type that is meant, each fault with its place."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

Table = list["Row"]
Tables = dict[str, Table]
MOST_JSON = 400_000
SHOWN = 40
CLOCK = re.compile(
    r"(?:\d{4}-\d\d-\d\dT)?([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?:\.\d+)?(?:Z|[+-]00(?::?00)?)?", re.ASCII
)
FIRST, LAST = 1970, 2200


class BadRowError(Exception):
    """A row that cannot be used; the sentence says which value is at fault."""


class Row:
    """One row: what it holds by column, and where it stands. Values are text (of a dump) or what JSON has."""

    def __init__(self, table: str, where: str, values: dict[str, Any]) -> None:
        self.table = table
        self.where = where
        self.values = values

    def has(self, name: str) -> bool:
        """Whether the column is there and not null."""
        return self.values.get(name) is not None

    def text(self, name: str, *, longest: int = 20_000) -> str:
        """The text of a column, empty for null; cut where it is longer than anything that can be kept."""
        value = self.values.get(name)
        if value is None:
            return ""
        return (value if isinstance(value, str) else str(value) if isinstance(value, int | float) else "")[:longest]

    def key(self, name: str) -> str:
        """An id as text, empty for null."""
        value = self.values.get(name)
        return str(value)[:100] if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def number(self, name: str) -> int | None:
        """A whole number, or None for null; raises `BadRowError`."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            found = int(value)
        except (ValueError, TypeError, OverflowError):
            raise self._bad(name, "a whole number") from None
        if abs(found) > 2**53:
            raise self._bad(name, "a whole number")
        return found

    def flag(self, name: str) -> bool:
        """Yes or no; null is no."""
        value = self.values.get(name)
        return value is True or value in {"t", "true", "TRUE"}

    def instant(self, name: str) -> int | None:
        """Epoch seconds; a time without a zone is meant in UTC. Raises `BadRowError`."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise self._bad(name, "a date with a time") from None
        if not FIRST <= found.year < LAST:
            raise self._bad(name, f"a time between {FIRST} and {LAST}")
        return int((found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp())

    def day(self, name: str) -> date | None:
        """A date; of a time the date it has in UTC. Raises `BadRowError`."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            found = date.fromisoformat(str(value).strip()[:10])
        except ValueError:
            raise self._bad(name, "a date") from None
        if not FIRST <= found.year < LAST:
            raise self._bad(name, f"a date between {FIRST} and {LAST}")
        return found

    def minute(self, name: str) -> int:
        """A clock time as minutes after midnight; 23:59 stands for the day's end. Raises `BadRowError`."""
        found = CLOCK.fullmatch(str(self.values.get(name) or "").strip())
        if found is None:
            raise self._bad(name, "a clock time")
        minute = int(found[1]) * 60 + int(found[2])
        return 1_440 if minute >= 1_439 else minute

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers: `{1,2}` as a dump has it, or a list of JSON. Raises `BadRowError`."""
        value = self.values.get(name)
        parts = value.strip("{}").split(",") if isinstance(value, str) else value if isinstance(value, list) else []
        try:
            return [int(part) for part in parts if part != ""]
        except (ValueError, TypeError):
            raise self._bad(name, "a list of numbers") from None

    def json(self, name: str) -> Any:
        """A value of JSON, whether it was kept as text or not; None for null. Raises `BadRowError`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if len(value) > MOST_JSON:
            raise self._bad(name, "of a size that can be read")
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise self._bad(name, "JSON") from None

    def object(self, name: str) -> dict[str, Any]:
        """A JSON object; anything else is an empty one."""
        found = self.json(name)
        return found if isinstance(found, dict) else {}

    def objects(self, name: str) -> Iterator[dict[str, Any]]:
        """The objects of a JSON list; whatever else it holds is passed over."""
        found = self.json(name)
        return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else iter(())

    def _bad(self, name: str, wanted: str) -> BadRowError:
        shown = str(self.values.get(name))[:SHOWN]
        return BadRowError(f"“{name}” should be {wanted}, not “{shown}”.")
