"""Files of JSON or CSV, alone or in a zip: opened within bounds, each with its name."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from cally.ops.imports.sql_dump import fault

MOST_MEMBERS = 2_000
MOST_BYTES = 200_000_000
MOST_ITEMS = 1_000_000
DEEPEST = 6
CHUNK = 1 << 20
KINDS = (".json", ".csv")


def members(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the JSON and CSV files of a zip; raises `invalid` for what would fill the machine."""
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(file) as packed:
            names = [one for one in packed.infolist() if one.filename.lower().endswith(KINDS) and not one.is_dir()]
            if len(names) > MOST_MEMBERS:
                raise fault(f"The archive holds more than {MOST_MEMBERS} files.")
            for one in names:
                if one.flag_bits & 1:
                    raise fault(f"“{one.filename[:80]}” in the archive is locked by a password.")
                with packed.open(one) as opened:
                    content = bounded(opened, left, f"The archive holds more than {MOST_BYTES // 1_000_000} MB.")
                left -= len(content)
                yield one.filename, content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise fault("The archive is damaged.") from error


def bounded(file: Any, most: int, sentence: str) -> bytes:
    """All that a file holds; what it says of its size is not believed."""
    parts, size = io.BytesIO(), 0
    while piece := file.read(CHUNK):
        size += len(piece)
        if size > most:
            raise fault(sentence)
        parts.write(piece)
    return parts.getvalue()


def parsed(name: str, content: bytes) -> Any:
    """The JSON of a file; raises `invalid` naming file and line."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise fault(f"“{name[:80]}” is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise fault(f"“{name[:80]}”, line {error.lineno}: this is not JSON ({error.msg}).") from None
    except (ValueError, RecursionError):
        raise fault(f"“{name[:80]}” is nested too deeply, or holds a number that is too long.") from None


def things(value: Any, where: str, depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that may be a thing, with its place: those of lists, and of the wrappers that APIs put around."""
    if isinstance(value, list):
        for number, one in enumerate(value[:MOST_ITEMS], start=1):
            if isinstance(one, dict):
                yield f"{where}, item {number}", one
            elif isinstance(one, list) and depth < DEEPEST:
                yield from things(one, f"{where}, item {number}", depth + 1)
    elif isinstance(value, dict):
        if _is_wrapper(value) and depth < DEEPEST:
            for name, inner in value.items():
                if isinstance(inner, list | dict):
                    yield from things(inner, f"{where}, “{str(name)[:40]}”", depth + 1)
        else:
            yield where, value


def _is_wrapper(value: dict[str, Any]) -> bool:
    """Whether an object only holds others: it has no name of its own."""
    return not any(name in value for name in ("id", "uri", "uid", "email", "userId", "slug"))
