"""The SQL of assistants: which accounts work for which hosts."""

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO assistant_of (account_id, host_id, created_at)
VALUES (:account_id, :host_id, :now)
ON CONFLICT DO NOTHING
"""
HOSTS_OF = """
SELECT assistant_of.host_id
FROM assistant_of
JOIN host
  ON host.id = assistant_of.host_id
JOIN account
  ON account.id = host.id
WHERE assistant_of.account_id = :account_id
  AND account.disabled_at IS NULL
ORDER BY host.name, host.id
"""
ASSISTANTS_OF = """
SELECT account_id
FROM assistant_of
WHERE host_id = :host_id
ORDER BY account_id
"""
DELETE = """
DELETE FROM assistant_of
WHERE account_id = :account_id
  AND host_id = :host_id
"""


async def insert(tx: Writer, *, account_id: int, host_id: int, now: int) -> int:
    """Let an account work for a host; 0 when it does already."""
    return await tx.run(INSERT, account_id=account_id, host_id=host_id, now=now)


async def hosts_of(db: Reader, account_id: int) -> list[int]:
    """The hosts that an assistant works for and whose accounts are not disabled, by name."""
    return [int(row[0]) for row in await db.rows(HOSTS_OF, account_id=account_id)]


async def assistants_of(db: Reader, host_id: int) -> list[int]:
    """The accounts that work for a host."""
    return [int(row[0]) for row in await db.rows(ASSISTANTS_OF, host_id=host_id)]


async def delete(tx: Writer, *, account_id: int, host_id: int) -> int:
    """Let an account work for a host no more; how many rows there were."""
    return await tx.run(DELETE, account_id=account_id, host_id=host_id)
