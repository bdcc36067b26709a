"""One request to a webhook: signed, to the very address that was checked, nothing followed, little read."""

import time
from email.utils import parsedate_to_datetime

import msgspec

from cally import __version__
from cally.errors import CallyError
from cally.model.webhooks import Webhook
from cally.notify import outgoing
from cally.notify.outgoing import Limits, Received
from cally.notify.webhooks import signing
from cally.notify.webhooks.keeping import TABLE
from cally.vault import Vault

SECONDS = 20
KEPT_BYTES = 2_048
GONE = 410
BUSY = frozenset({429, 503})
LONGEST_WISH_SECONDS = 3_600
LIMITS = Limits(bytes=KEPT_BYTES, seconds=SECONDS, cut=True)


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """How a request went: `status` None when no answer came; `said` in words, `body` begins what came back.

    `retry_after` is how many seconds the receiver asks to be left alone.
    """

    status: int | None
    said: str
    body: str
    duration_ms: int
    retry_after: int = 0

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more of them, ever."""
        return self.status == GONE

    @property
    def is_down(self) -> bool:
        """Whether it is the receiver that is in trouble, rather than this event that it does not want."""
        return self.status is None or self.status >= 500 or self.status in BUSY


async def post(
    vault: Vault, webhook: Webhook, message_id: str, body: bytes, *, now: int, allowed: tuple[str, ...]
) -> Answered:
    """Post a body to a webhook, signed at `now`; private networks only if `allowed` lists them."""
    began = time.monotonic()
    try:
        url = vault.open(webhook.url_sealed, table=TABLE, row=webhook.id, column="url_sealed")
        received = await outgoing.post(
            url, body, headers=headers(vault, webhook, message_id, body, now=now), allowed=allowed, limits=LIMITS
        )
    except CallyError as error:
        return Answered(status=None, said=error.sentence, body="", duration_ms=_since(began))
    return _answered(received, _since(began), now)


def headers(vault: Vault, webhook: Webhook, message_id: str, body: bytes, *, now: int) -> dict[str, str]:
    """All headers of a request that are ours to choose. Raises `secret_unreadable`."""
    secrets = [vault.open(webhook.secret_sealed, table=TABLE, row=webhook.id, column="secret_sealed")]
    if webhook.former_sealed is not None and now < (webhook.former_until or 0):
        secrets.append(vault.open(webhook.former_sealed, table=TABLE, row=webhook.id, column="former_sealed"))
    signed = signing.headers(message_id, now, body, secrets)
    return {"content-type": "application/json", "user-agent": f"Cally/{__version__}", **signed}


def _answered(received: Received, duration_ms: int, now: int) -> Answered:
    return Answered(
        status=received.status,
        said=_said(received.status),
        body=_printable(received.body),
        duration_ms=duration_ms,
        retry_after=_retry_after(received, now) if received.status in BUSY else 0,
    )


def _said(status: int) -> str:
    if 200 <= status < 300:
        return f"Taken, with {status}."
    if status == GONE:
        return "The receiver answered 410: it is gone and wants no more."
    if 300 <= status < 400:
        return f"The receiver forwards to another address ({status}); that is not followed."
    return f"The receiver answered {status}."


def _printable(body: bytes) -> str:
    """Text to be shown: what is no UTF-8 and no character becomes a sign for it."""
    text = body.decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text.replace("\r\n", "\n"))


def _retry_after(received: Received, now: int) -> int:
    """Seconds, or a date (RFC 9110 10.2.3)."""
    wish = received.headers.get("retry-after", "").strip()
    if wish.isascii() and wish.isdigit():
        seconds = int(wish[:9])
    else:
        try:
            seconds = int(parsedate_to_datetime(wish).timestamp()) - now
        except (ValueError, TypeError, OverflowError):
            return 0
    return max(0, min(seconds, LONGEST_WISH_SECONDS))


def _since(began: float) -> int:
    return round(1_000 * (time.monotonic() - began))
