"""What people let programs do (OAuth 2): a code for their word, tokens for the code, and the end of all of it at once.

The narrow profile of RFC 9700: authorization code with PKCE (S256) and nothing else, codes of a minute that work once,
refresh tokens that change at each use. A second use of a code or refresh token ends everything the grant has given.
"""

import base64
import hashlib
import hmac
from typing import Literal

import msgspec

from cally.accounts.tokens import PREFIX
from cally.errors import not_found
from cally.model.accounts import ADMIN_SCOPES, Account, Actor, ApiToken
from cally.model.ids import new_id
from cally.model.oauth import OAuthClient, OAuthGrant, OAuthSecret
from cally.store import Reader, Store, Writer, accounts, api_tokens, audit, oauth_grants
from cally.vault import new_token, token_hash

CODE_SECONDS = 60
ACCESS_SECONDS = 3_600
REFRESH_SECONDS = 90 * 86_400


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a program gets: an API token for an hour, what it may do, and the secret for the next one."""

    access_token: str
    refresh_token: str
    scopes: tuple[str, ...]
    lasts_seconds: int = ACCESS_SECONDS


class NotGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Why a program gets nothing, by its name in RFC 6749 5.2, and a sentence for its maker."""

    error: Literal["invalid_grant", "invalid_scope"]
    sentence: str


async def allow(
    store: Store,
    client: OAuthClient,
    account: Account,
    *,
    scopes: tuple[str, ...],
    redirect_uri: str,
    challenge: str,
    now: int,
    actor: Actor,
) -> str:
    """Somebody lets a program do this in their name: the code that it fetches its tokens with, within a minute."""
    code, grant_id = new_token(), new_id(now)
    async with store.write() as tx:
        await oauth_grants.insert(tx, id=grant_id, client_id=client.id, account_id=account.id, scopes=scopes, now=now)
        await oauth_grants.insert_secret(
            tx,
            token_hash=token_hash(code),
            kind="code",
            grant_id=grant_id,
            now=now,
            expires_at=now + CODE_SECONDS,
            redirect_uri=redirect_uri,
            challenge=challenge,
        )
        await _record(tx, "create", grant_id, account.id, client, now, actor, scopes=" ".join(scopes))
    return code


async def redeem_code(
    store: Store, client: OAuthClient, *, code: str, redirect_uri: str, verifier: str, now: int, address: str
) -> Given | NotGiven:
    """The tokens for a code. A code that comes twice, even from its own program, takes back what it gave."""
    hashed = token_hash(code)
    async with store.write() as tx:
        found = await _own(tx, client, hashed, "code")
        if found is None:
            return _no("The code is not known, or was given to another program.")
        secret, grant = found
        if secret.used_at is not None:
            await _revoke_reused(tx, client, grant, now, address)
            return _no("The code was used before; what it gave is taken back.")
        right = _matches(secret.challenge, verifier) and hmac.compare_digest(
            secret.redirect_uri.encode(), redirect_uri.encode()
        )
        if secret.expires_at <= now or not right:
            return _no("The code has ended, or redirect_uri or code_verifier are not those it was asked for with.")
        await oauth_grants.use_secret(tx, hashed, now=now)
        return await _give(tx, client, grant, grant.scopes, now)


async def refresh(
    store: Store, client: OAuthClient, *, refresh_token: str, scopes: tuple[str, ...] | None, now: int, address: str
) -> Given | NotGiven:
    """New tokens for a refresh token, which is worth nothing afterwards; `scopes` may be fewer than were given."""
    hashed = token_hash(refresh_token)
    async with store.write() as tx:
        found = await _own(tx, client, hashed, "refresh")
        if found is None:
            return _no("The refresh token is not known, or was given to another program.")
        secret, grant = found
        if secret.used_at is not None:
            await _revoke_reused(tx, client, grant, now, address)
            return _no("The refresh token was used before; everything given with it is taken back.")
        if secret.expires_at <= now:
            return _no("The refresh token has ended.")
        if scopes is not None and not set(scopes) <= set(grant.scopes):
            return NotGiven(error="invalid_scope", sentence="A refresh cannot ask for more than was given.")
        await oauth_grants.use_secret(tx, hashed, now=now)
        return await _give(tx, client, grant, scopes or grant.scopes, now)


