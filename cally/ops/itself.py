"""Asking oneself through the public address: a question that only this instance can ask, an answer only it can give."""

import base64
import secrets
from typing import Any

import msgspec

from cally.errors import CallyError
from cally.vault import Vault

QUESTION = "cally-question"
ANSWER = "cally-answer"
GOOD_SECONDS = 60
LONGEST = 200
PURPOSE = "asking itself"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How a request arrived.

    `peer` is who connected (empty: a unix socket), `believed` whether its forwarding headers count, `address` whom
    Cally takes the guest for, `scheme` how it takes them to have asked; `forwarded_for` and `forwarded_proto` are the
    headers as they came, None when there was none.
    """

    question: str
    host: str
    scheme: str
    peer: str
    believed: bool
    address: str
    forwarded_for: str | None
    forwarded_proto: str | None


def question(vault: Vault, now: int) -> str:
    """A header's value, good for a minute."""
    return vault.sign(PURPOSE, f"{secrets.token_hex(8)}-{now + GOOD_SECONDS}")


def is_question(vault: Vault, text: str, now: int) -> bool:
    """Whether this instance has asked that, lately."""
    subject = vault.verified(PURPOSE, text) if len(text) <= LONGEST else None
    _, _, until = (subject or "").partition("-")
    return until.isdecimal() and now <= int(until) <= now + 2 * GOOD_SECONDS


def answer(vault: Vault, seen: Seen) -> str:
    """A header's value that only this instance can read."""
    sealed = vault.seal(msgspec.json.encode(seen).decode(), table="itself", row=0, column="answer")
    return base64.urlsafe_b64encode(sealed).decode()


def heard(vault: Vault, text: str, asked: str) -> Seen | None:
    """What `answer` has said to this very question; None for anybody else's words."""
    try:
        plain = vault.open(base64.urlsafe_b64decode(text), table="itself", row=0, column="answer")
        seen: Any = msgspec.json.decode(plain, type=Seen)
    except (CallyError, ValueError, msgspec.MsgspecError):
        return None
    return seen if seen.question == asked else None
