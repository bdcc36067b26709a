"""The SQL of OAuth grants: what programs were given, their codes and tokens by hash; all gone with the grant."""

import msgspec

from cally.model.oauth import OAuthGrant, OAuthSecret
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO oauth_grant (id, client_id, account_id, scopes, created_at)
VALUES (:id, :client_id, :account_id, :scopes, :now)
"""
BY_ID = """
SELECT g.id, g.client_id, c.name, g.account_id, g.scopes, g.created_at, g.last_used_at, NULL
FROM oauth_grant g
JOIN oauth_client c ON c.id = g.client_id
WHERE g.id = :id
"""
LIST = """
SELECT g.id, g.client_id, c.name, g.account_id, g.scopes, g.created_at, g.last_used_at,
       (SELECT max(t.last_used_at) FROM api_token t WHERE t.grant_id = g.id)
FROM oauth_grant g
JOIN oauth_client c ON c.id = g.client_id
WHERE g.account_id = :account_id
  AND g.last_used_at IS NOT NULL
ORDER BY g.id
"""
UPDATE_LAST_USED = """
UPDATE oauth_grant
SET last_used_at = :now
WHERE id = :id
"""
DELETE = """
DELETE FROM oauth_grant
WHERE id = :id
"""
DELETE_OF = """
DELETE FROM oauth_grant
WHERE account_id = :account_id
"""
DELETE_ENDED = """
DELETE FROM oauth_grant
WHERE NOT EXISTS (SELECT 1 FROM oauth_secret s
                  WHERE s.grant_id = oauth_grant.id AND (s.kind = 'refresh' OR s.used_at IS NULL))
  AND NOT EXISTS (SELECT 1 FROM api_token t WHERE t.grant_id = oauth_grant.id)
"""
INSERT_ONE_TIME = """
INSERT INTO oauth_secret (token_hash, kind, grant_id, redirect_uri, challenge, created_at, expires_at)
VALUES (:token_hash, :kind, :grant_id, :redirect_uri, :challenge, :now, :expires_at)
"""
ONE_TIME = """
SELECT kind, grant_id, redirect_uri, challenge, expires_at, used_at
FROM oauth_secret
WHERE token_hash = :token_hash
"""
USE_ONE_TIME = """
UPDATE oauth_secret
SET used_at = :now
WHERE token_hash = :token_hash
  AND used_at IS NULL
"""
DELETE_EXPIRED_ONE_TIME = """
DELETE FROM oauth_secret
WHERE expires_at <= :now
  AND (kind = 'refresh' OR used_at IS NULL)
"""
ACCESS_GRANT = """
SELECT grant_id
FROM api_token
WHERE token_hash = :token_hash
  AND grant_id IS NOT NULL
"""
DELETE_ACCESS = """
DELETE FROM api_token
WHERE token_hash = :token_hash
  AND grant_id IS NOT NULL
"""
DELETE_EXPIRED_ACCESS = """
DELETE FROM api_token
WHERE grant_id IS NOT NULL
  AND expires_at <= :now
"""

_texts = msgspec.json.Decoder(tuple[str, ...])


async def insert(tx: Writer, *, id: int, client_id: int, account_id: int, scopes: tuple[str, ...], now: int) -> None:
    """Store what an account lets a client do."""
    kept = msgspec.json.encode(scopes).decode()
    await tx.run(INSERT, id=id, client_id=client_id, account_id=account_id, scopes=kept, now=now)


async def by_id(db: Reader, id: int) -> OAuthGrant | None:
    """The grant of that row."""
    row = await db.row(BY_ID, id=id)
    return _grant(row) if row else None


async def list_of(db: Reader, account_id: int) -> list[OAuthGrant]:
    """What an account has let programs do that came to fetch it, oldest first."""
    return [_grant(row) for row in await db.rows(LIST, account_id=account_id)]


async def update_last_used(tx: Writer, id: int, *, now: int) -> None:
    """Note that tokens were made of it."""
    await tx.run(UPDATE_LAST_USED, id=id, now=now)


async def delete(tx: Writer, id: int) -> int:
    """Take back what a client was given: its tokens, codes and refresh tokens are worthless; how many grants."""
    return await tx.run(DELETE, id=id)


async def delete_of(tx: Writer, account_id: int) -> int:
    """Take back everything that an account has let programs do."""
    return await tx.run(DELETE_OF, account_id=account_id)


async def insert_secret(
    tx: Writer,
    *,
    token_hash: bytes,
    kind: str,
    grant_id: int,
    now: int,
    expires_at: int,
    redirect_uri: str = "",
    challenge: str = "",
) -> None:
    """Store a code or a refresh token of a grant."""
    await tx.run(
        INSERT_ONE_TIME,
        token_hash=token_hash,
        kind=kind,
        grant_id=grant_id,
        redirect_uri=redirect_uri,
        challenge=challenge,
        now=now,
        expires_at=expires_at,
    )


async def secret(db: Reader, token_hash: bytes) -> OAuthSecret | None:
    """The code or refresh token of a hash, used or not, ended or not."""
    row = await db.row(ONE_TIME, token_hash=token_hash)
    if row is None:
        return None
    return OAuthSecret(
        kind=row[0], grant_id=row[1], redirect_uri=row[2], challenge=row[3], expires_at=row[4], used_at=row[5]
    )


async def use_secret(tx: Writer, token_hash: bytes, *, now: int) -> bool:
    """Use a code or refresh token up; False when it was before."""
    return await tx.run(USE_ONE_TIME, token_hash=token_hash, now=now) == 1


async def grant_of_access(db: Reader, token_hash: bytes) -> int | None:
    """The grant that an access token is of; None when it is none of these."""
    row = await db.row(ACCESS_GRANT, token_hash=token_hash)
    return row[0] if row else None


async def delete_access(tx: Writer, token_hash: bytes) -> int:
    """Make one access token worthless."""
    return await tx.run(DELETE_ACCESS, token_hash=token_hash)


async def delete_expired(tx: Writer, now: int) -> int:
    """Forget codes, refresh tokens and access tokens that have ended, and grants of which nothing is left; how many."""
    gone = await tx.run(DELETE_EXPIRED_ONE_TIME, now=now) + await tx.run(DELETE_EXPIRED_ACCESS, now=now)
    return gone + await tx.run(DELETE_ENDED)


def _grant(row: Row) -> OAuthGrant:
    return OAuthGrant(
        id=row[0],
        client_id=row[1],
        client_name=row[2],
        account_id=row[3],
        scopes=_texts.decode(row[4]),
        created_at=row[5],
        last_used_at=max((used for used in (row[6], row[7]) if used is not None), default=None),
    )