async def revoke_by_program(store: Store, client: OAuthClient, secret: str, *, now: int, address: str) -> None:
    """A program gives back a token: an access token alone, or with a refresh token everything (RFC 7009)."""
    hashed = token_hash(secret)
    async with store.write() as tx:
        access = await oauth_grants.grant_of_access(tx, hashed)
        found = await oauth_grants.secret(tx, hashed)
        grant_id = access if access is not None else found.grant_id if found else None
        grant = await oauth_grants.by_id(tx, grant_id) if grant_id is not None else None
        if grant is None or grant.client_id != client.id:
            return
        if access is not None:
            await oauth_grants.delete_access(tx, hashed)
        else:
            await oauth_grants.delete(tx, grant.id)
        actor = Actor(kind="guest", address=address)
        await _record(tx, "give-back", grant.id, grant.account_id, client, now, actor)


async def list_grants(db: Reader, account_id: int) -> list[OAuthGrant]:
    """What an account lets programs do, oldest first."""
    return await oauth_grants.list_of(db, account_id)


async def revoke_grant(store: Store, *, account_id: int, grant_id: int, now: int, actor: Actor) -> None:
    """Shut a program out of an account at once; raises `not_found` when the account has let it do nothing."""
    async with store.write() as tx:
        grant = await oauth_grants.by_id(tx, grant_id)
        if grant is None or grant.account_id != account_id:
            raise not_found("program")
        await oauth_grants.delete(tx, grant_id)
        tag, subject = f"{actor.kind}:oauth-grant:delete", f"account:{account_id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, grant=grant_id)


async def sweep_grants(store: Store, now: int) -> int:
    """Forget codes and tokens of programs that have ended; how many."""
    async with store.write() as tx:
        return await oauth_grants.delete_expired(tx, now)


def grantable(account: Account, scopes: tuple[str, ...]) -> bool:
    """Whether this account can give all of it away: only admins have admin's scopes, assistants have none."""
    if account.role == "assistant":
        return False
    return account.role == "admin" or ADMIN_SCOPES.isdisjoint(scopes)


async def _own(tx: Writer, client: OAuthClient, hashed: bytes, kind: str) -> tuple[OAuthSecret, OAuthGrant] | None:
    """A secret of this kind with its grant, if this program got it from somebody who may sign in still."""
    secret = await oauth_grants.secret(tx, hashed)
    grant = await oauth_grants.by_id(tx, secret.grant_id) if secret and secret.kind == kind else None
    if secret is None or grant is None or grant.client_id != client.id:
        return None
    account = await accounts.by_id(tx, grant.account_id)
    return (secret, grant) if account is not None and account.disabled_at is None else None


async def _give(tx: Writer, client: OAuthClient, grant: OAuthGrant, scopes: tuple[str, ...], now: int) -> Given:
    access, next_one = PREFIX + new_token(), new_token()
    token = ApiToken(
        id=new_id(now),
        account_id=grant.account_id,
        name=client.name,
        scopes=scopes,
        created_at=now,
        expires_at=now + ACCESS_SECONDS,
        last_used_at=None,
    )
    await api_tokens.insert(tx, token, token_hash=token_hash(access), grant_id=grant.id)
    await oauth_grants.insert_secret(
        tx,
        token_hash=token_hash(next_one),
        kind="refresh",
        grant_id=grant.id,
        now=now,
        expires_at=now + REFRESH_SECONDS,
    )
    await oauth_grants.update_last_used(tx, grant.id, now=now)
    return Given(access_token=access, refresh_token=next_one, scopes=scopes)


async def _revoke_reused(tx: Writer, client: OAuthClient, grant: OAuthGrant, now: int, address: str) -> None:
    """Somebody else may have the secret: nobody keeps what it gave."""
    await oauth_grants.delete(tx, grant.id)
    await _record(tx, "reuse", grant.id, grant.account_id, client, now, Actor(kind="guest", address=address))


def _matches(challenge: str, verifier: str) -> bool:
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _no(sentence: str) -> NotGiven:
    return NotGiven(error="invalid_grant", sentence=sentence)


async def _record(
    tx: Writer, action: str, grant_id: int, account_id: int, client: OAuthClient, now: int, actor: Actor, **facts: str
) -> None:
    tag, subject = f"{actor.kind}:oauth-grant:{action}", f"account:{account_id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, grant=grant_id, client=client.id, **facts)
