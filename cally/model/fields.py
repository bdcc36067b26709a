"""Strict reading of JSON objects: every fault names the path of the field it was found in."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from cally.errors import CallyError, invalid
from cally.model.zones import zone

FIRST_YEAR, LAST_YEAR = 1970, 2199
INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.0{1,9})?(?:Z|\+00:00)", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
SHOWN = 40

Read = Callable[[object, str], Any]
_ABSENT: Any = object()
Moment = TypeVar("Moment", date, datetime)


class Repeated(dict[str, Any]):
    """A JSON object in which a name stood twice, so that nobody can know which of the two values was meant."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.name = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)


def json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs, an `object_pairs_hook` for `json`: reading it refuses names that stand twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


class Fields:
    """One JSON object: `take` reads each known field by name, `done` refuses what is left."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise _unlike(path, "an object", value)
        self._left = dict(value)
        self._path = path
        if isinstance(value, Repeated):
            raise invalid(self.path(_shown(value.name)), "This field stands twice.")

    def path(self, name: str) -> str:
        """The path of a field of this object."""
        return f"{self._path}.{name}" if self._path else name

    def take(self, name: str, read: Read, default: Any = _ABSENT) -> Any:
        """The field as `read` understands it, or `default`; raises `invalid` when it is required and missing."""
        if name in self._left:
            return read(self._left.pop(name), self.path(name))
        if default is _ABSENT:
            raise invalid(self.path(name), "This field is required.")
        return default

    def has(self, name: str) -> bool:
        """Whether the field is there and not yet taken."""
        return name in self._left

    def done(self) -> None:
        """Refuse fields that nobody took."""
        for name in self._left:
            raise invalid(self.path(_shown(name)), "There is no field of this name.")


def text(longest: int) -> Read:
    """Reads text of at most that many characters, without control characters."""

    def read(value: object, path: str) -> str:
        if not isinstance(value, str):
            raise _unlike(path, "text", value)
        if len(value) > longest or not value.isprintable():
            raise invalid(path, f"This should be one line of at most {longest} characters.")
        return value

    return read


def whole(least: int, most: int) -> Read:
    """Reads a whole number between two bounds, both included."""

    def read(value: object, path: str) -> int:
        if type(value) is not int:
            raise _unlike(path, "a whole number", value)
        if not least <= value <= most:
            raise invalid(path, f"This should be a whole number from {least:,} to {most:,}.")
        return value

    return read


def choice(*words: str) -> Read:
    """Reads one of these words."""

    def read(value: object, path: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise invalid(path, f"This should be one of: {', '.join(words)}.")
        return value

    return read


def many(read_one: Read, most: int) -> Read:
    """Reads a list of at most that many items."""

    def read(value: object, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _unlike(path, "a list", value)
        if len(value) > most:
            raise invalid(path, f"This list has {len(value):,} items; at most {most:,} are accepted.")
        return tuple([read_one(item, f"{path}[{index}]") for index, item in enumerate(value)])

    return read


def pair(read_one: Read) -> Read:
    """Reads a list of exactly two items of one kind."""

    def read(value: object, path: str) -> tuple[Any, Any]:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise _unlike(path, "a list of two", value)
        return read_one(value[0], f"{path}[0]"), read_one(value[1], f"{path}[1]")

    return read


def or_none(read_one: Read) -> Read:
    """Reads null as the absence of the field."""
    return lambda value, path: None if value is None else read_one(value, path)


def truth(value: object, path: str) -> bool:
    """Reads true or false."""
    if not isinstance(value, bool):
        raise _unlike(path, "true or false", value)
    return value


def tz(value: object, path: str) -> str:
    """Reads the name of a zone that the zone database knows."""
    if not isinstance(value, str):
        raise _unlike(path, "the name of a time zone", value)
    if not value.isprintable():
        raise invalid(path, "This should be a time zone like Europe/Berlin or UTC.")
    return zone(value, path)


def instant(value: object, path: str) -> int:
    """Reads an RFC 3339 instant in UTC, as epoch seconds."""
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _unlike(path, "an instant like 2026-03-29T01:00:00Z", value)
    try:
        moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        raise invalid(path, "There is no such date or time of day.") from None
    return int(_in_years(moment, path).timestamp())


def day(value: object, path: str) -> date:
    """Reads an ISO date."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise _unlike(path, "a date like 2026-03-29", value)
    try:
        return _in_years(date.fromisoformat(value), path)
    except ValueError:
        raise invalid(path, "There is no such date.") from None


def clock(value: object, path: str) -> int:
    """Reads `HH:MM` as minutes after midnight, `24:00` included."""
    if value == "24:00":
        return 1_440
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _unlike(path, "a time of day like 09:00", value)
    return int(found[1]) * 60 + int(found[2])


def in_order(ends: tuple[Any, Any], path: str) -> tuple[Any, Any]:
    """The two ends of a stretch; raises `invalid` when it ends before it starts."""
    if ends[1] < ends[0]:
        raise invalid(path, "This ends before it starts.")
    return ends


def instant_text(at: int) -> str:
    """An instant as RFC 3339 in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_text(minute: int) -> str:
    """Minutes after midnight as `HH:MM`; 1,440 is `24:00`, more lies on the next day."""
    shown = minute if minute <= 1_440 else minute - 1_440
    return f"{shown // 60:02}:{shown % 60:02}"


def without_defaults(fields: Iterable[tuple[str, Any, Any]]) -> dict[str, Any]:
    """An object of the `(name, value, default)` whose value is not the default."""
    return {name: value for name, value, default in fields if value != default}


def _in_years(value: Moment, path: str) -> Moment:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise invalid(path, f"This should lie in the years {FIRST_YEAR} to {LAST_YEAR}.")
    return value


def _shown(name: str) -> str:
    return name if name.isidentifier() and len(name) <= SHOWN else ascii(name[:SHOWN])


def _unlike(path: str, wanted: str, value: object) -> CallyError:
    shown = ascii(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return invalid(path, f"This should be {wanted}, not {shown[:SHOWN]}.")
