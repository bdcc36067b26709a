"""Making accounts: an account and its host, in one transaction, from the command line, by an admin or at set-up."""

from itertools import count

from cally.accounts.passwords import password_hash
from cally.accounts.policy import Surroundings, approve_password
from cally.accounts.verifying import write_verification
from cally.errors import invalid
from cally.model.accounts import Account, Actor, Role
from cally.model.addresses import email_address
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.locales import locale_tag
from cally.model.slugs import LONGEST, RESERVED, host_slug, slug_from
from cally.model.texts import line
from cally.model.zones import zone
from cally.store import Reader, Store, Writer, accounts, audit, hosts
from cally.vault import Vault

NAME_LENGTH = 100
FALLBACK_SLUG = "host"


class NewAccount:
    """Checked input of an account that may be made; raises `invalid` naming the first field at fault."""

    def __init__(
        self, *, email: str, name: str, role: Role, password: str | None, slug: str | None, tz: str, locale: str
    ) -> None:
        self.name = line(name, "name", longest=NAME_LENGTH)
        self.email = email_address(email)
        self.role = role
        if slug and role == "assistant":
            raise invalid("slug", "An assistant has no page, and so no address.")
        self.slug = host_slug(slug) if slug else None
        self.tz = zone(tz)
        self.locale = locale_tag(locale)
        self.password = password

    async def password_hash(self, db: Reader, around: Surroundings) -> str | None:
        """The hash to keep; made before the transaction, which must not wait for it. Raises `invalid` (`password`)."""
        if self.password is None:
            return None
        await approve_password(db, self.password, name=self.name, email=self.email, around=around)
        return await password_hash(self.password)


async def create_account(
    store: Store,
    *,
    email: str,
    name: str,
    role: Role,
    password: str | None,
    slug: str | None,
    tz: str,
    locale: str,
    now: int,
    actor: Actor,
    verified: bool,
    vault: Vault | None = None,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> Account:
    """A new account with its host, an assistant's without one; on disk when this returns.

    Without a slug the name gives one, made unique; without a password nobody can sign in until one is set. One that is
    not `verified` is written a letter, for which the vault is needed, and has no public page until its address is
    confirmed. Raises `invalid` with the field, also for an address or slug that is taken.
    """
    new = NewAccount(email=email, name=name, role=role, password=password, slug=slug, tz=tz, locale=locale)
    hashed = await new.password_hash(store.reader, around)
    async with store.write() as tx:
        account = await insert_account(tx, new, hashed, now=now, actor=actor, verified=verified)
        if not verified and vault is not None:
            await write_verification(tx, vault, account, account.email, now=now)
        return account


async def insert_account(
    tx: Writer, new: NewAccount, hashed: str | None, *, now: int, actor: Actor | None, verified: bool
) -> Account:
    """Store account, host and audit entry; without `actor` the new account itself is who acts.

    An assistant is no host: without a page, and without a slug.
    """
    if await accounts.by_email(tx, new.email) is not None:
        raise invalid("email", "There is already an account with this e-mail address.")
    address = await _free_slug(tx, new) if new.role != "assistant" else ""
    account = await accounts.insert(
        tx,
        id=new_id(now),
        email=new.email,
        name=new.name,
        role=new.role,
        password_hash=hashed,
        verified_at=now if verified else None,
        created_at=now,
    )
    if address:
        await hosts.insert(tx, _host(account, address, new), now=now)
    who = actor or Actor(kind=account.role, account_id=account.id)
    facts = {"role": account.role, "slug": address}
    subject = f"account:{account.id}"
    await audit.insert(tx, now=now, actor=who, tag=f"{who.kind}:account:create", subject=subject, **facts)
    return account


async def _free_slug(db: Reader, new: NewAccount) -> str:
    if new.slug is not None:
        if await hosts.slug_owner(db, new.slug) is not None:
            raise invalid("slug", f"The address “{new.slug}” is taken; please choose another one.")
        return new.slug
    base = slug_from(new.name) or slug_from(new.email.partition("@")[0]) or FALLBACK_SLUG
    for number in count(1):
        ending = "" if number == 1 else f"-{number}"
        candidate = base[: LONGEST - len(ending)].rstrip("-") + ending
        if candidate not in RESERVED and await hosts.slug_owner(db, candidate) is None:
            return candidate
    raise AssertionError("numbers do not end")


def _host(account: Account, slug: str, new: NewAccount) -> Host:
    return Host(
        id=account.id,
        slug=slug,
        name=account.name,
        email=account.email,
        tz=new.tz,
        locale=new.locale,
        week_starts_on="mon",
        about="",
        caps=(),
    )
