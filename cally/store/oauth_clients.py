"""The SQL of OAuth clients: programs that may ask people for leave."""

import msgspec

from cally.model.oauth import OAuthClient
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO oauth_client (id, client_id, account_id, name, secret_hash, redirect_uris, scopes, created_at)
VALUES (:id, :client_id, :account_id, :name, :secret_hash, :redirect_uris, :scopes, :created_at)
"""
BY_CLIENT_ID = """
SELECT id, client_id, account_id, name, secret_hash, redirect_uris, scopes, created_at
FROM oauth_client
WHERE client_id = :client_id
"""
LIST = """
SELECT id, client_id, account_id, name, secret_hash, redirect_uris, scopes, created_at
FROM oauth_client
WHERE account_id = :account_id
ORDER BY id
"""
DELETE = """
DELETE FROM oauth_client
WHERE id = :id
  AND account_id = :account_id
"""

_texts = msgspec.json.Decoder(tuple[str, ...])


async def insert(tx: Writer, client: OAuthClient) -> None:
    """Store a new client."""
    await tx.run(
        INSERT,
        id=client.id,
        client_id=client.client_id,
        account_id=client.account_id,
        name=client.name,
        secret_hash=client.secret_hash,
        redirect_uris=msgspec.json.encode(client.redirect_uris).decode(),
        scopes=msgspec.json.encode(client.scopes).decode(),
        created_at=client.created_at,
    )


async def by_client_id(db: Reader, client_id: str) -> OAuthClient | None:
    """The client that calls itself this."""
    row = await db.row(BY_CLIENT_ID, client_id=client_id)
    return _client(row) if row else None


async def list_of(db: Reader, account_id: int) -> list[OAuthClient]:
    """The clients that an account has registered, oldest first."""
    return [_client(row) for row in await db.rows(LIST, account_id=account_id)]


async def delete(tx: Writer, *, account_id: int, id: int) -> int:
    """Remove a client with everything it was given; how many there were."""
    return await tx.run(DELETE, account_id=account_id, id=id)


def _client(row: Row) -> OAuthClient:
    return OAuthClient(
        id=row[0],
        client_id=row[1],
        account_id=row[2],
        name=row[3],
        secret_hash=row[4],
        redirect_uris=_texts.decode(row[5]),
        scopes=_texts.decode(row[6]),
        created_at=row[7],
    )
