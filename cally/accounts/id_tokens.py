"""Judging an ID token: signed by a key of the provider, by a good algorithm, for us, now, and for this sign-in."""

from typing import Any

import msgspec

from cally.accounts.discovery import refused
from cally.errors import CallyError

# asymmetric ones only: `none` is no signature, and HS256 could be made with the provider's public key
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
SKEW_SECONDS = 60
LONGEST_SUBJECT = 255
SMALLEST_RSA_BITS = 2_048


class UnknownKeyError(Exception):
    """None of the keys signed it; the provider may have changed them."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the ID token of this sign-in has to say; `access_token` is the one that came with it."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str


def verified(token: str, keys: list[dict[str, Any]], expected: Expected, *, now: int) -> dict[str, Any]:
    """The claims of an ID token that is good in every respect.

    Raises `UnknownKeyError` when no such key is there, `elsewhere_refused` for everything else that is wrong.
    """
    from joserfc import jws, jwt  # noqa: PLC0415 - heavy: imported where used
    from joserfc.errors import JoseError  # noqa: PLC0415 - heavy: imported where used

    try:
        header = jws.extract_compact(token.encode()).headers()
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise _wrong("it is not signed in a way that can be trusted")
        key = _key(keys, header.get("kid"), algorithm)
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
        _check(claims, header, expected, now)
    except (JoseError, ValueError, TypeError) as error:
        raise _wrong(_reason(error)) from error
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise _wrong("it does not say who it is about")
    return claims


def _check(claims: dict[str, Any], header: dict[str, Any], expected: Expected, now: int) -> None:
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - heavy: imported where used

    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token}
    CodeIDToken(claims, header, options, params).validate(now=now, leeway=SKEW_SECONDS)


def _key(keys: list[dict[str, Any]], kid: Any, algorithm: str) -> Any:
    """The one key that can have signed it: of the right kind, for signatures, and of that name if it has one."""
    from joserfc.jwk import JWKRegistry  # noqa: PLC0415 - heavy: imported where used

    fitting = [
        key
        for key in keys
        if key.get("kty") == KEY_TYPES[algorithm[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise UnknownKeyError
    key: Any = JWKRegistry.import_key(fitting[0])
    if key.key_type == "RSA" and key.public_key.key_size < SMALLEST_RSA_BITS:
        raise _wrong("the key it is signed with is too short")
    return key


def _reason(error: Exception) -> str:
    claim = getattr(error, "claim", "")
    words = {"exp": "it has ended", "iat": "it is from the future", "nonce": "it is not of this sign-in"}
    return words.get(claim, f"its “{claim}” is not right" if claim else "its signature is not good")


def _wrong(why: str) -> CallyError:
    return refused(f"The provider's word on who you are cannot be believed: {why}.")
