"""Letters: mail about an account itself, not about a booking."""

from typing import Literal

import msgspec

LetterKind = Literal[
    "verify_address",
    "invitation",
    "reset_password",
    "password_changed",
    "address_changed",
    "new_sign_in",
    "second_factor_added",
    "second_factor_removed",
    "guest_data",
    "alert",
    "digest",
    "sample",
    "webhook_off",
]
LetterState = Literal["waiting", "sent", "failed", "obsolete"]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in the outbox.

    `facts` are words that its text may use (`name`, `tz`, `locale` always), never a secret; `secret_sealed` is that of
    the link it carries until it is sent. `account_id` None: it was asked for nobody, and nobody gets it.
    """

    id: int
    account_id: int | None
    kind: LetterKind
    address: str
    message_id: str
    facts: dict[str, str]
    secret_sealed: bytes | None
    expires_at: int | None
    state: LetterState
    attempts: int
    answer: str
    created_at: int
    sent_at: int | None
