"""How a command gets at an instance: settings, key, database, and the loop that its work runs on."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from cally import clock
from cally.config import Settings, load
from cally.errors import CallyError, not_found
from cally.model.accounts import Account, Actor
from cally.model.addresses import email_address
from cally.ops.upgrades.way_back import require_current
from cally.store import Reader, Store, accounts, open_store
from cally.vault import Vault, read_or_make_key

CLI = Actor(kind="cli")
SEALED_KEY = "sealed by systemd-creds"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An opened instance, for the length of one command."""

    settings: Settings
    vault: Vault
    store: Store
    now: int


def settings() -> Settings:
    """The settings of this call; raises `settings_wrong` with every fault."""
    context = click.get_current_context(silent=True)
    return _with_sealed_key(load(os.environ, context.find_root().obj if context else None))


def run(work: Callable[[Instance], Awaitable[T]], *, make: bool = False) -> T:
    """What `work` answers for this machine's instance; `make` starts an empty one where there is none yet."""
    chosen = settings()

    async def worked() -> T:
        async with opened(chosen, make=make) as instance:
            return await work(instance)

    return asyncio.run(worked())


@asynccontextmanager
async def opened(chosen: Settings, *, make: bool = False) -> AsyncIterator[Instance]:
    """The instance of these settings, closed at the end; raises `not_found` when there is none to open."""
    vault = Vault(database_key(chosen, make=make))
    require_current(chosen.database_file, vault.database_key, now=clock.now())
    store = open_store(chosen.database_file, vault.database_key)
    try:
        yield Instance(settings=chosen, vault=vault, store=store, now=clock.now())
    finally:
        await store.close()


def database_key(chosen: Settings, *, make: bool = False) -> bytes:
    """The key of an instance that exists, or with `make` may be started now."""
    become_owner_of(chosen.state_dir)
    try:
        there = chosen.database_file.exists()
        if not there and not make:
            sentence = f"There is no database at {chosen.database_file} yet; `cally serve` makes one."
            raise CallyError("not_found", sentence)
        if there and not chosen.key_file.exists():
            raise CallyError("key_invalid", f"The key {chosen.key_file} is missing; without it nothing can be read.")
        chosen.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return read_or_make_key(chosen.key_file)
    except OSError as error:
        sentence = f"{error.filename} cannot be used ({error.strerror})."
        raise CallyError("settings_wrong", sentence, faults=[sentence]) from error


def _with_sealed_key(chosen: Settings) -> Settings:
    """For root, the key that `cally key seal` has sealed; the service gets it from systemd, a command has to ask."""
    from cally.ops import sealing  # noqa: PLC0415 - heavy: for root alone

    if os.geteuid() != 0 or chosen.key_file.exists() or not sealing.SEALED.exists():
        return chosen
    key_file = sealing.in_memory(sealing.opened(), owner=owner_of(chosen.state_dir))
    origins = {**chosen.origins, "CALLY_KEY_FILE": SEALED_KEY}
    return msgspec.structs.replace(chosen, key_file=key_file, origins=origins)


def address(chosen: Settings) -> str:
    """What links lead to as far as the settings say; the database may know better."""
    bind = chosen.bind
    return chosen.public_url or (f"http://{bind.address}:{bind.port}" if bind.port else "http://localhost")


def become_owner_of(state_dir: Path) -> None:
    """Act as the directory's owner when root types, so that the server can still write what is made here."""
    user, group = owner_of(state_dir)
    if os.geteuid() == 0 and user != 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)


def owner_of(state_dir: Path) -> tuple[int, int]:
    """The user and group that the directory belongs to; this process's own where it is not there yet."""
    try:
        owner = state_dir.stat()
    except FileNotFoundError:
        return os.geteuid(), os.getegid()
    return owner.st_uid, owner.st_gid


async def account_by_email(db: Reader, email: str) -> Account:
    """The account of an address as it is typed; raises `not_found`, `invalid`."""
    account = await accounts.by_email(db, email_address(email))
    if account is None:
        raise not_found("account")
    return account
