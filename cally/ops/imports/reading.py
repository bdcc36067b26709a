"""Reading a file from elsewhere, whatever it is: told by what is in it, never by its name."""

import gzip
import io
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from cally.errors import CallyError
from cally.model.imports import Bundle
from cally.ops.imports import cal_com, calendly, own
from cally.ops.imports.apart import Wish
from cally.ops.imports.cal_com.api import tables_of
from cally.ops.imports.files import MOST_BYTES, bounded, members, parsed, things
from cally.ops.imports.sql_dump import fault, read_dump

HEAD = 4_096
MOST_DUMP = 4_000_000_000
NOTHING = "Nothing that can come over was found in it."
CUSTOM = "This is a dump in PostgreSQL’s own format; turn it into SQL first: pg_restore -f dump.sql {name}"


def read_file(path: Path, wish: Wish) -> Bundle:
    """The bundle of a file; raises `invalid` in one sentence that names the place at fault."""
    try:
        with path.open("rb") as file:
            return read(file, wish)
    except OSError as error:
        raise fault(f"{path} cannot be read ({error.strerror}).") from error


def read(file: BinaryIO, wish: Wish) -> Bundle:
    """As `read_file`, of an open file."""
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        unpacked = _Unpacked(file)
        head = unpacked.read(HEAD)
        file.seek(0)
        return _checked(_of(_Unpacked(file), head, wish), wish)
    return _checked(_of(file, head, wish), wish)


def _of(file: Any, head: bytes, wish: Wish) -> Bundle:
    if head.startswith(b"PGDMP") or head[257:262] == b"ustar":
        raise fault(CUSTOM.format(name=wish.name))
    if head.startswith(b"PK\x03\x04"):
        return _of_members(list(members(file)), wish)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return _of_members([(wish.name, _all(file))], wish)
    if b"Invitee Email" in head.partition(b"\n")[0]:
        return calendly.bundle_of_csv(wish.name, _all(file), tz=wish.tz, host=wish.host)
    if b"PostgreSQL database dump" in head or b"COPY " in head or start.startswith((b"--", b"SET ", b"\\restrict")):
        return cal_com.bundle_of(read_dump(file, cal_com.WANTED))
    raise fault(
        "This is neither a dump of cal.com’s database, nor JSON or CSV of cal.com or Calendly, nor a zip of it."
    )


def _of_members(found: list[tuple[str, bytes]], wish: Wish) -> Bundle:
    """JSON of one API, in one file or several; a CSV among them is Calendly's."""
    tables = [(name, content) for name, content in found if name.lower().endswith(".csv")]
    if tables and len(tables) == len(found):
        if len(tables) > 1:
            raise fault("There are several CSV files in the archive; please import one after the other.")
        return calendly.bundle_of_csv(*tables[0], tz=wish.tz, host=wish.host)
    values = [(name, parsed(name, content)) for name, content in found if not name.lower().endswith(".csv")]
    mine = [value for _, value in values if own.is_own(value)]
    if mine:
        return own.read_own(mine[0])
    objects = [pair for name, value in values for pair in things(value, name)]
    if wish.source == "calendly" or (wish.source is None and any(calendly.is_calendly(one) for _, one in objects)):
        return calendly.bundle_of(objects)
    return cal_com.bundle_of(tables_of(objects))


def _checked(bundle: Bundle, wish: Wish) -> Bundle:
    if wish.source is not None and bundle.source != wish.source:
        raise fault(f"This comes from {bundle.source}, not from {wish.source}.")
    if not (bundle.hosts or bundle.event_types or bundle.bookings or bundle.notes):
        raise fault(NOTHING)
    return bundle


def _all(file: Any) -> bytes:
    return bounded(file, MOST_BYTES, f"The file holds more than {MOST_BYTES // 1_000_000} MB; please split it.")


class _Unpacked(io.RawIOBase):
    """A gzip file read within bounds; what is wrong with it is said in words."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=file)
        self._left = MOST_DUMP

    def read(self, size: int = -1) -> bytes:
        return self._counted(lambda: self._file.read(size if size >= 0 else self._left + 1))

    def readline(self, size: int | None = -1) -> bytes:
        return self._counted(lambda: self._file.readline(-1 if size is None else size))

    def _counted(self, do: Any) -> bytes:
        try:
            found: bytes = do()
        except (OSError, EOFError, zlib.error) as error:
            raise fault("The compressed file is damaged.") from error
        self._left -= len(found)
        if self._left < 0:
            raise CallyError("invalid", "The file unpacks to more than can be read.", field="file")
        return found
