"""Addresses of backup targets: the four kinds, their parts, and what is wrong with one that cannot be used."""

import re
from collections.abc import Callable
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from cally.errors import CallyError, invalid

Kind = Literal["directory", "sftp", "s3", "webdav"]

EXAMPLES = (
    "/var/backups/cally, sftp://user@host/folder, s3://bucket/prefix?region=eu-central-1 or webdavs://host/folder"
)
PORTS = {"sftp": 22, "http": 80, "https": 443}
HOST = re.compile(r"(?!-)[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f]")
HOME = "/~/"
DEFAULT_REGION = "us-east-1"
MOST_CHARACTERS = 1000


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address in its parts; those that a kind has no use for are empty.

    `path` is the folder, without a slash at its end: absolute (`/srv/cally`), below the user's home (`cally`, SFTP
    only), or the prefix within a bucket. `base` is where an S3 endpoint begins, mostly nowhere.
    """

    kind: Kind
    path: str
    host: str = ""
    port: int = 0
    user: str = ""
    encrypted: bool = True
    bucket: str = ""
    region: str = ""
    base: str = ""


def validated(address: str) -> str:
    """The address as it is kept; raises `invalid` for `address`, with what would be right."""
    parsed(address)
    return address.strip()


def shown(address: str) -> str:
    """The address as anybody may read it in a page, a log or an error: a usable one holds no secret, another is cut."""
    try:
        return validated(address)
    except CallyError:
        scheme, found, _ = address.partition("://")
        return f"{scheme[:10]}://…" if found and scheme.isalnum() else "…"


def parsed(address: str) -> Address:
    """The parts of an address; raises `invalid` for `address`."""
    text = address.strip()
    if len(text) > MOST_CHARACTERS or UNPRINTABLE.search(text.replace(" ", "") if text.startswith("/") else text):
        raise _wrong("An address is at most 1000 characters without spaces; write a space as %20.")
    if text.startswith("/"):
        return Address(kind="directory", path=_path(text))
    try:
        parts = urlsplit(text)
        reader = READERS.get(parts.scheme)
        if reader is None:
            raise _wrong(f"A backup goes to {EXAMPLES}.")
        _require_plain(parts)
        return reader(parts)
    except ValueError as error:
        raise _wrong(f"This address cannot be read. A backup goes to {EXAMPLES}.") from error


def _directory(parts: SplitResult) -> Address:
    if parts.netloc or not parts.path.startswith("/"):
        raise _wrong("A folder of this machine is written with three slashes: file:///var/backups/cally.")
    return Address(kind="directory", path=_path(unquote(parts.path)))


def _sftp(parts: SplitResult) -> Address:
    if not parts.username:
        raise _wrong("SFTP needs the name of a user: sftp://user@host/folder.")
    path = unquote(parts.path)
    if path.rstrip("/") in {"", "/~"}:
        raise _wrong("Name a folder of its own: sftp://user@host/folder, or sftp://user@host/~/folder below the home.")
    return Address(
        kind="sftp",
        host=_host(parts),
        port=parts.port or PORTS["sftp"],
        user=unquote(parts.username),
        path=_path(path[len(HOME) :] if path.startswith(HOME) else path),
    )


def _webdav(parts: SplitResult) -> Address:
    if not unquote(parts.path).strip("/"):
        raise _wrong("Name a folder of its own: webdavs://user@host/folder.")
    encrypted = parts.scheme == "webdavs"
    return Address(
        kind="webdav",
        host=_host(parts),
        port=parts.port or PORTS["https" if encrypted else "http"],
        user=unquote(parts.username or ""),
        encrypted=encrypted,
        path=_path(unquote(parts.path)),
    )


def _s3(parts: SplitResult) -> Address:
    if not BUCKET.fullmatch(parts.netloc):
        raise _wrong("S3 needs the name of a bucket: s3://bucket/prefix?endpoint=https://host&region=eu-central-1.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    if unknown := options.keys() - {"endpoint", "region"}:
        named = ", ".join(sorted(one if one.isidentifier() else "…" for one in unknown))
        raise _wrong(f"An S3 address takes endpoint= and region= only, not {named}. Keys have fields of their own.")
    region = options.get("region") or DEFAULT_REGION
    if not REGION.fullmatch(region):
        raise _wrong("A region is written like eu-central-1.")
    endpoint = urlsplit(options.get("endpoint") or f"https://s3.{region}.amazonaws.com")
    if endpoint.scheme not in {"https", "http"} or endpoint.query or "@" in endpoint.netloc:
        raise _wrong("An endpoint is the address of a server alone, as https://s3.example.com.")
    return Address(
        kind="s3",
        host=_host(endpoint),
        port=endpoint.port or PORTS[endpoint.scheme],
        encrypted=endpoint.scheme == "https",
        bucket=parts.netloc,
        region=region,
        base=_path(unquote(endpoint.path)),
        path=_path(unquote(parts.path)).strip("/"),
    )


READERS: dict[str, Callable[[SplitResult], Address]] = {
    "file": _directory,
    "sftp": _sftp,
    "s3": _s3,
    "webdav": _webdav,
    "webdavs": _webdav,
}


def _require_plain(parts: SplitResult) -> None:
    if parts.password is not None:
        raise _wrong("Leave the password out of the address; it has a field of its own, and is kept encrypted.")
    if parts.fragment or (parts.query and parts.scheme != "s3"):
        raise _wrong("An address has no ? or #; in the name of a folder they are written %3F and %23.")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").encode("idna").decode("ascii").lower() if parts.hostname else ""
    if not HOST.fullmatch(host):
        raise _wrong("The address names no server.")
    return host


def _path(path: str) -> str:
    segments = path.split("/")
    if ".." in segments or any(UNPRINTABLE.search(one.replace(" ", "")) for one in segments):
        raise _wrong("A folder is named in full: no .. and no characters that cannot be seen.")
    clean = "/".join(one for one in segments if one not in {"", "."})
    return f"/{clean}" if path.startswith("/") and clean else clean


def _wrong(sentence: str) -> CallyError:
    return invalid("address", sentence)
