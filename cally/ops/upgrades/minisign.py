"""Signatures as minisign makes them: is this what the holder of the release key has signed, word for word?

Both kinds are taken: over the message (`Ed`) and over its BLAKE2b-512 (`ED`, minisign's default). The trusted comment
is signed along with the signature.
"""

import base64
import binascii
import hashlib

import msgspec

from cally.errors import CallyError
from cally.vault import is_signed

SUFFIX = ".minisig"
PLAIN, PREHASHED = b"Ed", b"ED"
KEY_BYTES = 42
SIGNATURE_BYTES = 74
MOST_BYTES = 8_192
UNTRUSTED, TRUSTED = "untrusted comment: ", "trusted comment: "


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key with its id, 8 bytes."""

    id: bytes
    key: bytes

    @property
    def shown(self) -> str:
        """The id as minisign shows it."""
        return f"{int.from_bytes(self.id, 'little'):X}"  # a number: it leaves out leading zeros


def public_key(text: str) -> PublicKey:
    """The key in a line of base64, or in a file of minisign's; raises `invalid` for anything else."""
    lines = [line for line in text.strip().splitlines() if line and not line.startswith(UNTRUSTED)]
    raw = _decoded(lines[0]) if len(lines) == 1 else None
    if raw is None or len(raw) != KEY_BYTES or raw[:2] != PLAIN:
        raise CallyError("invalid", "This is not the public key of a minisign key pair.", field="key")
    return PublicKey(id=raw[2:10], key=raw[10:])


def verify(message: bytes, signature: str, key: PublicKey) -> str:
    """The trusted comment of a signature that was made over exactly these bytes with this key.

    Raises `signature_refused` with the reason for everything else.
    """
    kind, key_id, made, comment, over_comment = _parts(signature)
    if key_id != key.id:
        named = PublicKey(id=key_id, key=b"").shown
        raise _refused(f"It is signed with another key ({named}); the release key is {key.shown}.")
    signed = hashlib.blake2b(message).digest() if kind == PREHASHED else message
    if not is_signed(signed, made, key.key):
        raise _refused("The signature does not fit: these are not the bytes that were signed.")
    if not is_signed(made + comment.encode(), over_comment, key.key):
        raise _refused("The comment of the signature does not fit: it is not the one that was signed.")
    return comment


def _parts(text: str) -> tuple[bytes, bytes, bytes, str, bytes]:
    lines = text.splitlines() if len(text) <= MOST_BYTES else []
    if len(lines) != 4 or not lines[0].startswith(UNTRUSTED) or not lines[2].startswith(TRUSTED):
        raise _refused("This is not a signature of minisign.")
    first, second = _decoded(lines[1]), _decoded(lines[3])
    if first is None or second is None or len(first) != SIGNATURE_BYTES or first[:2] not in {PLAIN, PREHASHED}:
        raise _refused("This is not a signature of minisign.")
    return first[:2], first[2:10], first[10:], lines[2].removeprefix(TRUSTED), second


def _decoded(line: str) -> bytes | None:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def _refused(sentence: str) -> CallyError:
    return CallyError("signature_refused", sentence)
