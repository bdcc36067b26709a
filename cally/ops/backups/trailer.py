"""What stands behind the database in a backup: a manifest, and an HMAC over every byte with a key of its own.

    database | manifest (JSON) | its SHA-256 | HMAC-SHA256 of all else | length of the manifest (8 bytes) | magic

SQLite reads as many pages as its header names and ignores the rest, so any SQLCipher 4 opens a backup with the key.
"""

import hashlib
import hmac
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import msgspec

from cally.errors import CallyError
from cally.model.backups import Why
from cally.ops.backups.targets.face import Progress
from cally.store import copying
from cally.vault import Vault

FORMAT = 1
FAMILY = b"CALLY BACKUP "
MAGIC = b"CALLY BACKUP 1\r\n"
DIGEST_BYTES = 32
TAIL_BYTES = 2 * DIGEST_BYTES + 8 + len(MAGIC)
MOST_MANIFEST_BYTES = 1024**2
SMALLEST_PAGE = 512
CHUNK_BYTES = 1024**2
PURPOSE = "backups"
PLACE = "backup"
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Version = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z.+-]{1,40}\Z")]
KeyId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
Reason = Literal["damaged", "truncated", "foreign", "other_key", "newer", "unsound"]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. All but `counts`, which is sealed, may be read by anybody."""

    format: int
    made_at: int
    why: Why
    cally: Version
    schema: int
    pages: int
    page_bytes: int
    key: KeyId
    sha256: str
    counts: str

    @property
    def database_bytes(self) -> int:
        """How long the database in the file is."""
        return self.pages * self.page_bytes


def refused(reason: Reason, sentence: str) -> CallyError:
    """A file that is not taken for a backup, and why."""
    return CallyError("backup_refused", sentence, reason=reason)


def append(file: Path, vault: Vault, manifest: Manifest, progress: Progress) -> None:
    """Turn a copy of the database into a backup: write the trailer behind it and sync it.

    `sha256` is filled in here.
    """
    mac, digest = hmac.new(vault.derived(PURPOSE), digestmod="sha256"), hashlib.sha256()
    with file.open("r+b") as out:
        total = os.fstat(out.fileno()).st_size
        for chunk in _chunks(out, total, total, progress):
            digest.update(chunk)
            mac.update(chunk)
        written = msgspec.json.encode(msgspec.structs.replace(manifest, sha256=digest.hexdigest()))
        head = written + hashlib.sha256(written).digest()
        end = struct.pack(">Q", len(written)) + MAGIC
        mac.update(head + end)
        out.seek(total)
        out.write(head + mac.digest() + end)
        out.flush()
        os.fsync(out.fileno())


def manifest_of(file: Path, key: bytes) -> Manifest:
    """What a file says of itself; whether it is true only `verify` knows. Raises `backup_refused` with its reason."""
    with file.open("rb") as reading:
        return _manifest(reading, file, Vault(key))


def verify(file: Path, key: bytes, progress: Progress) -> Manifest:
    """Read every byte of a file and compare it with what it says of itself.

    Raises `backup_refused`: `damaged`, `truncated`, `foreign`, `other_key`, `newer`.
    """
    vault = Vault(key)
    with file.open("rb") as reading:
        manifest = _manifest(reading, file, vault)
        size = os.fstat(reading.fileno()).st_size
        mac = hmac.new(vault.derived(PURPOSE), digestmod="sha256")
        reading.seek(0)
        at = size - len(MAGIC) - 8 - DIGEST_BYTES
        for chunk in _chunks(reading, at, size, progress):
            mac.update(chunk)
        stated = reading.read(DIGEST_BYTES)
        mac.update(reading.read())
    if not hmac.compare_digest(mac.digest(), stated):
        raise refused("damaged", f"{file.name} is damaged: its bytes are not those that were written.")
    return manifest


def seal_counts(vault: Vault, counts: dict[str, int], made_at: int) -> str:
    """How many rows there are is nobody's business where a backup is kept."""
    return vault.seal(msgspec.json.encode(counts).decode(), table=PLACE, row=made_at, column="counts").hex()


def open_counts(vault: Vault, manifest: Manifest) -> dict[str, int]:
    """The rows of each table, as they were counted in the original."""
    text = vault.open(bytes.fromhex(manifest.counts), table=PLACE, row=manifest.made_at, column="counts")
    return msgspec.json.decode(text, type=dict[str, int])


def _manifest(reading: BinaryIO, file: Path, vault: Vault) -> Manifest:
    size = os.fstat(reading.fileno()).st_size
    found = _read(reading, size)
    if found is None:
        raise _without_trailer(reading, file, size, vault)
    if found.format > FORMAT:
        raise refused("newer", f"{file.name} was made by a newer Cally ({found.cally}); use that one.")
    if found.key != vault.key_id:
        sentence = (
            f"{file.name} belongs to another key, with the fingerprint {spaced(found.key)}: "
            f"its recovery sheet is needed. The key here has the fingerprint {spaced(vault.key_id)}."
        )
        raise refused("other_key", sentence)
    return found


def _read(reading: BinaryIO, size: int) -> Manifest | None:
    """The manifest when it is whole; None when there is none, or when a bit of it is wrong."""
    if size < TAIL_BYTES:
        return None
    reading.seek(size - TAIL_BYTES)
    tail = reading.read(TAIL_BYTES)
    (length,) = struct.unpack(">Q", tail[2 * DIGEST_BYTES : -len(MAGIC)])
    if length > min(MOST_MANIFEST_BYTES, size - TAIL_BYTES):
        return None
    reading.seek(size - TAIL_BYTES - length)
    written = reading.read(length)
    if hashlib.sha256(written).digest() != tail[:DIGEST_BYTES]:
        return None
    try:
        return msgspec.json.decode(written, type=Manifest)
    except UNREADABLE:
        return _newer(written)


def _newer(written: bytes) -> Manifest | None:
    """A whole manifest that this version cannot read: a newer one may say other things, but always which it is."""

    class Bare(msgspec.Struct):
        format: int
        cally: Version

    try:
        bare = msgspec.json.decode(written, type=Bare)
    except UNREADABLE:
        return None
    if bare.format <= FORMAT:
        return None
    return Manifest(
        format=bare.format,
        made_at=0,
        why="on demand",
        cally=bare.cally,
        schema=0,
        pages=0,
        page_bytes=0,
        key="",
        sha256="",
        counts="",
    )


def _without_trailer(reading: BinaryIO, file: Path, size: int, vault: Vault) -> CallyError:
    """Why a file has no manifest that can be read, told by what else is in it."""
    reading.seek(max(0, size - MOST_MANIFEST_BYTES))
    if FAMILY in reading.read():
        return refused("damaged", f"{file.name} is damaged: its end is not as it was written.")
    if size < SMALLEST_PAGE:
        return refused("truncated", f"{file.name} is cut short: it has {size} bytes.")
    if copying.opens(file, vault.database_key):
        return refused("truncated", f"{file.name} is cut short: the end that proves it whole is missing.")
    sentence = f"{file.name} is no backup of Cally (or one of another key, cut short)."
    return refused("foreign", sentence)


def _chunks(reading: BinaryIO, until: int, total: int, progress: Progress) -> Iterator[bytes]:
    """The bytes from where a file stands up to a place, in pieces."""
    while chunk := reading.read(min(CHUNK_BYTES, until - reading.tell())):
        yield chunk
        progress(reading.tell(), total)


def spaced(key_id: str) -> str:
    """A fingerprint in groups of four, as the recovery sheet has it."""
    return " ".join(key_id[at : at + 4] for at in range(0, len(key_id), 4))
