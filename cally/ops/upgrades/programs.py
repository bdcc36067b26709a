"""How another Cally is run: the one file, a source tree, an unpacked package; asked in a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cally.errors import CallyError

SETTINGS = "CALLY_"
KEPT_OUT = frozenset({"CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "PYTHONPATH"})
PLACES = ("", "usr/lib/cally", "usr/share/cally", "opt/cally")
LONGEST_COMPLAINT = 2_000
ANSWER_SECONDS = 120
WRONG_SETTINGS = 78


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A Cally that can be run: the words that begin its command, and where its code lies (None: in its file)."""

    words: tuple[str, ...]
    path: str | None = None

    def environment(self, **settings: str) -> dict[str, str]:
        """An environment with these settings of Cally's and no others, and nothing of the service manager's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        plain = {name: value for name, value in kept.items() if name not in KEPT_OUT}
        return plain | settings | ({"PYTHONPATH": self.path} if self.path is not None else {})


def program_at(place: Path) -> Program:
    """The program at a place: a file, or the folder of a source tree or an unpacked package; raises `invalid`."""
    if place.is_file():
        with place.open("rb") as file:
            is_python = file.read(2) in {b"#!", b"PK"}
        return Program(words=(sys.executable, str(place.absolute())) if is_python else (str(place.absolute()),))
    for inner in PLACES:
        folder = (place / inner).absolute()
        if (folder / "cally" / "__main__.py").is_file():
            return Program(words=(sys.executable, "-m", "cally"), path=str(folder))
    raise CallyError("invalid", f"{place} is no Cally: neither its one file nor a folder with it.", field="file")


def version_of(program: Program) -> str:
    """The version that a program says it is. Raises `program_failed`."""
    text = "\n".join(run(program, ("version", "--json"), {}, seconds=ANSWER_SECONDS))
    try:
        return str(msgspec.json.decode(text)["cally"])
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise CallyError("program_failed", "The program does not say its version; it is no Cally.") from error


def refused_settings(program: Program, config: Path | None) -> list[str]:
    """What that program finds wrong with the settings of this process, one sentence each."""
    words = ("--config", str(config.absolute())) if config is not None else ()
    environment = program.environment() | {name: text for name, text in os.environ.items() if name.startswith(SETTINGS)}
    done = subprocess.run(  # noqa: S603 - the program that an operator has named, words of ours
        [*program.words, *words, "config", "check"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=ANSWER_SECONDS,
    )
    return done.stderr.strip().splitlines() if done.returncode == WRONG_SETTINGS else []


def run(
    program: Program,
    words: tuple[str, ...],
    settings: dict[str, str],
    *,
    descriptors: tuple[int, ...] = (),
    seconds: float | None = None,
) -> Iterator[str]:
    """The lines that a command of the program prints, as they come. Raises `program_failed` with what it complained."""
    with (
        tempfile.TemporaryFile("w+", errors="replace") as complaints,
        subprocess.Popen(  # noqa: S603 - the program that an operator has named, words of ours
            [*program.words, *words],
            env=program.environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            pass_fds=descriptors,
            text=True,
            cwd="/",
        ) as child,
    ):
        try:
            yield from (line.rstrip("\n") for line in child.stdout or ())
            code = child.wait(timeout=seconds)
        except BaseException:
            child.kill()
            raise
        complaints.seek(0)
        complaint = complaints.read()[-LONGEST_COMPLAINT:].strip()
    if code != 0:
        raise CallyError("program_failed", f"`cally {' '.join(words)}` of that program failed ({code}): {complaint}")
