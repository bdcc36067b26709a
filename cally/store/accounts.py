"""The SQL of accounts: who can sign in, with which password hash."""

from cally.model.accounts import Account, Role
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO account (id, email, name, role, password_hash, verified_at, created_at)
VALUES (:id, :email, :name, :role, :password_hash, :verified_at, :created_at)
"""
BY_ID = """
SELECT id, email, name, role, verified_at, disabled_at, created_at
FROM account
WHERE id = :id
"""
BY_EMAIL = """
SELECT id, email, name, role, verified_at, disabled_at, created_at
FROM account
WHERE email = :email
"""
HASH = """
SELECT password_hash
FROM account
WHERE id = :id
"""
LIST = """
SELECT id, email, name, role, verified_at, disabled_at, created_at
FROM account
ORDER BY id
"""
COUNT = """
SELECT count(*)
FROM account
"""
COUNT_ADMINS = """
SELECT count(*)
FROM account
WHERE role = 'admin'
  AND disabled_at IS NULL
"""
UPDATE_HASH = """
UPDATE account
SET password_hash = :password_hash
WHERE id = :id
"""
UPDATE_EMAIL = """
UPDATE account
SET email = :email,
    verified_at = :now
WHERE id = :id
"""
UPDATE_VERIFIED = """
UPDATE account
SET verified_at = :now
WHERE id = :id
  AND verified_at IS NULL
"""
UPDATE_ROLE = """
UPDATE account
SET role = :role
WHERE id = :id
"""
UPDATE_NAME = """
UPDATE account
SET name = :name
WHERE id = :id
"""
DELETE = """
DELETE FROM account
WHERE id = :id
"""
UPDATE_DISABLED = """
UPDATE account
SET disabled_at = :disabled_at
WHERE id = :id
"""


async def insert(
    tx: Writer,
    *,
    id: int,
    email: str,
    name: str,
    role: Role,
    password_hash: str | None,
    verified_at: int | None,
    created_at: int,
) -> Account:
    """Store a new account; raises `Duplicate` when the address has one already."""
    await tx.run(
        INSERT,
        id=id,
        email=email,
        name=name,
        role=role,
        password_hash=password_hash,
        verified_at=verified_at,
        created_at=created_at,
    )
    return _account((id, email, name, role, verified_at, None, created_at))


async def by_id(db: Reader, id: int) -> Account | None:
    """The account of that row."""
    row = await db.row(BY_ID, id=id)
    return _account(row) if row else None


async def by_email(db: Reader, email: str) -> Account | None:
    """The account of a mail address in normal form."""
    row = await db.row(BY_EMAIL, email=email)
    return _account(row) if row else None


async def password_hash(db: Reader, id: int) -> str | None:
    """The PHC string of an account's password; None while it has none."""
    row = await db.row(HASH, id=id)
    return row[0] if row else None


async def list_all(db: Reader) -> list[Account]:
    """Every account, oldest first."""
    return [_account(row) for row in await db.rows(LIST)]


async def count(db: Reader) -> int:
    """How many accounts there are."""
    row = await db.row(COUNT)
    return int(row[0]) if row else 0


async def count_admins(db: Reader) -> int:
    """How many admins can still sign in."""
    row = await db.row(COUNT_ADMINS)
    return int(row[0]) if row else 0


async def update_password(tx: Writer, id: int, password_hash: str) -> None:
    """Set the PHC string of an account's password."""
    await tx.run(UPDATE_HASH, id=id, password_hash=password_hash)


async def update_disabled(tx: Writer, id: int, disabled_at: int | None) -> None:
    """Lock an account out, or (None) let it in again."""
    await tx.run(UPDATE_DISABLED, id=id, disabled_at=disabled_at)


async def update_email(tx: Writer, id: int, email: str, *, now: int) -> None:
    """Give an account another mail address, which its owner has proved to be theirs; raises `Duplicate` when taken."""
    await tx.run(UPDATE_EMAIL, id=id, email=email, now=now)


async def update_verified(tx: Writer, id: int, *, now: int) -> bool:
    """Note that an account's owner has proved its address; False when that was known."""
    return await tx.run(UPDATE_VERIFIED, id=id, now=now) == 1


async def update_role(tx: Writer, id: int, role: Role) -> None:
    """Set what an account may do."""
    await tx.run(UPDATE_ROLE, id=id, role=role)


async def update_name(tx: Writer, id: int, name: str) -> None:
    """Set what an account is called."""
    await tx.run(UPDATE_NAME, id=id, name=name)


async def delete(tx: Writer, id: int) -> None:
    """Remove an account with its sessions and tokens; its host must be gone before."""
    await tx.run(DELETE, id=id)


def _account(row: Row) -> Account:
    return Account(
        id=row[0],
        email=row[1],
        name=row[2],
        role=row[3],
        verified_at=row[4],
        disabled_at=row[5],
        created_at=row[6],
    )
