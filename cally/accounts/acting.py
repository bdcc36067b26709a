"""Working at another's desk: an assistant for hosts who chose them, an admin for an hour with a reason; all noted."""

from cally.errors import CallyError, not_found
from cally.model.accounts import Account, Actor, DeskVisit, Role, Session
from cally.model.ids import new_id
from cally.model.texts import line
from cally.store import Reader, Store, Writer, accounts, assistants, audit, desk_visits, hosts, sessions

VISIT_SECONDS = 60 * 60
REASON_LENGTH = 200
VISITS_SHOWN = 20


async def whose_desk(db: Reader, session: Session, now: int) -> int | None:
    """The host at whose desk a session works, judged anew each time; None when there is none (any more).

    Whoever acts for another whose time is over, who took their leave back or is disabled, is at no desk until they
    say where they go on: so that what they send late never lands at another desk than the one they meant.
    """
    account = session.account
    if session.acting_for_id is None:
        return None if account.role == "assistant" else account.id
    if session.acting_until is not None and session.acting_until <= now:
        return None
    return session.acting_for_id if await _may_act(db, account, session) else None


async def _may_act(db: Reader, account: Account, session: Session) -> bool:
    host_id = session.acting_for_id or 0
    host = await accounts.by_id(db, host_id)
    if host is None or host.disabled_at is not None or account.disabled_at is not None:
        return False
    if account.role == "assistant":
        return host_id in await assistants.hosts_of(db, account.id)
    return account.role == "admin" and session.acting_until is not None


async def work_for(store: Store, session: Session, host_id: int, *, now: int, address: str) -> None:
    """Let an assistant's session work for one of their hosts; raises `not_found` for every other one."""
    account = session.account
    async with store.write() as tx:
        if account.role != "assistant" or host_id not in await assistants.hosts_of(tx, account.id):
            raise not_found("host")
        await sessions.update_acting(tx, session.id, host_id=host_id, until=None)
        actor = Actor(kind="assistant", account_id=account.id, address=address, for_id=host_id)
        await _record(tx, actor, host_id, "start", now)


async def visit(store: Store, session: Session, host_id: int, *, reason: str, now: int, address: str) -> DeskVisit:
    """Let an admin's session work at a host's desk for an hour; the host is told on their desk.

    Raises `not_found` for what is no host, and for everybody but an admin who is at their own desk; `invalid`
    (`reason`), `conflict` for oneself and for a disabled host.
    """
    account = session.account
    if account.role != "admin" or session.acting_for_id is not None:
        raise not_found("page")
    said = line(reason, "reason", longest=REASON_LENGTH)
    async with store.write() as tx:
        host, known = await hosts.by_id(tx, host_id), await accounts.by_id(tx, host_id)
        if host is None or known is None:
            raise not_found("host")
        if known.disabled_at is not None or host_id == account.id:
            raise CallyError("conflict", "You can work at the desk of another host who is not locked out.")
        made = DeskVisit(
            id=new_id(now),
            host_id=host_id,
            account_id=account.id,
            name=account.name,
            reason=said,
            started_at=now,
            until_at=now + VISIT_SECONDS,
        )
        await desk_visits.insert(tx, made)
        await sessions.update_acting(tx, session.id, host_id=host_id, until=made.until_at)
        actor = Actor(kind="admin", account_id=account.id, address=address, for_id=host_id)
        await _record(tx, actor, host_id, "start", now, until=made.until_at, reason=said)
    return made


async def stop_acting(store: Store, session: Session, *, now: int, address: str) -> None:
    """Let a session be at its own desk again; at its own already is no fault."""
    async with store.write() as tx:
        await end_acting(tx, session, now=now, address=address)
        await sessions.update_acting(tx, session.id, host_id=None, until=None)


async def end_acting(tx: Writer, session: Session, *, now: int, address: str) -> None:
    """Note the end of what a session did for another, inside the transaction that ends it."""
    host_id, account = session.acting_for_id, session.account
    if host_id is None:
        return
    if account.role != "assistant":
        await desk_visits.end(tx, host_id=host_id, account_id=account.id, now=now)
    kind: Role = "assistant" if account.role == "assistant" else "admin"
    actor = Actor(kind=kind, account_id=account.id, address=address, for_id=host_id)
    await _record(tx, actor, host_id, "end", now)


async def list_visits(db: Reader, host_id: int, *, unseen: bool = False) -> list[DeskVisit]:
    """When admins worked at a host's desk, last one first; or only what the host has not read yet."""
    return await desk_visits.list_of_host(db, host_id, limit=VISITS_SHOWN, unseen=unseen)


async def see_visits(store: Store, host_id: int, *, now: int) -> None:
    """Note that a host has read of the visits to their desk."""
    async with store.write() as tx:
        await desk_visits.see(tx, host_id, now=now)


async def _record(tx: Writer, actor: Actor, host_id: int, action: str, now: int, **facts: str | int) -> None:
    tag = f"{actor.kind}:acting:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"account:{host_id}", **facts)
