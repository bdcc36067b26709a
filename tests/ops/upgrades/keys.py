"""Key pairs and signatures in minisign's format, made here, for tests of what is trusted."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Signer:
    """Somebody with a key pair."""

    def __init__(self, seed: int = 1) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.id = bytes([seed]) * 8

    @property
    def public(self) -> str:
        """The public key, as minisign writes it in one line."""
        raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(b"Ed" + self.id + raw).decode()

    def sign(self, message: bytes, *, comment: str = "a release", prehashed: bool = True) -> str:
        """A signature file."""
        kind = b"ED" if prehashed else b"Ed"
        made = self._private.sign(hashlib.blake2b(message).digest() if prehashed else message)
        over = self._private.sign(made + comment.encode())
        first, second = (base64.b64encode(part).decode() for part in (kind + self.id + made, over))
        return f"untrusted comment: x\n{first}\ntrusted comment: {comment}\n{second}\n"
