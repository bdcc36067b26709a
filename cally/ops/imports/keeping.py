"""Imports in the browser: what was read waits for a yes, then a job brings it over and says how far it is."""

from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.ids import new_id
from cally.model.imports import Bundle, ImportChoices, ImportReport, ImportRun
from cally.notify import TryAgain
from cally.ops.imports.applying import bring
from cally.ops.imports.planning import plan_of
from cally.store import Reader, Store, accounts, audit, imports, jobs
from cally.vault import Vault

JOB = "import"
AT_A_STRETCH = 60  # lots; then other jobs have their turn
KEPT_SECONDS = 86_400
NAMED_SECONDS = 7 * 86_400
LISTED = 20


async def keep_read(
    store: Store, vault: Vault, bundle: Bundle, name: str, choices: ImportChoices, *, now: int, actor: Actor
) -> int:
    """Keep what was read, encrypted with everything else, until it is asked for or a day has passed; its row."""
    row, report = new_id(now), (await plan_of(store.reader, vault, bundle, choices, now=now)).report()
    async with store.write() as tx:
        await imports.insert(
            tx,
            id=row,
            bundle=bundle,
            name=name[:200],
            choices=choices,
            report=report,
            account_id=actor.account_id,
            now=now,
        )
        tag = f"{actor.kind}:import:read"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"import:{row}", source=bundle.source)
    return row


async def change_choices(
    store: Store, vault: Vault, run_id: int, choices: ImportChoices, *, now: int, actor: Actor
) -> None:
    """Want something else of what was read. Raises `conflict` when it was asked for already, `invalid` (`hosts`)."""
    report = await _plan(store.reader, vault, run_id, choices, now)
    async with store.write() as tx:
        if not await imports.update_choices(tx, run_id, choices, asked=False, total=0, report=report, now=now):
            raise _asked()
        tag = f"{actor.kind}:import:change"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"import:{run_id}")


async def ask(store: Store, vault: Vault, run_id: int, *, now: int, actor: Actor) -> None:
    """Bring it over, as soon as can be; raises `conflict` when that was asked for already."""
    run = await run_by_id(store.reader, run_id)
    report = await _plan(store.reader, vault, run_id, run.choices, now)
    async with store.write() as tx:
        if not await imports.update_choices(
            tx, run_id, run.choices, asked=True, total=report.total, report=report, now=now
        ):
            raise _asked()
        await jobs.insert(tx, kind=JOB, subject=run_id, due_at=now, now=now)
        tag = f"{actor.kind}:import:ask"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"import:{run_id}", source=run.source)


async def work_off(store: Store, vault: Vault, run_id: int, *, now: int) -> None:
    """The job: bring a run over, some lots at a stretch; begun again, it goes on where it ended."""
    run = await imports.by_id(store.reader, run_id)
    bundle = await imports.bundle(store.reader, run_id) if run is not None and run.state == "asked" else None
    if run is None or bundle is None:
        return
    account = await accounts.by_id(store.reader, run.account_id) if run.account_id is not None else None
    actor = Actor(kind="admin", account_id=account.id) if account is not None else Actor(kind="system")
    lots = 0
    finished = True
    before = run.done

    async def told(done: int, total: int) -> bool:
        nonlocal lots, finished
        lots += 1
        here = run.total - total + done if run.total > total else done
        async with store.write() as tx:
            await imports.update_progress(tx, run_id, done=here, total=max(run.total, total), now=now)
        finished = done >= total
        return finished or lots < AT_A_STRETCH

    by = account.name if account is not None else ""
    try:
        report = await bring(store, vault, bundle, run.choices, by=by, now=now, actor=actor, told=told)
    except CallyError as error:
        if error.code.startswith("storage"):
            raise TryAgain(30, error.sentence) from error
        await _end(store, run_id, None, error.sentence, now)
        return
    if not finished:
        raise TryAgain(0, "More of it is to come.", counted=False)
    await _end(store, run_id, run.report if before and run.report is not None else report, "", now)


async def run_by_id(db: Reader, run_id: int) -> ImportRun:
    """The run of that row; raises `not_found`."""
    run = await imports.by_id(db, run_id)
    if run is None:
        raise not_found("import")
    return run


async def list_runs(db: Reader) -> list[ImportRun]:
    """The last runs, latest first."""
    return await imports.list_latest(db, limit=LISTED)


async def forget_run(store: Store, run_id: int, *, now: int, actor: Actor) -> None:
    """Remove what was read, or the note of what has come; raises `conflict` while it is at work."""
    run = await run_by_id(store.reader, run_id)
    async with store.write() as tx:
        if not await imports.delete(tx, run_id):
            raise _asked()
        tag = f"{actor.kind}:import:forget"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"import:{run_id}", source=run.source)


async def sweep_imports(store: Store, now: int) -> int:
    """Remove what was read a day ago and never asked for; a week after it ended, a report names no guests."""
    async with store.write() as tx:
        await imports.forget_names(tx, before=now - NAMED_SECONDS)
        return await imports.forget_unasked(tx, before=now - KEPT_SECONDS)


async def _plan(db: Reader, vault: Vault, run_id: int, choices: ImportChoices, now: int) -> ImportReport:
    bundle = await imports.bundle(db, run_id)
    if bundle is None:
        raise not_found("import")
    return (await plan_of(db, vault, bundle, choices, now=now)).report()


async def _end(store: Store, run_id: int, report: ImportReport | None, fault: str, now: int) -> None:
    async with store.write() as tx:
        await imports.end(tx, run_id, report=report, fault=fault, now=now)


def _asked() -> CallyError:
    return CallyError("conflict", "This import is at work, or is over, already.")
