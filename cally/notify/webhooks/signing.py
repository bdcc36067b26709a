"""Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body, with a secret that both sides know."""

import base64
import hmac
import os

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret of 256 bits: `whsec_` and its base64."""
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode("ascii")


def headers(message_id: str, at: int, body: bytes, secrets: list[str]) -> dict[str, str]:
    """The three headers of a request. While a secret is being changed both sign, and either will do."""
    signed = f"{message_id}.{at}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")
