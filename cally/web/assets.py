"""Styles, scripts and pictures: bundled and minified once at start, named by their content, served from memory."""

import gzip
import hashlib
import re
from functools import lru_cache
from pathlib import Path

import msgspec

STATIC = Path(__file__).parent / "static"
PREFIX = "/static/"
BUNDLES = {
    "guest.css": ("tokens", "base", "components", "booking", "ticket", "answer", "privacy"),
    "app.css": (
        "tokens",
        "base",
        "components",
        "shell",
        "setup",
        "pages-desk",
        "why",
        "resources",
        "teams",
        "security",
        "audit",
        "updates",
        "backups",
        "imports",
        "alerts",
        "webhooks",
        "delivered",
        "jobs",
        "system",
        "wordings",
        "channels",
    ),
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
AROUND = re.compile(r"\s*([{};,])\s*")
URL = re.compile(r'url\("\.\./img/([a-z-]+\.svg)"\)')
IMPORT = re.compile(r"""(import\s(?:[^'"]*?\sfrom\s)?['"])\./([a-z-]+\.js)(['"])""")
SCRIPT_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
INDENT = re.compile(r"^[ ]+", re.MULTILINE)


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One finished file: its address, its bytes, and the same bytes under gzip."""

    path: str
    media_type: str
    body: bytes
    packed: bytes


def asset(name: str) -> str:
    """The address of `guest.css`, `booker.js` or `mark.svg`; it changes when the content does. Raises KeyError."""
    return load()[name].path


def by_path(path: str) -> Asset | None:
    """The asset at an address."""
    return _by_path().get(path)


@lru_cache(maxsize=1)
def load() -> dict[str, Asset]:
    """Every asset by its plain name; read from disk once."""
    made: dict[str, Asset] = {}
    for file in sorted((STATIC / "img").glob("*.svg")):
        made[file.name] = _asset(file.name, file.read_text(encoding="utf-8"))
    for name, layers in BUNDLES.items():
        made[name] = _asset(name, "".join(_style(layer, made) for layer in layers))
    for file in sorted((STATIC / "js").glob("*.js")):
        _script(file.name, made)
    return made


@lru_cache(maxsize=1)
def _by_path() -> dict[str, Asset]:
    return {found.path: found for found in load().values()}


def _style(layer: str, made: dict[str, Asset]) -> str:
    text = COMMENT.sub("", (STATIC / "css" / f"{layer}.css").read_text(encoding="utf-8"))
    text = AROUND.sub(r"\1", re.sub(r"\s+", " ", text)).replace(";}", "}")
    return URL.sub(lambda match: f'url("{made[match[1]].path}")', text).strip()


def _script(name: str, made: dict[str, Asset]) -> Asset:
    """A module, after those it imports, for their names are part of its content."""
    if name not in made:
        text = (STATIC / "js" / name).read_text(encoding="utf-8")
        text = INDENT.sub("", SCRIPT_COMMENT.sub("", text))
        text = IMPORT.sub(lambda match: f"{match[1]}{_script(match[2], made).path}{match[3]}", text)
        made[name] = _asset(name, text)
    return made[name]


def _asset(name: str, text: str) -> Asset:
    body = text.encode()
    stem, dot, kind = name.rpartition(".")
    return Asset(
        path=f"{PREFIX}{stem}-{hashlib.sha256(body).hexdigest()[:10]}{dot}{kind}",
        media_type=TYPES[dot + kind],
        body=body,
        packed=gzip.compress(body, 9, mtime=0),
    )
