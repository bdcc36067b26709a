"""What the browser's and the API's door is handed when it is built: resources and values, never globals."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cally.accounts import SignInBrake
from cally.accounts.discovery import ProviderMemory
from cally.bookings import Availability
from cally.clock import Clock
from cally.config import Described
from cally.notify import MailSettings
from cally.ops.audit_check import AuditCheck
from cally.ops.backups.watch import Watch
from cally.ops.doctor import Finding
from cally.ops.errors import Inbox
from cally.ops.health import HealthReport
from cally.ops.monitor import Monitor
from cally.ops.refusals import Refusals
from cally.ops.upgrades.watching import Source
from cally.store import Store
from cally.vault import Vault
from cally.web.guest_brake import GuestBrake


async def _nothing() -> None:
    """Where settings cannot change while running."""


async def _unseen() -> list[Finding]:
    """Where no doctor is at hand."""
    return []


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Resources of the running process that requests are answered from.

    `public_url` is what links are made of (no slash at its end), read at each use because an admin may change it.
    `mail` is None while no mail server is set up. `wake` tells the job worker that an outbox row is waiting.
    `health` is asked for the checks of `/api/health`. `trusted_proxies` are networks whose forwarding headers count.
    `brake` slows down whoever guesses passwords, `guests` whoever books and holds like a machine. `reload` makes a
    changed setting count; those named in `fixed` (`public_url`, `smtp_url`) were decided by the operator and cannot be
    changed in the browser.
    `refusals` gathers what was refused for the audit log, `audit_check` looks whether that log is whole.
    `errors` gathers what failed unexpectedly. `providers` remembers what OpenID providers say of themselves.
    `backup_watch` says how far a backup is.
    `examine` asks the doctor what he finds without looking long; `settings` are the operator's, secrets masked.
    `monitor` counts requests and remembers how the machine was.
    `running` are the idempotency keys (their hashes) of POSTs that are being answered now.
    `clamav` is where a virus scanner listens, empty for none.
    `updates` is where notices of newer versions come from.
    `allowed_networks` are the private ones that calendars may be read from and channels be on.
    """

    store: Store
    vault: Vault
    clock: Clock
    availability: Availability
    public_url: Callable[[], str]
    mail: Callable[[], MailSettings | None]
    wake: Callable[[], None]
    health: Callable[[], Awaitable[HealthReport]]
    trusted_proxies: tuple[str, ...] = ()
    limits: bool = True
    brake: SignInBrake = field(default_factory=SignInBrake)
    guests: GuestBrake = field(default_factory=GuestBrake)
    refusals: Refusals = field(default_factory=Refusals)
    audit_check: AuditCheck = field(default_factory=AuditCheck)
    errors: Inbox = field(default_factory=Inbox)
    reload: Callable[[], Awaitable[None]] = _nothing
    fixed: frozenset[str] = frozenset()
    examine: Callable[[], Awaitable[list[Finding]]] = _unseen
    settings: tuple[Described, ...] = ()
    monitor: Monitor = field(default_factory=Monitor)
    backup_watch: Watch = field(default_factory=Watch)
    providers: ProviderMemory = field(default_factory=ProviderMemory)
    allowed_networks: tuple[str, ...] = ()
    running: set[bytes] = field(default_factory=set)
    clamav: str = ""
    updates: Source = field(default_factory=lambda: Source(url=None, key=None))
