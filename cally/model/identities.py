"""Signing in from elsewhere: the providers that are trusted to say who somebody is, and who that is here."""

import msgspec


class IdentityProvider(msgspec.Struct, frozen=True, kw_only=True):
    """Where people may sign in from elsewhere, by OpenID Connect.

    `name` is what its button says. `issuer` is its address, to the letter. `domains` are the mail domains whose people
    get an account by themselves if `takes_unknown`; none means every one. `secret_sealed` is None for a public client.
    """

    id: int
    slug: str
    name: str
    issuer: str
    client_id: str
    secret_sealed: bytes | None
    scopes: str
    domains: tuple[str, ...]
    takes_unknown: bool
    enabled: bool
    created_at: int


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at an issuer who is an account here; `email` is what the issuer called them, to be shown only."""

    id: int
    account_id: int
    issuer: str
    subject: str
    email: str
    created_at: int
    last_used_at: int | None
