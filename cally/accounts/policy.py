"""What this server asks of a sign-in: rules of passwords and limits of sessions, changed by an admin in the browser."""

import asyncio
import logging
from urllib.parse import urlsplit

import msgspec

from cally.accounts.breaches import in_breaches
from cally.accounts.password_rules import check_password_rules
from cally.accounts.second_factors import has_second_factor
from cally.errors import CallyError, invalid
from cally.model.accounts import Account, Actor
from cally.store import Reader, Store, audit, settings

NAME = "sign_in_policy"
PUBLIC_URL = "public_url"
DAY = 86_400
IDLE_DAYS = (1, 3, 7, 14, 30)
LONGEST_DAYS = (1, 7, 14, 30, 90)
RANGE_API = "https://api.pwnedpasswords.com/range/"

log = logging.getLogger(__name__)


class SignInPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`composition`: passwords need several kinds of characters. `breach_url`: a range API to ask; empty: none is.

    A session ends after `idle_days` without use, and `longest_days` after it began.
    """

    composition: bool = False
    breach_url: str = ""
    idle_days: int = 7
    longest_days: int = 30


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """Where a password is chosen: the server's public address, and private networks that may be asked."""

    public_url: str = ""
    allowed: tuple[str, ...] = ()


async def sign_in_policy(db: Reader) -> SignInPolicy:
    """What counts at this moment."""
    kept = await settings.value(db, NAME)
    return msgspec.json.decode(kept, type=SignInPolicy) if kept else SignInPolicy()


async def change_sign_in_policy(store: Store, policy: SignInPolicy, *, now: int, actor: Actor) -> None:
    """Let other rules count, for sessions that run, too. Raises `invalid` with the field."""
    _check(policy)
    async with store.write() as tx:
        await settings.put(tx, NAME, msgspec.json.encode(policy).decode())
        facts = {name: str(value) for name, value in msgspec.structs.asdict(policy).items() if name != "breach_url"}
        facts["breach_query"] = "on" if policy.breach_url else "off"
        tag, subject = f"{actor.kind}:setting:change", f"setting:{NAME}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, **facts)


async def approve_password(
    db: Reader,
    password: str,
    *,
    name: str,
    email: str,
    around: Surroundings,
    account: Account | None = None,
) -> str:
    """Raise `invalid` unless a password may be taken; what became of the breach query: `off`, `passed`, `skipped`.

    The account, if there is one already, tells whether a second factor allows a shorter one. A breach query that fails
    is no reason to refuse anything.
    """
    policy = await sign_in_policy(db)
    second_factor = account is not None and await has_second_factor(db, account.id)
    address = around.public_url or await settings.value(db, PUBLIC_URL) or ""

    def judge() -> None:
        check_password_rules(
            password,
            name=name,
            email=email,
            site=urlsplit(address).hostname or "",
            second_factor=second_factor,
            composition=policy.composition,
        )

    await asyncio.to_thread(judge)
    return await _ask_breaches(policy.breach_url, password, around.allowed)


async def _ask_breaches(url: str, password: str, allowed: tuple[str, ...]) -> str:
    if not url:
        return "off"
    try:
        times = await in_breaches(url, password, allowed=allowed)
    except CallyError as error:
        log.warning("The breach query was skipped: %s", error.sentence)
        return "skipped"
    if times:
        raise invalid("password", "This password was stolen somewhere else and is on lists; please take another one.")
    return "passed"


def _check(policy: SignInPolicy) -> None:
    if policy.idle_days not in IDLE_DAYS:
        raise invalid("idle_days", "Please choose one of the values on offer.")
    if policy.longest_days not in LONGEST_DAYS or policy.longest_days < policy.idle_days:
        raise invalid("longest_days", "A session cannot end sooner than it may lie idle.")
    if policy.breach_url:
        parts = urlsplit(policy.breach_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not policy.breach_url.endswith("/"):
            raise invalid("breach_url", f"This should be a web address that ends in a slash, such as {RANGE_API}")
