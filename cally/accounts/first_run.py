"""The first run: a secret address, printed at start, that makes the first admin; it works once and ends by itself."""

from cally.accounts.entering import Entered
from cally.accounts.known_devices import meet_device
from cally.accounts.policy import Surroundings
from cally.accounts.registering import NewAccount, insert_account
from cally.accounts.sessions import start_session
from cally.accounts.visitors import Visitor
from cally.errors import not_found
from cally.store import Reader, Store, accounts, one_time_links
from cally.vault import new_token, token_hash

PURPOSE = "setup"
LINK_SECONDS = 86_400


async def make_setup_link(store: Store, now: int) -> str | None:
    """The token of `/setup/{token}`, good for a day; the one before stops working. None once there is an account."""
    token = new_token()
    async with store.write() as tx:
        await one_time_links.delete_all(tx, PURPOSE)
        if await accounts.count(tx):
            return None
        await one_time_links.insert(
            tx, token_hash=token_hash(token), purpose=PURPOSE, now=now, expires_at=now + LINK_SECONDS
        )
    return token


async def setup_is_open(db: Reader, token: str, now: int) -> bool:
    """Whether `set_up` would take this token."""
    if await accounts.count(db):
        return False
    return await one_time_links.live(db, token_hash=token_hash(token), purpose=PURPOSE, now=now) is not None


async def set_up(
    store: Store,
    *,
    token: str,
    email: str,
    name: str,
    password: str,
    slug: str | None,
    tz: str,
    locale: str,
    now: int,
    visitor: Visitor,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> Entered:
    """Make the first admin, use the link up, and sign in; the browser is known from then on.

    Raises `invalid` with the field, `not_found` when the link was used, has ended or never was; nothing is kept then.
    """
    if not await setup_is_open(store.reader, token, now):
        raise not_found("set-up address")
    new = NewAccount(email=email, name=name, role="admin", password=password, slug=slug, tz=tz, locale=locale)
    hashed = await new.password_hash(store.reader, around)
    async with store.write() as tx:
        consumed = await one_time_links.consume(tx, token_hash=token_hash(token), purpose=PURPOSE, now=now)
        if not consumed or await accounts.count(tx):
            raise not_found("set-up address")
        account = await insert_account(tx, new, hashed, now=now, actor=None, verified=True)
        token = await start_session(
            tx, account, now=now, address=visitor.address, device=visitor.device, factors=("setup",)
        )
        new_device = await meet_device(tx, account, visitor, now=now, tell=False)
        return Entered(token=token, account=account, new_device=new_device)
