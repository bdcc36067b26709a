"""Cally's own part of the bundle: the files of the package, and the facts of the build."""

import base64
import binascii
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("cally", "packaging", "requirements.lock")
RELEASE_KEY = ROOT / "packaging" / "release.pub"
VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
FIRST_OF_ZIP = 315_532_800  # 1980-01-01, before which a zip file knows no time
KEY_BYTES = 42


class Facts(NamedTuple):
    """What `cally/build.json` will say beside the id, and the time that every file gets."""

    version: str
    commit: str
    release_key: str | None
    epoch: int


def files(root: Path = ROOT) -> dict[str, bytes]:
    """The package's files as git knows them, else those of the folder: no caches, nothing that lies about."""
    listed = _git(root, "ls-files", "-z", "--", "cally")
    if listed is not None:
        unknown = (_git(root, "ls-files", "--others", "--exclude-standard", "--", "cally") or "").split()
        if unknown:
            sys.stderr.write(f"Left out, for git does not know them: {', '.join(unknown)}\n")
        paths = [root / name for name in listed.split("\0") if name]
    else:
        paths = [path for path in (root / "cally").rglob("*") if "__pycache__" not in path.parts]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths) if path.is_file()}


def facts(root: Path = ROOT) -> Facts:
    """Version, commit and key; the time is SOURCE_DATE_EPOCH, else the commit's."""
    version = VERSION.search((root / "cally" / "__init__.py").read_text(encoding="utf-8"))
    if version is None:
        raise SystemExit("cally/__init__.py names no version.")
    commit = (_git(root, "rev-parse", "HEAD") or "").strip()
    if commit and (_git(root, "status", "--porcelain", "--", *BUILT_FROM) or "").strip():
        commit += "+"
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or (_git(root, "log", "-1", "--format=%ct") or "").strip()
    return Facts(version[1], commit, release_key(), max(int(epoch or 0), FIRST_OF_ZIP))


def release_key() -> str | None:
    """The minisign public key whose signatures this build will trust: RELEASE_KEY (key or file), else release.pub."""
    named = os.environ.get("RELEASE_KEY") or (str(RELEASE_KEY) if RELEASE_KEY.is_file() else "")
    if not named:
        return None
    text = Path(named).read_text(encoding="utf-8") if Path(named).is_file() else named
    key = text.strip().splitlines()[-1].strip()
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES or raw[:2] != b"Ed":
        raise SystemExit("RELEASE_KEY must be a minisign public key, or name the file with one.")
    return key


def _git(root: Path, *words: str) -> str | None:
    if not (root / ".git").exists():
        return None
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
