"""The certificate that guests are shown at the public address: looked at once an hour, and how it stands."""

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec

from cally.store import Reader, Store, settings

if TYPE_CHECKING:
    from cryptography import x509

NAME = "certificate_seen"
SECONDS = 10
DAY = 86_400
FAILING_DAYS = 3
DEGRADED_DAYS = 14
AWAY_SECONDS = DAY

Status = Literal["ok", "degraded", "failing"]
Trouble = Literal["", "away", "name", "trust"]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown at `url`: good until `ends_at` (epoch seconds; None when nothing was ever shown).

    `trouble`: `away` no encrypted connection, `name` it is somebody else's, `trust` no authority that this machine
    knows vouches for it; `words` says more. `away_since` is when the connections began to fail.
    """

    url: str
    ends_at: int | None = None
    trouble: Trouble = ""
    words: str = ""
    away_since: int | None = None


async def fetched(url: str, now: int) -> Shown:
    """Look at the certificate of an https address; never raises for what is found there."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        try:
            found, trust = await _certificate(host, port, ssl.create_default_context()), ""
        except ssl.SSLCertVerificationError as error:
            found, trust = await _certificate(host, port, _any_certificate()), error.verify_message
    except (OSError, TimeoutError, ValueError) as error:
        return Shown(url=url, trouble="away", words=_why(error), away_since=now)
    ends_at = int(found.not_valid_after_utc.timestamp())
    names = _names(found)
    if not any(_fits(host.lower(), name) for name in names):
        return Shown(url=url, ends_at=ends_at, trouble="name", words=", ".join(names[:3]) or "nobody")
    if trust and ends_at > now:
        return Shown(url=url, ends_at=ends_at, trouble="trust", words=trust)
    return Shown(url=url, ends_at=ends_at)


async def look(store: Store, url: str, now: int) -> None:
    """Look at the public address's certificate and remember what was shown; nothing without https."""
    if not url.startswith("https://"):
        return
    known, shown = await remembered(store.reader), await fetched(url, now)
    if shown.trouble == "away" and known is not None and known.url == url:
        since = known.away_since or now
        shown = msgspec.structs.replace(shown, ends_at=known.ends_at, away_since=since)
    if shown != known:
        async with store.write() as tx:
            await settings.put(tx, NAME, msgspec.json.encode(shown).decode())


async def remembered(db: Reader) -> Shown | None:
    """What was shown last."""
    text = await settings.value(db, NAME)
    try:
        return msgspec.json.decode(text, type=Shown) if text else None
    except msgspec.MsgspecError:
        return None


def standing(shown: Shown | None, url: str, now: int) -> tuple[Status, str]:
    """How the certificate of `url` stands: it runs out, is somebody else's, or is not believed."""
    if not url.startswith("https://"):
        return "ok", f"Links lead to {url}, where there is no certificate."
    host = urlsplit(url).hostname or ""
    if shown is None or shown.url != url:
        return "ok", f"The certificate of {host} is looked at within the hour."
    if shown.trouble == "name":
        return "failing", f"The certificate that is shown at {host} is that of {shown.words}."
    if shown.ends_at is None:
        return "ok", f"The certificate of {host} cannot be seen from this machine: {shown.words}"
    return _by_end(shown, shown.ends_at, host, now)


def _by_end(shown: Shown, ends_at: int, host: str, now: int) -> tuple[Status, str]:
    until = datetime.fromtimestamp(ends_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    days = (ends_at - now) // DAY
    if days < 0:
        return "failing", f"The certificate of {host} ran out at {until}."
    if days < DEGRADED_DAYS:
        left = "less than a day" if days == 0 else f"{days} day{'s' if days > 1 else ''}"
        return (
            "failing" if days < FAILING_DAYS else "degraded",
            f"The certificate of {host} runs out in {left}: {until}.",
        )
    if shown.trouble == "trust":
        return "degraded", f"This machine does not believe the certificate of {host}: {shown.words}."
    if shown.away_since is not None and now - shown.away_since > AWAY_SECONDS:
        return "degraded", f"The certificate of {host} could not be looked at for a day: {shown.words}"
    return "ok", f"The certificate of {host} is good until {until} ({days} days)."


async def _certificate(host: str, port: int, context: ssl.SSLContext) -> "x509.Certificate":
    from cryptography import x509  # noqa: PLC0415 - heavy: once an hour

    async with asyncio.timeout(SECONDS):
        _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return x509.load_der_x509_certificate(shown.getpeercert(binary_form=True) or b"")
    finally:
        writer.close()


def _any_certificate() -> ssl.SSLContext:
    """To see what is shown although it is not believed; nothing is sent over such a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _names(certificate: "x509.Certificate") -> list[str]:
    from cryptography import x509  # noqa: PLC0415 - heavy: once an hour

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]


def _fits(host: str, name: str) -> bool:
    """RFC 9525: the whole name, or a star for its first part alone."""
    try:
        return ipaddress.ip_address(host) == ipaddress.ip_address(name)
    except ValueError:
        known = name.lower()
    return known == host or (known.startswith("*.") and known[2:] == host.partition(".")[2])


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "nobody answers."
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there."
    if isinstance(error, ssl.SSLError):
        return "what answers there does not speak TLS."
    return "the name cannot be found, or there is no way to it."
