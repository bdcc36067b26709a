"""The mail server: how it is reached, and whose name is on the mail."""

import ipaddress
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from cally.errors import CallyError, invalid
from cally.model.addresses import email_address

Security = Literal["none", "opportunistic", "starttls", "tls"]
PORTS: dict[Security, int] = {"none": 25, "opportunistic": 25, "starttls": 587, "tls": 465}
STARTTLS: dict[str, Security] = {"required": "starttls", "off": "none"}
LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`security`: `tls` from the first byte, `starttls` required and verified, `opportunistic` when offered, `none`.

    An empty `account` means no sign-in; an empty `sender` means `cally@` and the name in the public address.
    """

    host: str
    port: int
    security: Security = "starttls"
    account: str = ""
    password: str = ""
    sender: str = ""

    def __repr__(self) -> str:
        return f"MailSettings({self.host}:{self.port}, {self.security}, account={'set' if self.account else 'none'})"


def mail_settings(url: str) -> MailSettings:
    """Read `smtp://[account:password@]host[:port][?starttls=required|off&from=ADDRESS]`, or `smtps://…`.

    Without `starttls`, encryption is required where a password would travel over a network, and used when offered
    elsewhere. Raises `invalid` naming `smtp_url`; the address itself is never repeated, for it holds the password.
    """
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname
        options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise _malformed() from error
    unknown = options.keys() - {"starttls", "from"}
    if parts.scheme not in {"smtp", "smtps"} or not host or unknown or port == 0:
        raise _malformed()
    account = unquote(parts.username or "")
    exposed = bool(account) and _remote(host)
    security = _security(parts.scheme, options.get("starttls", [""])[-1], exposed=exposed)
    return MailSettings(
        host=host,
        port=port or (587 if account and security != "tls" else PORTS[security]),
        security=security,
        account=account,
        password=unquote(parts.password or ""),
        sender=_sender(options.get("from", [""])[-1], account),
    )


def sender_address(mail: MailSettings, public_url: str) -> str:
    """Whose address mail is sent from."""
    if mail.sender:
        return mail.sender
    name = urlsplit(public_url).hostname or "localhost"
    return f"cally@{'localhost' if _is_number(name) else name}"


def _security(scheme: str, starttls: str, *, exposed: bool) -> Security:
    if scheme == "smtps":
        return "tls"
    if starttls:
        if starttls not in STARTTLS:
            raise invalid("smtp_url", "The mail server's starttls can be “required” or “off”.")
        return STARTTLS[starttls]
    return "starttls" if exposed else "opportunistic"


def _sender(text: str, account: str) -> str:
    if text:
        return email_address(text, "smtp_url")
    try:
        return email_address(account, "smtp_url")
    except CallyError:
        return ""


def _remote(host: str) -> bool:
    if _is_number(host):
        return not ipaddress.ip_address(host).is_loopback
    return host.lower() not in LOOPBACK_NAMES


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _malformed() -> CallyError:
    example = "smtp://account:password@mail.example.org:587?starttls=required"
    return invalid("smtp_url", f"The mail server should be written like {example}, or smtps://…")
