"""The programs that may ask people for leave (OAuth clients): registered here, known by name, secret and addresses."""

import hmac
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit, urlunsplit

from cally.accounts.tokens import allowed_scopes
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Account, Actor
from cally.model.ids import new_id
from cally.model.oauth import OAuthClient
from cally.model.texts import line
from cally.store import Reader, Store, Writer, accounts, audit, oauth_clients
from cally.vault import new_token, token_hash

MOST_CLIENTS = 50
MOST_URIS = 10
URI_LENGTH = 500
NAME_LENGTH = 60
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


async def register_client(
    store: Store,
    *,
    account_id: int,
    name: str,
    redirect_uris: Sequence[str],
    scopes: Collection[str],
    keeps_secret: bool,
    now: int,
    actor: Actor,
) -> tuple[OAuthClient, str]:
    """A new program and its secret, shown once and empty for a program that cannot keep one.

    Raises `invalid` with the field. Only an admin's program can ask for the admin scopes.
    """
    title = line(name, "name", longest=NAME_LENGTH)
    uris = tuple(dict.fromkeys(redirect_uri(one) for one in redirect_uris if one.strip()))
    if not 1 <= len(uris) <= MOST_URIS:
        raise invalid("redirect_uris", f"A program needs 1 to {MOST_URIS} addresses to come back to, each on its line.")
    secret = new_token() if keeps_secret else ""
    async with store.write() as tx:
        account = await accounts.by_id(tx, account_id)
        if account is None or account.disabled_at is not None or account.role == "assistant":
            raise not_found("account")
        if len(await oauth_clients.list_of(tx, account_id)) >= MOST_CLIENTS:
            raise CallyError("conflict", f"You have {MOST_CLIENTS} programs; remove one first.")
        client = OAuthClient(
            id=new_id(now),
            client_id=new_token()[:22],
            account_id=account_id,
            name=title,
            secret_hash=token_hash(secret) if secret else None,
            redirect_uris=uris,
            scopes=allowed_scopes(scopes, account),
            created_at=now,
        )
        await oauth_clients.insert(tx, client)
        await _record(tx, account, "create", client.id, now, actor)
    return client, secret


async def list_clients(db: Reader, account_id: int) -> list[OAuthClient]:
    """The programs that an account has registered, oldest first."""
    return await oauth_clients.list_of(db, account_id)


async def remove_client(store: Store, *, account_id: int, client_id: int, now: int, actor: Actor) -> None:
    """The program can ask nobody any more, and loses all that people gave it; raises `not_found`."""
    async with store.write() as tx:
        account = await accounts.by_id(tx, account_id)
        if account is None or not await oauth_clients.delete(tx, account_id=account_id, id=client_id):
            raise not_found("program")
        await _record(tx, account, "delete", client_id, now, actor)


async def authenticated_client(db: Reader, client_id: str, secret: str | None) -> OAuthClient | None:
    """The program that proves to be this one; one without a secret of its own must show none."""
    client = await oauth_clients.by_client_id(db, client_id)
    if client is None:
        return None
    if client.secret_hash is None:
        return client if secret is None else None
    right = secret is not None and hmac.compare_digest(client.secret_hash, token_hash(secret))
    return client if right else None


def redirect_uri(text: str) -> str:
    """An address that a program may come back to: https, or http on the user's own machine; raises `invalid`."""
    field, uri = "redirect_uris", text.strip()
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise invalid(field, f"“{uri[:100]}” is no web address.") from None
    if len(uri) > URI_LENGTH or not uri.isascii() or not uri.isprintable() or set(uri) & set(' "<>\\^`{|}*'):
        raise invalid(field, f"“{uri[:100]}” has characters that an address does not have, or is too long.")
    if parts.fragment or uri.endswith("#") or "@" in parts.netloc or not host:
        raise invalid(field, f"“{uri[:100]}” should have a host, and neither a # nor a name before it.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise invalid(field, f"“{uri[:100]}” should be https, or http on 127.0.0.1, [::1] or localhost.")
    return uri


def is_registered(client: OAuthClient, asked: str) -> bool:
    """Whether a program may come back there: to the letter; on the user's own machine at any port (RFC 8252)."""
    if asked in client.redirect_uris:
        return True
    portless = _without_port(asked)
    return portless is not None and any(portless == _without_port(uri) for uri in client.redirect_uris)


def _without_port(uri: str) -> str | None:
    """An address of the user's own machine without its port; None for every other, and for what is none."""
    try:
        redirect_uri(uri)
    except CallyError:
        return None
    parts = urlsplit(uri)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or uri != uri.strip():
        return None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return urlunsplit(parts._replace(netloc=host))


async def _record(tx: Writer, account: Account, action: str, client: int, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:oauth-client:{action}", f"account:{account.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, client=client)
