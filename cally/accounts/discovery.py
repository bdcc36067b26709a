"""What an OpenID provider says about itself: addresses and keys, asked for, judged and remembered for an hour."""

import json
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cally.errors import CallyError
from cally.notify import outgoing

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT_SECONDS = 3_600
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LIMITS = outgoing.Limits(bytes=outgoing.MEGABYTE, seconds=15)
JSON = {"accept": "application/json"}


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a provider's own description that is used; `names_itself`: its answers carry `iss` (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] | None = None
    names_itself: bool = msgspec.field(default=False, name="authorization_response_iss_parameter_supported")


class ProviderMemory:
    """What providers said about themselves lately; one per process."""

    def __init__(self) -> None:
        self._metadata: dict[str, tuple[Metadata, int]] = {}
        self._keys: dict[str, tuple[list[dict[str, Any]], int]] = {}

    async def metadata(self, issuer: str, *, allowed: tuple[str, ...], now: int) -> Metadata:
        """A provider's description; raises `elsewhere_refused`, `outgoing_refused` or `outgoing_failed` in words."""
        kept = self._metadata.get(issuer)
        if kept is None or not 0 <= now - kept[1] < KEPT_SECONDS:
            kept = self._metadata[issuer] = (await discover(issuer, allowed=allowed), now)
        return kept[0]

    async def keys(self, at: str, *, allowed: tuple[str, ...], now: int, anew: bool = False) -> list[dict[str, Any]]:
        """The public keys at an address, each a JWK; `anew` asks again whatever is remembered."""
        kept = self._keys.get(at)
        if anew or kept is None or not 0 <= now - kept[1] < KEPT_SECONDS:
            kept = self._keys[at] = (await _keys(at, allowed), now)
        return kept[0]

    def forget(self, issuer: str) -> None:
        """Ask again at the next use."""
        kept = self._metadata.pop(issuer, None)
        if kept is not None:
            self._keys.pop(kept[0].jwks_uri, None)


def refused(sentence: str) -> CallyError:
    """The sign-in from elsewhere cannot go on; the sentence is for whoever tries it."""
    return CallyError("elsewhere_refused", sentence)


def is_web_address(url: str) -> bool:
    """Whether secrets may be sent there: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username is not None or parts.fragment or not url.isprintable():
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


async def discover(issuer: str, *, allowed: tuple[str, ...]) -> Metadata:
    """Ask a provider for its description and judge it; raises as `ProviderMemory.metadata` does."""
    answer = await outgoing.get(issuer.rstrip("/") + WELL_KNOWN, headers=JSON, allowed=allowed, limits=LIMITS)
    if answer.status != 200:
        raise refused(f"There is no OpenID provider at this address: it answered {answer.status} to {WELL_KNOWN}.")
    try:
        found = msgspec.json.decode(answer.body, type=Metadata)
    except msgspec.DecodeError as error:
        raise refused("What the provider says of itself (discovery) lacks what is needed, or is no JSON.") from error
    if found.issuer != issuer:
        sentence = f"The provider calls itself “{found.issuer[:200]}”; the issuer must be written in exactly that way."
        raise refused(sentence)
    for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
        if not is_web_address(address):
            raise refused("The provider names an address that is not https; nothing secret is sent there.")
    methods = found.code_challenge_methods_supported
    if methods is not None and "S256" not in methods:
        raise refused("The provider does not know PKCE with S256, without which nobody is sent there.")
    return found


async def _keys(at: str, allowed: tuple[str, ...]) -> list[dict[str, Any]]:
    answer = await outgoing.get(at, headers=JSON, allowed=allowed, limits=LIMITS)
    said = json_object(answer.body) if answer.status == 200 else {}
    keys = said.get("keys")
    if not isinstance(keys, list):
        raise refused("The provider does not show its keys.")
    return [key for key in keys if isinstance(key, dict)]


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in an answer; empty when it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
