"""A passkey device made of software, which does what a test asks, also what no honest device would."""

import base64
import hashlib
import json
import os
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """Holds one key. `verifies`: it has made sure of who stands before it. `count` goes up by `step` at each use."""

    def __init__(self, *, verifies: bool = True, step: int = 1) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.flags = PRESENT | (VERIFIED if verifies else 0)
        self.count = 0
        self.step = step
        self.handle = b""

    def create(self, options: dict[str, Any], *, origin: str) -> dict[str, Any]:
        """What a browser gives after `navigator.credentials.create`."""
        self.handle = from_text(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        known = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        said = self._said(options["rp"]["id"], ATTESTED) + known
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        client = _client("webauthn.create", options["challenge"], origin)
        return self._credential({"clientDataJSON": to_text(client), "attestationObject": to_text(attestation)})

    def get(self, options: dict[str, Any], *, origin: str, site: str | None = None) -> dict[str, Any]:
        """What a browser gives after `navigator.credentials.get`."""
        self.count += self.step
        said = self._said(site or options["rpId"], 0)
        client = _client("webauthn.get", options["challenge"], origin)
        signature = self.key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": to_text(client),
                "authenticatorData": to_text(said),
                "signature": to_text(signature),
                "userHandle": to_text(self.handle),
            }
        )

    def _said(self, site: str, more: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": to_text(self.id), "rawId": to_text(self.id), "type": "public-key", "response": response}


def to_text(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """And back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
