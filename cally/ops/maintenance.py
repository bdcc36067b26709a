"""Maintenance mode: a file in the state directory that every process reads; while it counts, nothing is changed.

Either a person has put it there, and it stays until a person takes it away; or a program works on the database and
holds it: then it counts for as long as that program lives, and not a moment longer, kill -9 included.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cally import files
from cally.errors import CallyError
from cally.model import texts

NAME = "maintenance"
HELD = "maintenance.lock"
REASON_LENGTH = 200
LONGEST_MINUTES = 7 * 24 * 60
SOON_SECONDS = 10
LATER_SECONDS = 60
LONGEST_RETRY_SECONDS = 3_600
UNREADABLE = "The file of maintenance mode cannot be read; `cally maintenance off` removes it."


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """What counts while it is on: instants are epoch seconds, `until` is a guess of whoever switched it on.

    `reason` is a line that guests read, empty for none. `by` names who did it. `held` is set by a program that works on
    the database now.
    """

    since: int
    reason: str
    by: str
    until: int | None = None
    held: bool = False

    def retry_after(self, now: int) -> int:
        """In how many seconds it is worth asking again."""
        if self.until is not None and self.until > now:
            return min(self.until - now, LONGEST_RETRY_SECONDS)
        return SOON_SECONDS if self.held else LATER_SECONDS

    def refusal(self, now: int) -> CallyError:
        """What whoever wants to change something is told."""
        sentence = "Cally is being looked after; nothing can be changed for a moment."
        told = f"{sentence} {self.reason}" if self.reason else sentence
        return CallyError("maintenance", told, retry_after=self.retry_after(now))


def current(state_dir: Path) -> Maintenance | None:
    """What counts now; None while everything is as usual. A file that cannot be understood counts as switched on."""
    try:
        found = msgspec.json.decode((state_dir / NAME).read_bytes(), type=Maintenance)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        return Maintenance(since=0, reason="", by=UNREADABLE)
    return None if found.held and not _is_held(state_dir) else found


def begin(state_dir: Path, *, reason: str, by: str, minutes: int | None, now: int) -> Maintenance:
    """Switch it on until somebody switches it off; anew if it was on already, so that the reason can be changed.

    Raises `invalid` for `reason` and `minutes`, `conflict` while a program holds it.
    """
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise CallyError("invalid", f"This should be a whole number from 1 to {LONGEST_MINUTES}.", field="minutes")
    line = texts.line(reason, "reason", required=False, longest=REASON_LENGTH)
    before = _free(state_dir)
    made = Maintenance(
        since=before.since if before is not None and before.since else now,
        reason=line,
        by=by,
        until=None if minutes is None else now + 60 * minutes,
    )
    _write(state_dir, made)
    return made


def end(state_dir: Path) -> bool:
    """Switch it off; False when it was off. Raises `conflict` while a program holds it: it ends with that program."""
    found = _free(state_dir)
    (state_dir / NAME).unlink(missing_ok=True)
    return found is not None


@contextmanager
def during(state_dir: Path, *, reason: str, by: str, now: int) -> Iterator[None]:
    """Keep everybody from changing anything while the block works on the database.

    It ends with this process at the latest. A person's own maintenance goes on afterwards. Raises `conflict` while
    another program holds it.
    """
    descriptor = os.open(state_dir / HELD, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _belong(descriptor, state_dir)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(state_dir) from None
        before = _by_person(state_dir)
        _write(state_dir, Maintenance(since=now, reason=reason, by=by, held=True))
        try:
            yield
        finally:
            if before is None:
                (state_dir / NAME).unlink(missing_ok=True)
            else:
                _write(state_dir, before)
    finally:
        os.close(descriptor)


def _free(state_dir: Path) -> Maintenance | None:
    found = current(state_dir)
    if found is not None and found.held:
        raise _taken(state_dir)
    return found


def _taken(state_dir: Path) -> CallyError:
    found = current(state_dir)
    by = found.by if found is not None else "another program"
    return CallyError("conflict", f"{by} is at work on the database; maintenance ends by itself when it is done.")


def _by_person(state_dir: Path) -> Maintenance | None:
    """What was on before; what a killed program has left behind is nobody's wish."""
    try:
        found = msgspec.json.decode((state_dir / NAME).read_bytes(), type=Maintenance)
    except (OSError, msgspec.MsgspecError):
        return None
    return None if found.held else found


def _is_held(state_dir: Path) -> bool:
    try:
        descriptor = os.open(state_dir / HELD, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _write(state_dir: Path, made: Maintenance) -> None:
    try:
        files.put(state_dir / NAME, msgspec.json.encode(made))
    except OSError as error:
        sentence = f"{state_dir / NAME} cannot be written ({error.strerror})."
        raise CallyError("storage_failed", sentence) from error


def _belong(descriptor: int, state_dir: Path) -> None:
    """The server must be able to hold what root has made."""
    if os.geteuid() == 0:
        owner = state_dir.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
