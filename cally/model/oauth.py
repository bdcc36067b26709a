"""Cally as OAuth 2 provider: the programs that may ask, what somebody has let them do, and the secrets of it."""

from typing import Literal

import msgspec

SecretKind = Literal["code", "refresh"]


class OAuthClient(msgspec.Struct, frozen=True, kw_only=True):
    """A program that may ask people for leave; `secret_hash` is None for one that cannot keep a secret (public)."""

    id: int
    client_id: str
    account_id: int
    name: str
    secret_hash: bytes | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: int


class OAuthGrant(msgspec.Struct, frozen=True, kw_only=True):
    """What an account lets a program do; `client_id` is the client's row, `last_used_at` the latest use of a token."""

    id: int
    client_id: int
    client_name: str
    account_id: int
    scopes: tuple[str, ...]
    created_at: int
    last_used_at: int | None


class OAuthSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A code or refresh token; a used one is kept until it would have ended, so that a second use is noticed."""

    kind: SecretKind
    grant_id: int
    redirect_uri: str
    challenge: str
    expires_at: int
    used_at: int | None
