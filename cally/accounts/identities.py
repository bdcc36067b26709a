"""Who somebody from elsewhere is here: bound by issuer and subject alone, never by a mail address."""

from cally.accounts.discovery import refused
from cally.accounts.elsewhere import Arrival
from cally.accounts.entering import Entry, let_in
from cally.accounts.registering import NewAccount, insert_account
from cally.accounts.visitors import Visitor
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Account, Actor
from cally.model.addresses import email_address
from cally.model.identities import Identity, IdentityProvider
from cally.model.ids import new_id
from cally.model.texts import line
from cally.store import Reader, Store, Writer, accounts, audit, identities

DEFAULT_TZ = "UTC"
DEFAULT_LOCALE = "en"
SHOWN_LENGTH = 254


async def list_identities(db: Reader, account_id: int) -> list[Identity]:
    """Who an account is elsewhere, oldest first."""
    return await identities.list_of(db, account_id)


async def enter_from_elsewhere(
    store: Store, provider: IdentityProvider, arrival: Arrival, visitor: Visitor, *, now: int
) -> Entry:
    """Let somebody in whom the provider knows, by the account they are bound to, or by a new one if that is allowed.

    A second factor is asked for as after a password. Raises `elsewhere_refused`, with what to do instead.
    """
    known = await identities.by_subject(store.reader, issuer=provider.issuer, subject=arrival.subject)
    account = await accounts.by_id(store.reader, known.account_id) if known else None
    if account is not None and account.disabled_at is not None:
        await _note_refusal(store, provider, account, now=now, visitor=visitor)
        raise refused("This account cannot sign in; please ask the administrator.")
    if known is None:
        try:
            new = await _newcomer(store.reader, provider, arrival)
        except CallyError:
            await _note_refusal(store, provider, None, now=now, visitor=visitor)
            raise
    async with store.write() as tx:
        if known is None:
            account = await insert_account(tx, new, None, now=now, actor=None, verified=True)
            known = await _bind(tx, account, provider, arrival, now)
            actor = Actor(kind=account.role, account_id=account.id, address=visitor.address)
            await _record(tx, account, "link", known, now, actor)
        else:
            account = await accounts.by_id(tx, known.account_id)
        if account is None or account.disabled_at is not None:
            raise refused("This account cannot sign in; please ask the administrator.")
        await identities.update_last_used(tx, known.id, now=now)
        return await let_in(tx, account, visitor, factors=("oidc",), now=now)


async def link_identity(
    store: Store, account: Account, provider: IdentityProvider, arrival: Arrival, *, now: int, actor: Actor
) -> Identity:
    """Let somebody at the provider be this account from now on; raises `conflict` when they are another one."""
    async with store.write() as tx:
        there = await identities.by_subject(tx, issuer=provider.issuer, subject=arrival.subject)
        if there is not None and there.account_id == account.id:
            return there
        if there is not None:
            raise CallyError("conflict", f"This sign-in at {provider.name} belongs to another account here.")
        made = await _bind(tx, account, provider, arrival, now)
        await _record(tx, account, "link", made, now, actor)
    return made


async def bind_identity(
    store: Store, provider: IdentityProvider, *, email: str, subject: str, now: int, actor: Actor
) -> Identity:
    """An admin says who somebody at the provider is here, before they ever came; raises `invalid` or `conflict`."""
    named = line(subject, "subject", longest=255)
    async with store.write() as tx:
        account = await accounts.by_email(tx, email_address(email))
        if account is None:
            raise invalid("email", "There is no account with this e-mail address.")
        if await identities.by_subject(tx, issuer=provider.issuer, subject=named) is not None:
            raise invalid("subject", "This subject belongs to an account already.")
        made = await _insert(tx, account, provider, named, "", now)
        await _record(tx, account, "link", made, now, actor)
    return made


async def unlink_identity(store: Store, account_id: int, identity_id: int, *, now: int, actor: Actor) -> None:
    """Take a way to sign in from an account. Raises `not_found`, or `conflict` for the only one that is left."""
    async with store.write() as tx:
        account = await accounts.by_id(tx, account_id)
        own = await identities.list_of(tx, account_id)
        found = next((one for one in own if one.id == identity_id), None)
        if account is None or found is None:
            raise not_found("linked sign-in")
        is_own_act = actor.account_id == account_id
        if is_own_act and len(own) == 1 and await accounts.password_hash(tx, account_id) is None:
            raise CallyError("conflict", "This is your only way to sign in; choose a password first.")
        await identities.delete(tx, account_id=account_id, id=identity_id)
        await _record(tx, account, "unlink", found, now, actor)


async def _newcomer(db: Reader, provider: IdentityProvider, arrival: Arrival) -> NewAccount:
    """The account that somebody unknown may have; refused in words when they may not."""
    if not provider.takes_unknown:
        raise refused(
            f"Nobody here is linked with this sign-in at {provider.name}. If you have an account, sign in to it and "
            "link them under Security, Apps and tokens."
        )
    if not arrival.email or not arrival.email_verified:
        raise refused(f"{provider.name} has not confirmed your e-mail address, so no account can be made for you.")
    email = email_address(arrival.email)
    if provider.domains and email.rpartition("@")[2] not in provider.domains:
        raise refused(f"Accounts are made for people of {', '.join(provider.domains)} only.")
    if await accounts.by_email(db, email) is not None:
        raise refused(
            "There is an account with your e-mail address already. Sign in to it, then link "
            f"{provider.name} under Security, Apps and tokens."
        )
    name = arrival.name or email.partition("@")[0]
    return NewAccount(
        email=email, name=name[:100], role="host", password=None, slug=None, tz=DEFAULT_TZ, locale=DEFAULT_LOCALE
    )


async def _bind(tx: Writer, account: Account, provider: IdentityProvider, arrival: Arrival, now: int) -> Identity:
    return await _insert(tx, account, provider, arrival.subject, arrival.email[:SHOWN_LENGTH], now)


async def _insert(
    tx: Writer, account: Account, provider: IdentityProvider, subject: str, email: str, now: int
) -> Identity:
    made = Identity(
        id=new_id(now),
        account_id=account.id,
        issuer=provider.issuer,
        subject=subject,
        email=email,
        created_at=now,
        last_used_at=None,
    )
    await identities.insert(
        tx,
        id=made.id,
        account_id=account.id,
        issuer=provider.issuer,
        subject=subject,
        email=email,
        now=now,
    )
    return made


async def _record(tx: Writer, account: Account, action: str, identity: Identity, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:identity:{action}", f"account:{account.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, issuer=identity.issuer, identity=identity.id)


async def _note_refusal(
    store: Store, provider: IdentityProvider, account: Account | None, *, now: int, visitor: Visitor
) -> None:
    actor = Actor(kind="guest", address=visitor.address)
    subject = f"account:{account.id}" if account else "account:unknown"
    async with store.write() as tx:
        tag = "guest:session:refuse"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, provider=provider.slug)
