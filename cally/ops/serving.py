"""Who serves this directory, in which version and where: a file for whoever changes the program while it runs."""

import os
from pathlib import Path

import msgspec

from cally import __version__
from cally.build import build

NAME = "serving.json"


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """A server: `url` answers on this machine, through `socket` (a path) where it is one; `ready` once it serves."""

    pid: int
    version: str
    build: str
    url: str
    socket: str | None
    ready: bool


def announce(state_dir: Path, *, url: str, socket: Path | None, ready: bool) -> None:
    """Say that this process serves; a file that cannot be written is no reason not to."""
    made = Serving(
        pid=os.getpid(),
        version=__version__,
        build=build().id,
        url=url,
        socket=str(socket) if socket is not None else None,
        ready=ready,
    )
    part = state_dir / f"{NAME}.part"
    try:
        part.write_bytes(msgspec.json.encode(made))
        part.replace(state_dir / NAME)
    except OSError:
        return


def withdraw(state_dir: Path) -> None:
    """Say that nobody serves any more."""
    try:
        (state_dir / NAME).unlink(missing_ok=True)
    except OSError:
        return


def read(state_dir: Path) -> Serving | None:
    """What the last server has said; whether it lives, the lock knows."""
    try:
        return msgspec.json.decode((state_dir / NAME).read_bytes(), type=Serving)
    except (OSError, msgspec.MsgspecError):
        return None
