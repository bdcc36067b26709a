"""The identity providers that an admin trusts: kept, changed, checked in words, removed."""

from collections.abc import Sequence

import msgspec

from cally.accounts.discovery import ProviderMemory, is_web_address
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.identities import IdentityProvider
from cally.model.ids import new_id
from cally.model.slugs import slug
from cally.model.texts import line
from cally.store import Reader, Store, Writer, audit, identity_providers
from cally.vault import Vault

MOST_PROVIDERS = 20
NAME_LENGTH = 60
ADDRESS_LENGTH = 500
OPENID = "openid"


class ProviderFields(msgspec.Struct, frozen=True, kw_only=True):
    """What an admin types about a provider; an empty `secret` keeps the one there is."""

    slug: str
    name: str
    issuer: str
    client_id: str
    secret: str
    scopes: str
    domains: Sequence[str]
    takes_unknown: bool
    enabled: bool


async def list_providers(db: Reader, *, enabled_only: bool = False) -> list[IdentityProvider]:
    """The providers, by name."""
    return [one for one in await identity_providers.list_all(db) if one.enabled or not enabled_only]


async def provider_by_slug(db: Reader, slug: str) -> IdentityProvider:
    """The provider that people may use under this name; raises `not_found`, also for one that is turned off."""
    found = await identity_providers.by_slug(db, slug)
    if found is None or not found.enabled:
        raise not_found("provider")
    return found


async def provider_by_id(db: Reader, provider_id: int) -> IdentityProvider:
    """The provider of that row; raises `not_found`."""
    found = await identity_providers.by_id(db, provider_id)
    if found is None:
        raise not_found("provider")
    return found


async def save_provider(
    store: Store, vault: Vault, fields: ProviderFields, *, provider_id: int | None, now: int, actor: Actor
) -> IdentityProvider:
    """Keep a new provider, or another state of one; raises `invalid` with the field, `not_found`."""
    async with store.write() as tx:
        before = await provider_by_id(tx, provider_id) if provider_id is not None else None
        if before is None and len(await identity_providers.list_all(tx)) >= MOST_PROVIDERS:
            raise CallyError("conflict", f"There can be {MOST_PROVIDERS} providers; remove one first.")
        made = _checked(fields, vault, before, now)
        await _write(tx, made, is_new=before is None)
        action = "create" if before is None else "change"
        await _record(tx, made, action, now, actor)
    return made


async def remove_provider(store: Store, provider_id: int, *, now: int, actor: Actor) -> None:
    """Nobody signs in by it from now on; who is who there is kept, should it come back."""
    async with store.write() as tx:
        found = await provider_by_id(tx, provider_id)
        await identity_providers.delete(tx, provider_id)
        await _record(tx, found, "delete", now, actor)


async def check_provider(
    memory: ProviderMemory, provider: IdentityProvider, *, allowed: tuple[str, ...], now: int
) -> str:
    """Ask a provider now; the sentence says what is wrong with it, and is empty when nothing is."""
    memory.forget(provider.issuer)
    try:
        described = await memory.metadata(provider.issuer, allowed=allowed, now=now)
        keys = await memory.keys(described.jwks_uri, allowed=allowed, now=now, anew=True)
    except CallyError as error:
        return error.sentence
    return "" if keys else "The provider shows no keys, so that nothing it signs can be checked."


def _checked(fields: ProviderFields, vault: Vault, before: IdentityProvider | None, now: int) -> IdentityProvider:
    issuer = line(fields.issuer, "issuer", longest=ADDRESS_LENGTH)
    if not is_web_address(issuer) or "?" in issuer:
        raise invalid("issuer", "This should be the https address by which the provider calls itself.")
    scopes = line(fields.scopes, "scopes", longest=200).split()
    if OPENID not in scopes:
        raise invalid("scopes", "The scope “openid” has to be among them.")
    own_id = before.id if before else new_id(now)
    sealed = before.secret_sealed if before else None
    if before is not None and before.issuer != issuer:
        sealed = None  # a secret is never shown to whoever the address is changed to
    if fields.secret:
        secret = line(fields.secret, "secret", longest=ADDRESS_LENGTH)
        sealed = vault.seal(secret, table="identity_provider", row=own_id, column="secret")
    return IdentityProvider(
        id=own_id,
        slug=slug(fields.slug, "slug"),
        name=line(fields.name, "name", longest=NAME_LENGTH),
        issuer=issuer,
        client_id=line(fields.client_id, "client_id", longest=ADDRESS_LENGTH),
        secret_sealed=sealed,
        scopes=" ".join(dict.fromkeys(scopes)),
        domains=tuple(_domain(one) for one in fields.domains if one.strip()),
        takes_unknown=fields.takes_unknown,
        enabled=fields.enabled,
        created_at=before.created_at if before else now,
    )


def _domain(text: str) -> str:
    domain = text.strip().lower().removeprefix("@")
    if "." not in domain or not all(part and part.replace("-", "").isalnum() for part in domain.split(".")):
        raise invalid("domains", f"“{domain[:80]}” is no mail domain, such as example.org.")
    return domain


async def _write(tx: Writer, provider: IdentityProvider, *, is_new: bool) -> None:
    for other in await identity_providers.list_all(tx):
        if other.id != provider.id and other.slug == provider.slug:
            raise invalid("slug", "Another provider has this name in its address.")
        if other.id != provider.id and other.issuer == provider.issuer:
            raise invalid("issuer", "There is a provider with this issuer already.")
    await (identity_providers.insert if is_new else identity_providers.update)(tx, provider)


async def _record(tx: Writer, provider: IdentityProvider, action: str, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:provider:{action}", f"provider:{provider.id}"
    await audit.insert(
        tx,
        now=now,
        actor=actor,
        tag=tag,
        subject=subject,
        issuer=provider.issuer,
        enabled=int(provider.enabled),
        takes_unknown=int(provider.takes_unknown),
    )
