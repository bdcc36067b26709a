"""Codes from an app (TOTP, RFC 6238): set up with a QR code, confirmed by a first code, each code good once."""

import hmac

import msgspec

from cally.accounts.second_factors import drop_codes_without_factor, record, tell_of_factor
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Account, Actor
from cally.model.second_factors import Totp
from cally.store import Reader, Store, Writer, totp
from cally.vault import Vault

STEP_SECONDS = 30
DRIFT_STEPS = 1
DIGITS = 6
SECRET_CHARACTERS = 32  # of base32: 160 bits, as RFC 4226 recommends
FREE_FAILURES = 20  # wrong codes by whoever knows the password already, from wherever they come
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 15 * 60
WHAT = "An authenticator app"


class TotpSetup(msgspec.Struct, frozen=True, kw_only=True):
    """What an app is set up with: `uri` as a QR code, `key` to be typed."""

    key: str
    uri: str


async def start_totp(store: Store, vault: Vault, account: Account, *, now: int) -> None:
    """Make a new secret that does not count yet, instead of one that was never confirmed.

    Raises `conflict` while there is a confirmed one.
    """
    import pyotp  # noqa: PLC0415 - heavy: only who sets it up needs it

    secret = pyotp.random_base32(SECRET_CHARACTERS)
    sealed = vault.seal(secret, table="totp", row=account.id, column="secret")
    async with store.write() as tx:
        known = await totp.by_account(tx, account.id)
        if known is not None and known.confirmed_at is not None:
            raise CallyError("conflict", "An authenticator app is set up already; remove it first.")
        await totp.delete(tx, account.id)
        await totp.insert(tx, account.id, secret=sealed, now=now)


async def totp_to_confirm(db: Reader, vault: Vault, account: Account, *, site: str) -> TotpSetup | None:
    """The secret that waits for its first code, to be shown to its owner; None when there is none."""
    import pyotp  # noqa: PLC0415 - heavy: as above

    known = await totp.by_account(db, account.id)
    if known is None or known.confirmed_at is not None:
        return None
    secret = _secret(vault, account.id, known.secret)
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=f"Cally {site}")
    return TotpSetup(key=secret, uri=uri)


async def confirm_totp(store: Store, vault: Vault, account: Account, code: str, *, now: int, actor: Actor) -> None:
    """Let the secret count from now on, because the app shows the right code; raises `invalid` (`code`) otherwise."""
    async with store.write() as tx:
        known = await totp.by_account(tx, account.id)
        if known is None or known.confirmed_at is not None:
            raise not_found("app to confirm")
        if not await _take(tx, vault, known, code, now=now):
            raise invalid("code", "This is not the code of the app right now; please type the one it shows next.")
        await totp.confirm(tx, account.id, now=now)
        await record(tx, account.id, "create", now=now, actor=actor, kind="totp")
        await tell_of_factor(tx, account, "second_factor_added", WHAT, now=now, actor=actor)


async def remove_totp(store: Store, account: Account, *, now: int, actor: Actor) -> None:
    """Codes from the app work no longer; a secret that was never confirmed is forgotten without a word."""
    async with store.write() as tx:
        known = await totp.by_account(tx, account.id)
        if known is None:
            raise not_found("app")
        await totp.delete(tx, account.id)
        if known.confirmed_at is None:
            return
        await drop_codes_without_factor(tx, account.id)
        await record(tx, account.id, "delete", now=now, actor=actor, kind="totp")
        await tell_of_factor(tx, account, "second_factor_removed", WHAT, now=now, actor=actor)


async def take_code(tx: Writer, vault: Vault, account_id: int, code: str, *, now: int) -> bool:
    """Whether this is the app's code now, a step earlier or later, and was not used before; it is used up by this.

    A secret that was never confirmed lets nobody in. A wrong code is counted, and counts once the transaction is
    committed. Raises `rate_limited` while there were too many, from wherever they came.
    """
    known = await totp.by_account(tx, account_id)
    if known is None or known.confirmed_at is None:
        return False
    return await _take(tx, vault, known, code, now=now)


async def _take(tx: Writer, vault: Vault, known: Totp, code: str, *, now: int) -> bool:
    _require_patience(known.failures, known.failed_at, now)
    step = _step_of(_secret(vault, known.account_id, known.secret), code, now)
    if step is not None and await totp.take_step(tx, known.account_id, step):
        return True
    await totp.note_failure(tx, known.account_id, now=now)
    return False


def _step_of(secret: str, code: str, now: int) -> int | None:
    """The step whose code this is, looked for around now."""
    import pyotp  # noqa: PLC0415 - heavy: as above

    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    app, current, found = pyotp.TOTP(secret), now // STEP_SECONDS, None
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if hmac.compare_digest(app.generate_otp(step), typed):
            found = step
    return found


def _require_patience(failures: int, failed_at: int, now: int) -> None:
    if failures < FREE_FAILURES:
        return
    wait = failed_at + min(FIRST_WAIT_SECONDS << min(failures - FREE_FAILURES, 10), LONGEST_WAIT_SECONDS) - now
    if wait > 0:
        sentence = f"Too many wrong codes; please try again in {wait} seconds, or use a recovery code or a passkey."
        raise CallyError("rate_limited", sentence, retry_after=wait)


def _secret(vault: Vault, account_id: int, sealed: bytes) -> str:
    return vault.open(sealed, table="totp", row=account_id, column="secret")
