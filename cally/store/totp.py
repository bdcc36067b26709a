"""The SQL of codes from an app: one sealed secret per account, and the step of the last code that was taken."""

from cally.model.second_factors import Totp
from cally.store.driver import Reader, Writer

BY_ACCOUNT = """
SELECT account_id, secret, created_at, confirmed_at, last_step, failures, failed_at
FROM totp
WHERE account_id = :account_id
"""
INSERT = """
INSERT INTO totp (account_id, secret, created_at)
VALUES (:account_id, :secret, :now)
"""
CONFIRM = """
UPDATE totp
SET confirmed_at = :now
WHERE account_id = :account_id
  AND confirmed_at IS NULL
"""
TAKE_STEP = """
UPDATE totp
SET last_step = :step,
    failures = 0
WHERE account_id = :account_id
  AND last_step < :step
"""
NOTE_FAILURE = """
UPDATE totp
SET failures = failures + 1,
    failed_at = :now
WHERE account_id = :account_id
"""
DELETE = """
DELETE FROM totp
WHERE account_id = :account_id
"""


async def by_account(db: Reader, account_id: int) -> Totp | None:
    """An account's secret, confirmed or not."""
    row = await db.row(BY_ACCOUNT, account_id=account_id)
    if row is None:
        return None
    return Totp(
        account_id=row[0],
        secret=row[1],
        created_at=row[2],
        confirmed_at=row[3],
        last_step=row[4],
        failures=row[5],
        failed_at=row[6],
    )


async def insert(tx: Writer, account_id: int, *, secret: bytes, now: int) -> None:
    """Keep a secret, sealed with `table="totp"`, the account's id and column `secret`, until a code confirms it."""
    await tx.run(INSERT, account_id=account_id, secret=secret, now=now)


async def confirm(tx: Writer, account_id: int, *, now: int) -> bool:
    """Let the secret count from now on; False when it did already."""
    return await tx.run(CONFIRM, account_id=account_id, now=now) == 1


async def take_step(tx: Writer, account_id: int, step: int) -> bool:
    """Use a step's code up, and all earlier ones with it; False when it was used before."""
    return await tx.run(TAKE_STEP, account_id=account_id, step=step) == 1


async def note_failure(tx: Writer, account_id: int, *, now: int) -> None:
    """Count a wrong code."""
    await tx.run(NOTE_FAILURE, account_id=account_id, now=now)


async def delete(tx: Writer, account_id: int) -> int:
    """Forget the secret; how many there were."""
    return await tx.run(DELETE, account_id=account_id)
