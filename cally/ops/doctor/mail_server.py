"""The mail server: reached, encrypted, signed in at, its certificate; without sending a mail."""

import ipaddress

from cally.notify import MailSettings
from cally.notify.failures import NotTaken
from cally.notify.smtp import Conversation, Seen
from cally.ops.certificate import DAY, DEGRADED_DAYS
from cally.ops.doctor.findings import Finding, advice, fault, ok
from cally.ops.doctor.others_clocks import compared

NAME = "mail server"


async def mail_server(mail: MailSettings, name: str, now: int) -> list[Finding]:
    """Go as far as a mail would, and leave; `name` is what we call ourselves."""
    place = f"{mail.host}:{mail.port}"
    try:
        seen = await Conversation(mail, name).look()
    except NotTaken as refused:
        fix = "Check address, account, password and firewall; “Send a test” at /admin/settings#mail shows every word."
        return [fault(NAME, f"{place} would not take mail: {refused.answer}", fix)]
    found = [_taken(place, mail, seen), *compared("the mail server", seen.greeting)]
    if seen.certificate is not None:
        found += _certificate(mail.host, seen.certificate, now)
    return found


def _taken(place: str, mail: MailSettings, seen: Seen) -> Finding:
    signed_in = f", signed in as {mail.account}" if mail.account else ", without signing in"
    if seen.tls:
        return ok(NAME, f"{place} takes mail ({seen.tls}{signed_in}).")
    if _is_here(mail.host):
        return ok(NAME, f"{place} takes mail (on this machine{signed_in}).")
    fix = "Use port 587 with ?starttls=required, or smtps://, if the server offers it."
    return advice(NAME, f"{place} takes mail, but nothing is encrypted on the way there{signed_in}.", fix)


def _certificate(host: str, shown: bytes, now: int) -> list[Finding]:
    from cryptography import x509  # noqa: PLC0415 - heavy: for the doctor alone

    days = int(x509.load_der_x509_certificate(shown).not_valid_after_utc.timestamp() - now) // DAY
    if days >= DEGRADED_DAYS:
        return []
    said = f"runs out in {days} days" if days >= 0 else "has run out"
    return [advice("mail server's certificate", f"The certificate of {host} {said}.", "Tell whoever runs it.")]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
