"""From an exception to what is kept of it: its kind, the place in our code, a trace of places without any values."""

import hashlib
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import cally
from cally.model.errors import Fault
from cally.ops.errors.masking import message_of, normal

OURS = str(Path(cally.__file__).parent)
LONGEST_TRACE = 6_000
MOST_FRAMES = 25
MOST_CAUSES = 4
PLACE_DIGITS, MESSAGE_DIGITS = 6, 4
FOLDED = "0" * MESSAGE_DIGITS


def described(error: BaseException, *, origin: str = "", said: str = "") -> Fault:
    """What may be kept of an error. Local variables are never looked at, nor are arguments."""
    kind, message = _kind(error), message_of(error)
    place = _place(error.__traceback__)
    return Fault(
        code=code_of(error),
        type=kind,
        place=place,
        message=message,
        trace="\n".join(_told(error))[-LONGEST_TRACE:],
        origin=origin,
        said=said,
    )


def code_of(error: BaseException) -> str:
    """`3f9a1c-12c4`: the same for each error of its kind and place; cheap, and needs no database."""
    where = _hashed(f"{_kind(error)}\n{_place(error.__traceback__).partition(':')[0]}\n{_function(error)}")
    return f"{where[:PLACE_DIGITS]}-{_hashed(normal(message_of(error)))[:MESSAGE_DIGITS]}"


def folded(code: str) -> str:
    """The code of all errors of a type at a place, where their messages are too many to be told apart."""
    return f"{code.partition('-')[0]}-{FOLDED}"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _frames(at: TracebackType | None) -> list[traceback.FrameSummary]:
    return list(traceback.extract_tb(at, limit=-MOST_FRAMES)) if at is not None else []


def _ours(at: TracebackType | None) -> traceback.FrameSummary | None:
    """The innermost place in our own code, else the innermost of all."""
    frames = _frames(at)
    return next((one for one in reversed(frames) if one.filename.startswith(OURS)), frames[-1] if frames else None)


def _place(at: TracebackType | None) -> str:
    found = _ours(at)
    return f"{short(found.filename)}:{found.lineno} in {found.name}" if found else ""


def _function(error: BaseException) -> str:
    found = _ours(error.__traceback__)
    return found.name if found else ""


def _told(error: BaseException, depth: int = 0) -> Iterator[str]:
    """The places, outermost first; what it was caused by stands before it."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and depth < MOST_CAUSES:
        yield from _told(before, depth + 1)
        yield "… which led to:" if error.__cause__ is None else "… which caused:"
    for frame in _frames(error.__traceback__):
        yield f"{short(frame.filename)}:{frame.lineno} in {frame.name}"
        if frame.line:
            yield f"    {frame.line.strip()}"
    yield f"{_kind(error)}: {message_of(error)}"
    if isinstance(error, BaseExceptionGroup) and depth < MOST_CAUSES:
        for one in error.exceptions[:3]:
            yield "… one of them:"
            yield from _told(one, depth + 1)


def short(file: str) -> str:
    """A file's path without where this machine keeps it: from our package, a library or Python on."""
    if file.startswith(OURS):
        return "cally" + file[len(OURS) :]
    for marker in ("/site-packages/", "/dist-packages/"):
        if marker in file:
            return file.rpartition(marker)[2]
    parts = Path(file).parts
    return "/".join(parts[-2:]) if len(parts) > 2 else file
