"""Testing the mail server: one real mail, and the whole dialogue to look at."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import msgspec

from cally.model.addresses import email_address
from cally.notify.failures import NotTaken
from cally.notify.mail_advice import advice
from cally.notify.mail_settings import MailSettings, sender_address
from cally.notify.smtp import Conversation

TEXT = """\
This is a test of the mail server.

If you can read it, guests and hosts can be written to.
"""


class MailTest(msgspec.Struct, frozen=True, kw_only=True):
    """How the test fared: the server's last word, and the dialogue line by line, secrets masked.

    `advice` says what to do when it was not taken.
    """

    ok: bool
    answer: str
    transcript: tuple[str, ...]
    advice: str = ""


async def send_test(mail: MailSettings, *, public_url: str, to: str, now: int) -> MailTest:
    """Send a test mail; never raises for what the server says. Raises `invalid` naming `to`."""
    recipient = email_address(to, "to")
    sender = sender_address(mail, public_url)
    domain = sender.rpartition("@")[2]
    conversation = Conversation(mail, domain)
    try:
        answer = await conversation.send(sender, recipient, _content(sender, recipient, domain, now))
    except NotTaken as failure:
        return MailTest(
            ok=False,
            answer=failure.answer,
            transcript=tuple(conversation.heard),
            advice=advice(failure.answer, mail),
        )
    return MailTest(ok=True, answer=answer, transcript=tuple(conversation.heard))


def _content(sender: str, recipient: str, domain: str, now: int) -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = "Cally: a test of the mail server"
    mail["From"] = f"Cally <{sender}>"
    mail["To"] = recipient
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = make_msgid(domain=domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(TEXT)
    return mail.as_bytes()
