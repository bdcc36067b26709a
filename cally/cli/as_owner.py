"""Work on the state directory by its owner, while root goes on with the program's own file."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from cally.cli.running import become_owner_of
from cally.errors import CallyError

T = TypeVar("T")


def as_owner(state_dir: Path, kind: type[T], work: Callable[[], T]) -> T:
    """What `work` answers, of this kind (JSON-able). When root types, it is done in a child that is the owner.

    Nothing that the owner says is trusted but its shape. Raises what `work` raises as `CallyError`.
    """
    if os.geteuid() != 0 or not state_dir.exists() or state_dir.stat().st_uid == 0:
        return work()
    sys.stdout.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _do(state_dir, work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    try:
        code, sentence, answer = msgspec.json.decode(text, type=tuple[str, str, msgspec.Raw])
    except msgspec.MsgspecError as error:
        raise CallyError("upgrade_failed", "What had to be done in the state directory was not done.") from error
    if code:
        raise CallyError(code, sentence)
    return msgspec.json.decode(answer, type=kind)


def _do(state_dir: Path, work: Callable[[], object], writing: int) -> None:
    """In the child, which ends here whatever happens."""
    try:
        become_owner_of(state_dir)
        told: tuple[str, str, object] = ("", "", work())
    except CallyError as error:
        told = (error.code, error.sentence, None)
    except Exception as error:  # noqa: BLE001 - the parent is told; this child must end here
        told = ("upgrade_failed", f"{type(error).__name__}: {error}", None)
    try:
        sys.stdout.flush()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(msgspec.json.encode(told))
    finally:
        os._exit(0)
