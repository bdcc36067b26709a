"""What programs send, read strictly: one kind of JSON, no doubled names, no coercion, every fault with its path."""

import json
import re
from collections import Counter
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from cally.errors import CallyError, invalid

T = TypeVar("T")
JSON_TYPE = re.compile(r'application/json(?:\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)
DEEPEST = 16
MOST_PARAMETERS = 20
NULL = "null\0"
PLACE = re.compile(r" - at `\$\.?(.*)`$")
UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`")
MISSING = re.compile(r"Object missing required field `(.*?)`")
WRONG_TYPE = re.compile(r"Expected `[^`]+`, got `[^`]+`")


async def read_json(request: Request[Any, Any, Any], wanted: type[T]) -> tuple[T, dict[str, Any]]:
    """The body as a record and as plain values.

    Raises `unsupported_type`; `malformed` for what is no JSON, an unknown field or a wrong type; `invalid` for a
    missing field or one whose content cannot be.
    """
    if not JSON_TYPE.fullmatch(request.headers.get("content-type", "").strip()):
        raise CallyError("unsupported_type", "Send the body as application/json.")
    value = parsed(await request.body())
    record = converted(value, wanted)
    return record, value


def parsed(body: bytes) -> Any:
    """The JSON value in the body (RFC 8259, I-JSON's unique names). Raises `malformed`."""
    try:
        msgspec.json.decode(body)  # strict where the standard library is lenient: NaN, lone surrogates, a BOM
        value = json.loads(body, object_pairs_hook=_unique)
    except RecursionError as error:
        raise malformed("", "The body is nested too deeply.") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise malformed("", "The body is not valid JSON in UTF-8.") from error
    _require_shallow(value, DEEPEST)
    return value


def converted(value: Any, wanted: type[T]) -> T:
    """The value as a record, without coercion; faults name their path, like `guest.email` or `weekly[0].from`."""
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise _fault(str(error)) from error


def read_query(request: Request[Any, Any, Any], wanted: type[T]) -> T:
    """The query as a record whose fields may be numbers and switches, too.

    Raises `malformed` for an unknown or doubled parameter, `invalid` for a missing one or one that cannot be.
    """
    values: dict[str, str] = {}
    for name, value in _pairs(request.scope["query_string"]):
        if name in values:
            raise malformed(name, "This parameter is there twice.")
        values[name] = value
    try:
        found = msgspec.convert(_without_nulls(values), wanted, strict=False)
    except msgspec.ValidationError as error:
        fault = _fault(str(error))
        unknown = UNKNOWN.search(str(error)) is not None
        raise fault if unknown else invalid(str(fault.facts["field"]), fault.sentence) from error
    return _as_written(found)


def malformed(field: str, sentence: str) -> CallyError:
    """The request does not have the shape that is documented; `field` is the path of the fault, if there is one."""
    return CallyError("malformed", sentence, field=field or None)


def _without_nulls(values: dict[str, str]) -> dict[str, str]:
    """In an address `null` is four letters, which msgspec would read as the absence of a value."""
    return {name: NULL if value.lower() == "null" else value for name, value in values.items()}


def _as_written(found: T) -> T:
    changes = {field: "null" for field in getattr(found, "__struct_fields__", ()) if getattr(found, field) == NULL}
    return msgspec.structs.replace(found, **changes) if changes else found  # type: ignore[type-var]


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise malformed("", "The query of the address cannot be read.") from error
    return pairs


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        doubled = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise malformed(doubled, "This name is there twice in one object.")
    return found


def _require_shallow(value: Any, left: int) -> None:
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise malformed("", "The body is nested too deeply.")
    for inner in value.values() if isinstance(value, dict) else value:
        _require_shallow(inner, left - 1)


def _fault(message: str) -> CallyError:
    """A fault in our words from msgspec's: unknown fields and wrong types are `malformed`, the rest is `invalid`."""
    place = PLACE.search(message)
    path = place[1] if place else ""
    said = PLACE.sub("", message)
    unknown, missing = UNKNOWN.fullmatch(said), MISSING.fullmatch(said)
    if unknown:
        return malformed(_joined(path, unknown[1]), "There is no such field here.")
    if missing:
        return invalid(_joined(path, missing[1]), "This field is missing.")
    sentence = f"{said}."
    return malformed(path, sentence) if WRONG_TYPE.fullmatch(said) else invalid(path, sentence)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
