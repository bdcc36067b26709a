"""The SQL of what closes an event type: its password's hash, and whether only links open it."""

from cally.model.private_pages import PageAccess
from cally.store.driver import Reader, Writer

OF = """
SELECT event_type_id, password_hash IS NOT NULL, password_version, links_only
FROM page_access
WHERE event_type_id = :event_type_id
"""
LIST_CLOSED = """
SELECT event_type_id, password_hash IS NOT NULL, password_version, links_only
FROM page_access
WHERE event_type_id IN (SELECT id FROM event_type WHERE owner_id = :owner_id)
"""
HASH = """
SELECT password_hash
FROM page_access
WHERE event_type_id = :event_type_id
"""
UPDATE_HASH = """
INSERT INTO page_access (event_type_id, password_hash, password_version, updated_at)
VALUES (:event_type_id, :password_hash, 1, :now)
ON CONFLICT (event_type_id) DO UPDATE
SET password_hash = :password_hash,
    password_version = password_version + 1,
    updated_at = :now
"""
UPDATE_LINKS_ONLY = """
INSERT INTO page_access (event_type_id, links_only, updated_at)
VALUES (:event_type_id, :links_only, :now)
ON CONFLICT (event_type_id) DO UPDATE
SET links_only = :links_only,
    updated_at = :now
"""


async def of(db: Reader, event_type_id: int) -> PageAccess:
    """How an event type is closed; one without a row is open."""
    row = await db.row(OF, event_type_id=event_type_id)
    return _access(row) if row else PageAccess(event_type_id=event_type_id)


async def closed_of(db: Reader, owner_id: int) -> dict[int, PageAccess]:
    """The closed event types of a host or a team, by their ids."""
    found = [_access(row) for row in await db.rows(LIST_CLOSED, owner_id=owner_id)]
    return {one.event_type_id: one for one in found if one.is_closed}


async def password_hash(db: Reader, event_type_id: int) -> str | None:
    """The PHC string of a page's password, None when it has none."""
    row = await db.row(HASH, event_type_id=event_type_id)
    return row[0] if row else None


async def update_password(tx: Writer, event_type_id: int, password_hash: str | None, *, now: int) -> None:
    """Keep another password, or none; whatever the one before opened is closed again."""
    await tx.run(UPDATE_HASH, event_type_id=event_type_id, password_hash=password_hash, now=now)


async def update_links_only(tx: Writer, event_type_id: int, links_only: bool, *, now: int) -> None:
    """Let links alone open it, or everybody again."""
    await tx.run(UPDATE_LINKS_ONLY, event_type_id=event_type_id, links_only=int(links_only), now=now)


def _access(row: tuple[int, int, int, int]) -> PageAccess:
    return PageAccess(event_type_id=row[0], has_password=bool(row[1]), password_version=row[2], links_only=bool(row[3]))
