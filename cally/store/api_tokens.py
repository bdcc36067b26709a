"""The SQL of API tokens: what programs sign in with, found by the secret's hash."""

import msgspec

from cally.model.accounts import ApiToken
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO api_token (id, account_id, name, token_hash, scopes, created_at, expires_at, grant_id)
VALUES (:id, :account_id, :name, :token_hash, :scopes, :created_at, :expires_at, :grant_id)
"""
BY_HASH = """
SELECT id, account_id, name, scopes, created_at, expires_at, last_used_at
FROM api_token
WHERE token_hash = :token_hash
"""
LIST = """
SELECT id, account_id, name, scopes, created_at, expires_at, last_used_at
FROM api_token
WHERE account_id = :account_id
  AND grant_id IS NULL
ORDER BY id
"""
UPDATE_LAST_USED = """
UPDATE api_token
SET last_used_at = :now
WHERE id = :id
"""
DELETE = """
DELETE FROM api_token
WHERE id = :id
  AND account_id = :account_id
"""

_scopes = msgspec.json.Decoder(tuple[str, ...])


async def insert(tx: Writer, token: ApiToken, *, token_hash: bytes, grant_id: int | None = None) -> None:
    """Store a token with the hash of its secret; one that a program was given goes with its grant."""
    await tx.run(
        INSERT,
        id=token.id,
        account_id=token.account_id,
        name=token.name,
        token_hash=token_hash,
        scopes=msgspec.json.encode(token.scopes).decode(),
        created_at=token.created_at,
        expires_at=token.expires_at,
        grant_id=grant_id,
    )


async def by_hash(db: Reader, token_hash: bytes) -> ApiToken | None:
    """The token of a secret, expired or not."""
    row = await db.row(BY_HASH, token_hash=token_hash)
    return _token(row) if row else None


async def list_of(db: Reader, account_id: int) -> list[ApiToken]:
    """The tokens that an account made itself, oldest first."""
    return [_token(row) for row in await db.rows(LIST, account_id=account_id)]


async def update_last_used(tx: Writer, id: int, *, now: int) -> None:
    """Note that a token is in use."""
    await tx.run(UPDATE_LAST_USED, id=id, now=now)


async def delete(tx: Writer, *, account_id: int, id: int) -> int:
    """Revoke one token of an account; how many were removed."""
    return await tx.run(DELETE, account_id=account_id, id=id)


def _token(row: Row) -> ApiToken:
    return ApiToken(
        id=row[0],
        account_id=row[1],
        name=row[2],
        scopes=_scopes.decode(row[3]),
        created_at=row[4],
        expires_at=row[5],
        last_used_at=row[6],
    )
