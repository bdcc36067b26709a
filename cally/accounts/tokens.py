"""API tokens: what programs sign in with; scoped, shown once, revocable, kept as a hash."""

from collections.abc import Collection

from cally.errors import invalid, not_found
from cally.model.accounts import ADMIN_SCOPES, SCOPES, Account, Actor, ApiToken
from cally.model.ids import new_id
from cally.model.texts import line
from cally.store import Reader, Store, accounts, api_tokens, audit
from cally.vault import new_token, token_hash

PREFIX = "cally_"
LONGEST_DAYS = 3_650
NAME_LENGTH = 100
TOUCH_SECONDS = 5 * 60


async def create_token(
    store: Store, *, account_id: int, name: str, scopes: Collection[str], days: int | None, now: int, actor: Actor
) -> tuple[ApiToken, str]:
    """A new token and its secret, which cannot be shown again; without `days` it does not end by itself.

    Raises `invalid` for an unknown scope, none, or one that the account's role may not have.
    """
    title = line(name, "name", longest=NAME_LENGTH)
    expires_at = _expires_at(days, now)
    secret = PREFIX + new_token()
    async with store.write() as tx:
        account = await accounts.by_id(tx, account_id)
        if account is None or account.disabled_at is not None:
            raise not_found("account")
        token = ApiToken(
            id=new_id(now),
            account_id=account_id,
            name=title,
            scopes=allowed_scopes(scopes, account),
            created_at=now,
            expires_at=expires_at,
            last_used_at=None,
        )
        await api_tokens.insert(tx, token, token_hash=token_hash(secret))
        subject = f"account:{account_id}"
        tag = f"{actor.kind}:token:create"
        granted = " ".join(token.scopes)
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, token=token.id, scopes=granted)
    return token, secret


async def token(db: Reader, secret: str, now: int) -> tuple[ApiToken, Account] | None:
    """The token of a secret with its account; None when unknown, past its end, or the account is disabled."""
    if not secret.startswith(PREFIX):
        return None
    found = await api_tokens.by_hash(db, token_hash(secret))
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    account = await accounts.by_id(db, found.account_id)
    return (found, account) if account is not None and account.disabled_at is None else None


async def touch_token(store: Store, token: ApiToken, now: int) -> None:
    """Note that a token is in use; writes at most every five minutes."""
    if token.last_used_at is None or now - token.last_used_at >= TOUCH_SECONDS:
        async with store.write() as tx:
            await api_tokens.update_last_used(tx, token.id, now=now)


async def list_tokens(db: Reader, account_id: int) -> list[ApiToken]:
    """An account's tokens, oldest first; their secrets are known to nobody."""
    return await api_tokens.list_of(db, account_id)


async def revoke_token(store: Store, *, account_id: int, token_id: int, now: int, actor: Actor) -> None:
    """Make an account's token worthless at once; raises `not_found` when the account has no such token."""
    async with store.write() as tx:
        if not await api_tokens.delete(tx, account_id=account_id, id=token_id):
            raise not_found("token")
        subject = f"account:{account_id}"
        tag = f"{actor.kind}:token:delete"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, token=token_id)


def allowed_scopes(wanted: Collection[str], account: Account) -> tuple[str, ...]:
    """The scopes in their order; raises `invalid` for an unknown one, for none, and for those the role may not have."""
    unknown = sorted(set(wanted) - set(SCOPES))
    if unknown:
        raise invalid("scopes", f"The scope “{unknown[0]}” is unknown; there are {', '.join(SCOPES)}.")
    if account.role == "assistant":
        raise invalid("scopes", "An assistant has no tokens; the hosts they work for have their own.")
    if not wanted:
        raise invalid("scopes", f"A token needs at least one scope; there are {', '.join(SCOPES)}.")
    if account.role != "admin" and not ADMIN_SCOPES.isdisjoint(wanted):
        raise invalid("scopes", "Only an admin's token can have the admin scopes.")
    return tuple(scope for scope in SCOPES if scope in wanted)


def _expires_at(days: int | None, now: int) -> int | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise invalid("days", f"A token can last 1 to {LONGEST_DAYS} days.")
    return now + days * 86_400
