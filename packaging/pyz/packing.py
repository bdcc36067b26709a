"""Packing that gives the same bytes for the same files, wherever and whenever it is done."""

import hashlib
import io
import lzma
import os
import re
import tarfile
import time
import zipfile
from pathlib import Path

from bundle.trees import Files

SHEBANG = b"#!/usr/bin/env python3\n"
DICTIONARY_BYTES = 64 * 2**20
PYTHON = re.compile(r"cpython-3\d+")
PRESET = int(os.environ.get("XZ_PRESET", "6"))  # 1 packs in seconds, for trying things out
COMPRESSED = {"id": lzma.FILTER_LZMA2, "preset": PRESET, "dict_size": DICTIONARY_BYTES}
FILTERS = {"x86_64": [{"id": lzma.FILTER_X86}, COMPRESSED]}  # liblzma learnt one for aarch64 too late for us


def tar(files: Files, epoch: int) -> bytes:
    """An archive of plain files, 0644 of root; what is alike lies together, such as one module for four Pythons."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files, key=_alike):
            member = tarfile.TarInfo(path)
            member.size, member.mode, member.mtime = len(files[path]), 0o644, epoch
            archive.addfile(member, io.BytesIO(files[path]))
    return packed.getvalue()


def squeezed(raw: bytes, kind: str, cache: Path) -> bytes:
    """The same as xz, by way of a cache, for it takes minutes; `kind` names the tree."""
    filters = FILTERS.get(kind, [COMPRESSED])
    kept = cache / f"{hashlib.sha256(repr(filters).encode() + raw).hexdigest()}.xz"
    if kept.is_file():
        return kept.read_bytes()
    packed = lzma.compress(raw, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=filters)
    cache.mkdir(parents=True, exist_ok=True)
    new = kept.with_suffix(".new")
    new.write_bytes(packed)
    new.replace(kept)
    return packed


def executable_zip(path: Path, texts: Files, parts: Files, epoch: int) -> None:
    """Write a zip that Python runs: `texts` deflated, `parts` as they are, every entry with the same time and mode."""
    moment = time.gmtime(epoch)[:6]
    with path.open("wb") as file:
        file.write(SHEBANG)
        with zipfile.ZipFile(file, "w") as archive:
            for names, method in ((texts, zipfile.ZIP_DEFLATED), (parts, zipfile.ZIP_STORED)):
                for name in sorted(names):
                    entry = zipfile.ZipInfo(name, moment)
                    entry.create_system = 3
                    entry.external_attr = 0o100644 << 16
                    archive.writestr(entry, names[name], compress_type=method, compresslevel=9)
    path.chmod(0o755)


def _alike(path: str) -> tuple[str, str, str]:
    folder, _, base = path.rpartition("/")
    return folder, PYTHON.sub("cpython", base), path
