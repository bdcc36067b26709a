"""Secrets: the key file, field encryption bound to its row, signed links, and hashes of tokens."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cally import files
from cally.errors import CallyError

KEY_BYTES = 32
NONCE_BYTES = 12
SIGNATURE_BYTES = 16
TOKEN_BYTES = 32
FINGERPRINT_BYTES = 8


class Vault:
    """Everything that is derived from the instance's 256-bit key; the key itself opens the database.

    `key_id` (16 hexadecimal digits) tells one key from another and gives nothing of it away.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise CallyError("key_invalid", "The key must be 256 bits: 64 hexadecimal digits.")
        self.database_key = key
        self.key_id = _derive(key, b"cally key fingerprint 1")[:FINGERPRINT_BYTES].hex()
        self._field = AESGCM(_derive(key, b"cally field encryption 1"))
        self._link = _derive(key, b"cally signed links 1")

    def seal(self, text: str, *, table: str, row: int, column: str) -> bytes:
        """Encrypt a secret so that it opens only at this table, row and column (AES-256-GCM, row-bound)."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._field.encrypt(nonce, text.encode(), _place(table, row, column))

    def open(self, sealed: bytes, *, table: str, row: int, column: str) -> str:
        """Decrypt what `seal` made; raises `secret_unreadable` when moved, altered or made with another key."""
        try:
            plain = self._field.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(table, row, column))
        except (InvalidTag, ValueError) as error:
            raise CallyError("secret_unreadable", f"The stored secret {table}.{column} cannot be decrypted.") from error
        return plain.decode()

    def sign(self, purpose: str, subject: str) -> str:
        """A link token `subject.signature`, good for this one purpose; `subject` must be free of dots."""
        return f"{subject}.{_text(self._mac(purpose, subject))}"

    def verified(self, purpose: str, token: str) -> str | None:
        """The subject of a token that `sign` made for this purpose, else None."""
        subject, _, signature = token.partition(".")
        expected = _text(self._mac(purpose, subject))
        return subject if hmac.compare_digest(expected.encode(), signature.encode()) else None

    def fingerprint(self, purpose: str, text: str) -> bytes:
        """A text's keyed fingerprint for one purpose (32 bytes): equal texts have equal ones, nobody can go back."""
        return hmac.digest(self._link, f"{purpose}\0\0{text}".encode(), "sha256")

    def derived(self, purpose: str) -> bytes:
        """A key of 256 bits for one purpose alone; from it nobody gets back to the instance's key, or to another."""
        return _derive(self.database_key, f"cally purpose\0{purpose}".encode())

    def _mac(self, purpose: str, subject: str) -> bytes:
        return hmac.digest(self._link, f"{purpose}\0{subject}".encode(), "sha256")[:SIGNATURE_BYTES]


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether an Ed25519 signature (64 bytes) of a message was made with the private half of this key (32 bytes)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - used by upgrades

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def certified(certificate: bytes) -> tuple[str, str, int]:
    """Whom a certificate (DER) names, by whom, and until when (epoch seconds)."""
    from cryptography import x509  # noqa: PLC0415 - heavy: imported where used

    read = x509.load_der_x509_certificate(certificate)
    try:
        named = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = ", ".join(named.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, ValueError):
        names = ""
    subject, issuer = read.subject.rfc4514_string(), read.issuer.rfc4514_string()
    return names or subject or "nobody", issuer or "nobody", int(read.not_valid_after_utc.timestamp())


def read_or_make_key(path: Path) -> bytes:
    """The key in the file (64 hexadecimal digits); a missing file is made, readable by its owner alone."""
    try:
        return key_from_text(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return _make_key(path)
    except (UnicodeDecodeError, ValueError) as error:
        raise CallyError("key_invalid", f"{path} does not hold a key of 64 hexadecimal digits.") from error


def key_from_text(text: str) -> bytes:
    """32 bytes from 64 hexadecimal digits; raises ValueError otherwise."""
    key = bytes.fromhex(text.strip())
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 64 hexadecimal digits")
    return key


def new_token() -> str:
    """A fresh 256-bit secret for sessions, API tokens and one-time links; only its hash is stored."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What the database keeps of a 256-bit token; it has too much entropy to need a slow hash."""
    return hashlib.sha256(token.encode()).digest()


def write_key(path: Path, key: bytes) -> None:
    """Put the key where `read_or_make_key` finds it: whole or not at all, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files.put(path, f"{key.hex()}\n".encode())


def _make_key(path: Path) -> bytes:
    key = os.urandom(KEY_BYTES)
    write_key(path, key)
    return key


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


def _place(table: str, row: int, column: str) -> bytes:
    return f"{table}\0{row}\0{column}".encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
