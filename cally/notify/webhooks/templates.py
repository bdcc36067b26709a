"""Payload templates: JSON whose texts may name what an event says; nothing else can be in one, so nothing can go wrong.

`{"text": "{{data.guest.name}} booked {{data.title}}"}`: within a text a value is written as text; a text that is one
placeholder and nothing else becomes the value itself, with its type, lists and records included.
"""

import json
import re
from functools import lru_cache
from typing import Any

from cally.errors import invalid
from cally.notify.webhooks.samples import known_paths

LONGEST = 8_000
DEEPEST = 12
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
NUMBER = re.compile(r"\d{1,2}")
FIELD = "template"


def checked(text: str) -> str:
    """A template as it is kept; empty for none. Raises `invalid` naming `template`, with what is wrong and where."""
    kept = text.strip()
    if not kept:
        return ""
    if len(kept) > LONGEST:
        raise invalid(FIELD, f"This is too long: {len(kept)} characters, at most {LONGEST} fit.")
    value = _parsed(kept)
    if not isinstance(value, dict | list):
        raise invalid(FIELD, 'A template is a JSON object or list, such as {"text": "{{data.title}}"}.')
    _require_known(value, DEEPEST)
    return kept


def filled(template: str, event: str) -> str:
    """What is posted for an event (its JSON): the event itself without a template, else the template filled in."""
    if not template:
        return event
    return json.dumps(_fill(_kept(template), json.loads(event)), ensure_ascii=False, separators=(",", ":"))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise invalid(FIELD, f"This is no JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError as error:
        raise invalid(FIELD, "This is nested too deeply.") from error


@lru_cache(maxsize=128)
def _kept(text: str) -> Any:
    return json.loads(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise invalid(FIELD, f"“{name}” is there twice in one object.")
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise invalid(FIELD, f"{name} is no JSON.")


def _require_known(value: Any, left: int) -> None:
    if left == 0:
        raise invalid(FIELD, "This is nested too deeply.")
    if isinstance(value, dict):
        for name, inner in value.items():
            if "{{" in name:
                raise invalid(FIELD, f"Placeholders stand in values; “{name}” is a name.")
            _require_known(inner, left - 1)
    elif isinstance(value, list):
        for inner in value:
            _require_known(inner, left - 1)
    elif isinstance(value, str):
        _require_good_text(value)


def _require_good_text(text: str) -> None:
    rest = PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise invalid(FIELD, "A placeholder is not closed; it looks like {{data.title}}.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise invalid(FIELD, "This has a character that cannot be sent.") from error
    alone = PLACEHOLDER.fullmatch(text) is not None
    for found in PLACEHOLDER.finditer(text):
        _require_path(found[1], alone=alone)


def _require_path(path: str, *, alone: bool) -> None:
    general = re.sub(r"\.\d{1,2}(?=\.|$)", ".0", path)
    kinds = known_paths()
    by_question = re.fullmatch(r"data\.answers\.[A-Za-z0-9_-]{1,60}", path)
    kind = kinds.get(general) or ("text" if by_question else None)
    if kind is None:
        raise invalid(FIELD, f"There is no {{{{{path}}}}} in an event; {{{{data.title}}}} would be one.")
    if kind == "record" and not alone:
        raise invalid(FIELD, f"{{{{{path}}}}} is a whole record or list: it must be the only thing in its text.")


def _fill(value: Any, event: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _fill(inner, event) for name, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, event) for inner in value]
    if not isinstance(value, str):
        return value
    alone = PLACEHOLDER.fullmatch(value)
    if alone:
        return _found(event, alone[1])
    return PLACEHOLDER.sub(lambda match: _as_text(_found(event, match[1])), value)


def _found(event: dict[str, Any], path: str) -> Any:
    """The value there; null where this event has none."""
    value: Any = event
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list):
            value = _of_list(value, name)
        else:
            return None
    return value


def _of_list(value: list[Any], name: str) -> Any:
    """One of a list by its number; an answer also by the id of its question."""
    if NUMBER.fullmatch(name):
        return value[int(name)] if int(name) < len(value) else None
    answers = (one for one in value if isinstance(one, dict) and one.get("id") == name)
    return next((one.get("value") for one in answers), None)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
