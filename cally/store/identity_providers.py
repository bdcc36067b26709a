"""The SQL of identity providers: where people may sign in from elsewhere; secrets are sealed before they come here."""

from typing import Any

import msgspec

from cally.model.identities import IdentityProvider
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO identity_provider (id, slug, name, issuer, client_id, secret_sealed, scopes, domains, takes_unknown,
                               enabled, created_at)
VALUES (:id, :slug, :name, :issuer, :client_id, :secret_sealed, :scopes, :domains, :takes_unknown, :enabled,
        :created_at)
"""
UPDATE = """
UPDATE identity_provider
SET slug = :slug, name = :name, issuer = :issuer, client_id = :client_id, secret_sealed = :secret_sealed,
    scopes = :scopes, domains = :domains, takes_unknown = :takes_unknown, enabled = :enabled
WHERE id = :id
"""
BY_ID = """
SELECT id, slug, name, issuer, client_id, secret_sealed, scopes, domains, takes_unknown, enabled, created_at
FROM identity_provider
WHERE id = :id
"""
BY_SLUG = """
SELECT id, slug, name, issuer, client_id, secret_sealed, scopes, domains, takes_unknown, enabled, created_at
FROM identity_provider
WHERE slug = :slug
"""
LIST = """
SELECT id, slug, name, issuer, client_id, secret_sealed, scopes, domains, takes_unknown, enabled, created_at
FROM identity_provider
ORDER BY name, id
"""
DELETE = """
DELETE FROM identity_provider
WHERE id = :id
"""

_texts = msgspec.json.Decoder(tuple[str, ...])


async def insert(tx: Writer, provider: IdentityProvider) -> None:
    """Store a new provider; raises `Duplicate` when slug or issuer are another one's."""
    await tx.run(INSERT, created_at=provider.created_at, **_columns(provider))


async def update(tx: Writer, provider: IdentityProvider) -> None:
    """Write a provider as it is now; raises `Duplicate` when slug or issuer are another one's."""
    await tx.run(UPDATE, **_columns(provider))


async def by_id(db: Reader, id: int) -> IdentityProvider | None:
    """The provider of that row."""
    row = await db.row(BY_ID, id=id)
    return _provider(row) if row else None


async def by_slug(db: Reader, slug: str) -> IdentityProvider | None:
    """The provider that has this in its address."""
    row = await db.row(BY_SLUG, slug=slug)
    return _provider(row) if row else None


async def list_all(db: Reader) -> list[IdentityProvider]:
    """Every provider, by name."""
    return [_provider(row) for row in await db.rows(LIST)]


async def delete(tx: Writer, id: int) -> int:
    """Remove a provider; how many there were."""
    return await tx.run(DELETE, id=id)


def _columns(provider: IdentityProvider) -> dict[str, Any]:
    return {
        "id": provider.id,
        "slug": provider.slug,
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "secret_sealed": provider.secret_sealed,
        "scopes": provider.scopes,
        "domains": msgspec.json.encode(provider.domains).decode(),
        "takes_unknown": int(provider.takes_unknown),
        "enabled": int(provider.enabled),
    }


def _provider(row: Row) -> IdentityProvider:
    return IdentityProvider(
        id=row[0],
        slug=row[1],
        name=row[2],
        issuer=row[3],
        client_id=row[4],
        secret_sealed=row[5],
        scopes=row[6],
        domains=_texts.decode(row[7]),
        takes_unknown=bool(row[8]),
        enabled=bool(row[9]),
        created_at=row[10],
    )
