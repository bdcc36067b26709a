"""The words of a letter: what its kind says, in the frame that all mails have."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

import msgspec

from cally.errors import CallyError
from cally.model.letters import Letter, LetterKind
from cally.notify.compose import LONGEST_LINE, Mail, envelope, is_ascii, mailbox, require_own_headers
from cally.notify.rendering import Words, one_line, spaced, templates
from cally.notify.times import when

PATHS: dict[LetterKind, str] = {
    "verify_address": "verify",
    "invitation": "invitation",
    "reset_password": "reset",
    "guest_data": "privacy/link",
}
SENDER_NAME = "Cally"
FACTS = (
    "name",
    "tz",
    "locale",
    "address",
    "former",
    "by",
    "role",
    "new",
    "device",
    "from",
    "asked_from",
    "what",
    "how",
    "lines",
    "today",
)


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the template of a kind says: the sentence stands above all, `rows` are a label and a value each."""

    status: str
    subject: str
    sentence: str
    paragraphs: list[str]
    rows: list[tuple[str, str]]
    button: str
    after: list[str]
    calm: bool


def letter_words(letter: Letter, *, public_url: str, secret: str) -> Words:
    """Subject, text and HTML of a letter; `secret` makes its link. A sample brings the words of a message along."""
    if letter.kind == "sample":
        subject, text, html = (letter.facts.get(name, "") for name in ("subject", "text", "html"))
        return Words(subject=one_line(subject), text=text, html=html)
    link = f"{public_url}/{PATHS[letter.kind]}/{secret}" if secret else ""
    said = _said(letter, public_url)
    values = {"words": said, "link": link, "subject": said.subject, "sentence": said.sentence, "site": public_url}
    text = templates().get_template("letter/letter.txt").render(values)
    html = templates().get_template("letter/letter.html").render(values)
    return Words(subject=one_line(said.subject), text=spaced(text), html=html)


def compose_letter(letter: Letter, *, secret: str, sender: str, public_url: str, now: int) -> Mail:
    """The letter as mail. Raises `invalid` for an address that no mail can be sent to."""
    words = letter_words(letter, public_url=public_url, secret=secret)
    mail = EmailMessage(policy=policy.SMTP)
    mail.set_content(words.text, cte="quoted-printable")
    mail.add_alternative(words.html, subtype="html", cte="quoted-printable")
    international = not (is_ascii(sender) and is_ascii(letter.address))
    mail["From"] = mailbox(SENDER_NAME, sender)
    mail["To"] = mailbox(letter.facts.get("name", ""), letter.address)
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    written = mail.as_bytes(policy=policy.SMTP.clone(utf8=international, cte_type="7bit", max_line_length=LONGEST_LINE))
    require_own_headers(mail, written)
    return Mail(
        sender=envelope(sender), recipient=envelope(letter.address), content=written, international=international
    )


def _said(letter: Letter, public_url: str) -> _Said:
    facts = {name: letter.facts.get(name, "") for name in FACTS}
    tz, locale = facts["tz"] or "UTC", facts["locale"] or "en"
    at = when(letter.created_at, letter.created_at, tz=tz, locale=locale)
    until = ""
    if letter.expires_at is not None:
        until = when(letter.expires_at, letter.expires_at, tz=tz, locale=locale).short
    values = {"f": facts, "site": public_url, "at": at.short, "until": until}
    module = templates().get_template(f"letter/{letter.kind}.txt").make_module(values)
    try:
        found = {name: getattr(module, name) for name in _Said.__struct_fields__ if name != "calm"}
    except AttributeError as error:
        raise CallyError("invalid", f"The words of the letter {letter.kind} are incomplete.") from error
    return _Said(**found, calm=letter.kind not in PATHS)
