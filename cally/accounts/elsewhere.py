"""Signing in from elsewhere, by OpenID Connect: off with a secret of this browser, back with the provider's word.

Nothing secret is kept here on the way. The browser holds one random secret in a cookie; the PKCE verifier and the nonce
are made of it, the database knows its hash. What comes back counts once, in that browser, for that provider.
"""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec

from cally.accounts.discovery import JSON, LIMITS, Metadata, ProviderMemory, is_web_address, json_object, refused
from cally.accounts.id_tokens import Expected, UnknownKeyError, verified
from cally.model.identities import IdentityProvider
from cally.notify import outgoing
from cally.store import Store, one_time_links
from cally.vault import Vault, new_token, token_hash

PURPOSE = "elsewhere"
LASTS_SECONDS = 10 * 60
LONGEST_TEXT = 4_096


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send the browser, and the secret that it keeps meanwhile."""

    address: str
    browser: str


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """What came back with the browser; `iss` is empty where the provider does not say it."""

    code: str
    state: str
    iss: str
    browser: str


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom the provider knows; `account_id` is set when that account wanted to link them.

    `email` is empty unless the provider gave one; only with `email_verified` is it theirs.
    """

    subject: str
    email: str
    email_verified: bool
    name: str
    wanted: str
    account_id: int | None


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A provider and how to reach it: our own address there, and the private networks that may be asked."""

    provider: IdentityProvider
    redirect_uri: str
    allowed: tuple[str, ...]


class _Flow(msgspec.Struct, frozen=True, kw_only=True):
    provider_id: int
    browser: str
    wanted: str


async def depart(
    store: Store, memory: ProviderMemory, to: Connection, *, wanted: str, now: int, account_id: int | None = None
) -> Departure:
    """Begin a sign-in, or with `account_id` a link to that account; it has ten minutes.

    Raises `elsewhere_refused`, `outgoing_refused` or `outgoing_failed` when the provider cannot be used.
    """
    described = await memory.metadata(to.provider.issuer, allowed=to.allowed, now=now)
    state, browser = new_token(), new_token()
    flow = _Flow(provider_id=to.provider.id, browser=token_hash(browser).hex(), wanted=wanted)
    async with store.write() as tx:
        await one_time_links.insert(
            tx,
            token_hash=token_hash(state),
            purpose=PURPOSE,
            now=now,
            expires_at=now + LASTS_SECONDS,
            account_id=account_id,
            data=msgspec.json.encode(flow).decode(),
        )
    asked = {
        "response_type": "code",
        "client_id": to.provider.client_id,
        "redirect_uri": to.redirect_uri,
        "scope": to.provider.scopes,
        "state": state,
        "nonce": _derived("nonce", browser),
        "code_challenge": _text(hashlib.sha256(_derived("verifier", browser).encode()).digest()),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(described.authorization_endpoint).query else "?"
    return Departure(address=described.authorization_endpoint + joint + urlencode(asked), browser=browser)


async def arrive(
    store: Store, vault: Vault, memory: ProviderMemory, to: Connection, came: Return, *, now: int
) -> Arrival:
    """Who came back, by the provider's word; the state is used up by whoever began it, whatever becomes of it.

    Raises `elsewhere_refused`, `outgoing_refused` or `outgoing_failed` in words for the one who tries.
    """
    provider = to.provider
    hashed = token_hash(came.state)
    link = await one_time_links.live(store.reader, token_hash=hashed, purpose=PURPOSE, now=now)
    flow = msgspec.json.decode(link.data, type=_Flow) if link else None
    if link is None or flow is None or flow.provider_id != provider.id:
        raise refused("This sign-in has ended or was used already; please begin again.")
    if not hmac.compare_digest(flow.browser, token_hash(came.browser).hex()):
        raise refused("This sign-in was begun in another browser; please begin again in this one.")
    async with store.write() as tx:
        if not await one_time_links.consume(tx, token_hash=hashed, purpose=PURPOSE, now=now):
            raise refused("This sign-in has ended or was used already; please begin again.")
    described = await memory.metadata(provider.issuer, allowed=to.allowed, now=now)
    if came.iss != provider.issuer and (came.iss or described.names_itself):
        raise refused("The answer is from another provider than the one that was asked.")
    tokens = await _tokens(vault, described, to, came)
    claims = await _claims(memory, described, to, tokens, _derived("nonce", came.browser), now)
    if "email" not in claims and described.userinfo_endpoint:
        claims = await _userinfo(described, to, tokens, claims)
    return Arrival(
        subject=claims["sub"],
        email=_line(claims.get("email")),
        email_verified=claims.get("email_verified") is True,
        name=_line(claims.get("name")),
        wanted=flow.wanted,
        account_id=link.account_id,
    )


async def _tokens(vault: Vault, described: Metadata, to: Connection, came: Return) -> dict[str, str]:
    """What the code is exchanged for."""
    provider, headers = to.provider, dict(JSON)
    fields = {
        "grant_type": "authorization_code",
        "code": came.code,
        "redirect_uri": to.redirect_uri,
        "code_verifier": _derived("verifier", came.browser),
    }
    if provider.secret_sealed is None:
        fields["client_id"] = provider.client_id
    else:
        secret = vault.open(provider.secret_sealed, table="identity_provider", row=provider.id, column="secret")
        if "client_secret_basic" in described.token_endpoint_auth_methods_supported:
            shown = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
            headers["authorization"] = "Basic " + base64.b64encode(shown.encode()).decode()
        else:
            fields |= {"client_id": provider.client_id, "client_secret": secret}
    answer = await outgoing.post_form(
        described.token_endpoint, fields, headers=headers, allowed=to.allowed, limits=LIMITS
    )
    said = json_object(answer.body)
    if answer.status != 200:
        known = {
            "invalid_client": "it does not accept our client id and secret",
            "invalid_grant": "the code is no good",
        }
        raise refused(f"The provider did not confirm the sign-in: {known.get(str(said.get('error')), 'it refused')}.")
    tokens = {name: said.get(name) for name in ("id_token", "access_token")}
    if not all(isinstance(text, str) and text for text in tokens.values()):
        raise refused("The provider did not say who you are: its answer has no ID token.")
    return tokens  # type: ignore[return-value]  # all are texts, as was just seen


async def _claims(
    memory: ProviderMemory, described: Metadata, to: Connection, tokens: dict[str, str], nonce: str, now: int
) -> dict[str, Any]:
    """The claims of the ID token; for a key that is not known yet the provider is asked once more."""
    expected = Expected(
        issuer=to.provider.issuer, client_id=to.provider.client_id, nonce=nonce, access_token=tokens["access_token"]
    )
    for anew in (False, True):
        keys = await memory.keys(described.jwks_uri, allowed=to.allowed, now=now, anew=anew)
        try:
            return verified(tokens["id_token"], keys, expected, now=now)
        except UnknownKeyError:
            continue
    raise refused("The provider's word on who you are cannot be believed: it is signed with a key that is not its own.")


async def _userinfo(
    described: Metadata, to: Connection, tokens: dict[str, str], claims: dict[str, Any]
) -> dict[str, Any]:
    """The claims with what the provider tells on asking, if that is about the same person; name and mail come so."""
    if not is_web_address(described.userinfo_endpoint):
        return claims
    headers = {**JSON, "authorization": f"Bearer {tokens['access_token']}"}
    answer = await outgoing.get(described.userinfo_endpoint, headers=headers, allowed=to.allowed, limits=LIMITS)
    said = json_object(answer.body) if answer.status == 200 else {}
    if said.get("sub") != claims["sub"]:
        return claims
    return {name: said[name] for name in ("email", "email_verified", "name") if name in said} | claims


def _derived(what: str, browser: str) -> str:
    return _text(hmac.digest(browser.encode(), f"cally {what}".encode(), "sha256"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _line(said: object) -> str:
    return " ".join(said.split())[:LONGEST_TEXT] if isinstance(said, str) and said.isprintable() else ""
