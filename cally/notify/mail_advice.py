"""What to do when the mail server cannot be used: for the admin who has just tried it."""

import re

from cally.notify.hints import meaning
from cally.notify.mail_settings import MailSettings

CASES = (
    (
        r"name or service not known|nodename nor servname|no address associated|temporary failure in name resolution",
        "The name {host} cannot be found. Look for a typing error, or at this machine's DNS.",
    ),
    (
        r"wrong_version_number|wrong version number|record layer failure",
        "Port {port} begins without encryption, but encryption was expected at once. Write smtp:// instead of "
        "smtps://, or use port 465.",
    ),
    (
        r"certificate",
        "The certificate cannot be trusted for the name {host}. Write the very name that the certificate is for; a "
        "certificate of your own must be among those that this machine trusts.",
    ),
    (
        r"connection refused|connect call failed",
        "Nobody listens at {host}, port {port}. Usual are 587 (smtp://, with STARTTLS) and 465 (smtps://).",
    ),
    (
        r"starttls extension not supported|does not support starttls",
        "The server offers no encryption at port {port}. Use smtps:// and port 465; on this machine itself, or in a "
        "network of your own, add ?starttls=off.",
    ),
    (
        r"took too long|timed out|timeout",
        "No answer came in time. Many providers of rented machines block port 25: try 587 or 465, and look at the "
        "firewall in between.",
    ),
    (
        r"^53[45]\b|5\.7\.8|authentication (?:failed|unsuccessful|credentials invalid)|no suitable authentication",
        "Account or password were not accepted. Large providers want a password that is made for one program (an “app "
        "password”), and letters such as @ and : must be written as %40 and %3A in the address.",
    ),
    (
        r"^530\b",
        "The server wants an account and a password: smtp://account:password@{host}:{port}.",
    ),
    (
        r"network is unreachable|no route to host",
        "There is no way from this machine to {host}. Look at its network, at IPv6 as well.",
    ),
    (
        r"connection (?:lost|closed|reset)|unexpected eof|hung up|disconnected",
        "The server broke off. Some do so when they distrust a sender, or when encryption is expected at another "
        "moment: the lines below say how far it came.",
    ),
)
FOUND = tuple((re.compile(pattern, re.IGNORECASE), sentence) for pattern, sentence in CASES)
LOOK = "The lines below say how far it came; the last one is what went wrong."


def advice(answer: str, mail: MailSettings) -> str:
    """A sentence that says what to do about what a mail server answered, or did not."""
    for pattern, sentence in FOUND:
        if pattern.search(answer):
            return sentence.format(host=mail.host, port=mail.port)
    found = meaning(answer)
    return found.sentence if found is not None else LOOK
