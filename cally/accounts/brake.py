"""The brake on guessing passwords: by network address and account together, so that nobody can lock a host out.

Counted in memory before a password is judged, so that many at once gain nothing; kept in the database when it turned
out wrong, in the transaction that notes it, so that neither a restart nor kill -9 forgets.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from cally.brakes import network
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.ids import new_id
from cally.model.protection import FailureKind, SignInFailure
from cally.store import Reader, Writer, audit, sign_in_failures
from cally.vault import token_hash

FREE_FAILURES = 5  # by one address for one account, or by one known browser
FREE_FAILURES_OF_ADDRESS = 30  # by one address for all accounts
FREE_FAILURES_OF_ACCOUNT = 50  # for one account by all addresses, before each must show work
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 15 * 60
FORGOTTEN_AFTER_SECONDS = 60 * 60
REMEMBERED = 20_000
WAITING_AT_MOST = 40  # sign-ins whose password is being hashed or waits for that
WAITING_MORE = 10  # places for browsers that are known and for those that have shown work
WORK_BITS = 16
FREE: dict[FailureKind, int] = {
    "pair": FREE_FAILURES,
    "network": FREE_FAILURES_OF_ADDRESS,
    "account": FREE_FAILURES_OF_ACCOUNT,
    "device": FREE_FAILURES,
}

ATTACKED = "Very many wrong passwords have come for this address, so your browser must prove its patience first."

Key = tuple[FailureKind, str, str]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try: from where, for which address as it was typed; `device` is the hash of a browser this account knows.

    `worked`: proof of work, or of patience, came with it.
    """

    address: str
    account: str
    device: str = ""
    worked: bool = False

    @property
    def keys(self) -> tuple[Key, ...]:
        """What it is counted under. A browser that is known counts for itself, whatever others do meanwhile."""
        if self.device:
            return (("device", self.device, self.account),)
        return (*_of_address(self.address, self.account), ("account", "", self.account))


class _Failures(msgspec.Struct):
    count: int
    last_at: int
    kept: bool = False


class SignInBrake:
    """Remembers failed sign-ins, and how many are being judged; one per process, handed to `sign_in`."""

    def __init__(self, *, limits: bool = True) -> None:
        """`limits=False` lets everything pass, for load tests; each failure beyond the free ones doubles the wait."""
        self._limits = limits
        self._failures: OrderedDict[bytes, _Failures] = OrderedDict()
        self._waiting = 0

    async def restore(self, db: Reader, now: int) -> None:
        """Know again what was kept before a restart."""
        kept = await sign_in_failures.list_since(db, now - FORGOTTEN_AFTER_SECONDS, limit=REMEMBERED)
        for row in reversed(kept):
            self._failures[row.key_hash] = _Failures(count=row.count, last_at=row.last_at, kept=True)

    async def forget_lifted(self, db: Reader, attempt: Attempt, now: int) -> None:
        """Forget what would hold this attempt up and was lifted in the database meanwhile, by whatever process."""
        for key in attempt.keys:
            name = _hash(key)
            known = self._failures.get(name)
            if known is None or not known.kept or known.count < FREE[key[0]]:
                continue
            if self._is_old(known, now) or not await sign_in_failures.is_there(db, name):
                self._failures.pop(name, None)

    def attempt(self, address: str, account: str, now: int) -> None:
        """Raise `rate_limited` with `retry_after` seconds while this address must wait.

        An attempt counts as failed until `succeeded` says otherwise, so that many at once gain nothing.
        """
        self.begin(Attempt(address=address, account=account), now, keys=_of_address(address, account))

    def succeeded(self, address: str, account: str) -> None:
        """Forget this account's failures from this address; those for other accounts stay."""
        self._forget(_of_address(address, account))

    def begin(self, attempt: Attempt, now: int, *, keys: tuple[Key, ...] = ()) -> None:
        """The same for a sign-in, with `work` bits for an account that many addresses guess at, where those help."""
        keys = keys or attempt.keys
        wait = max(self._wait(key, now) for key in keys)
        if self._limits and wait > 0:
            raise _limited(wait)
        if self._limits and not attempt.worked and self._is_attacked(keys, now):
            raise CallyError("rate_limited", ATTACKED, retry_after=FIRST_WAIT_SECONDS, work=WORK_BITS)
        for key in keys:
            self._count(_hash(key), now)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    async def failed(self, tx: Writer, attempt: Attempt, account_id: int | None, now: int) -> None:
        """Keep what this attempt counts for, and note in the audit log when it is the one that shuts the door."""
        for key in attempt.keys:
            kind, whose, account = key
            known = self._failures.get(_hash(key))
            if known is None:
                continue
            known.kept = True
            row = SignInFailure(
                id=new_id(now),
                key_hash=_hash(key),
                kind=kind,
                network="" if kind == "device" else whose,
                account_id=account_id if account else None,
                count=known.count,
                last_at=known.last_at,
            )
            await sign_in_failures.put(tx, row)
            if known.count == FREE[kind]:
                subject = f"account:{account_id}" if account_id else "account:unknown"
                actor = Actor(kind="guest", address=attempt.address)
                await audit.insert(tx, now=now, actor=actor, tag="guest:session:lock", subject=subject, by=kind)

    async def entered(self, tx: Writer, attempt: Attempt) -> None:
        """Forget what this attempt and those before it counted for; for all others, in the database too."""
        for key in attempt.keys:
            if key[0] in {"pair", "device"}:
                await sign_in_failures.delete(tx, _hash(key))
        self._forget(attempt.keys)

    @contextmanager
    def judging(self, *, trusted: bool = False) -> Iterator[None]:
        """Hold a place among the sign-ins being judged; raises `rate_limited` when all are taken.

        Some places are left to the `trusted`, so that a flood cannot take all.
        """
        if self._limits and self._waiting >= WAITING_AT_MOST + (WAITING_MORE if trusted else 0):
            raise _limited(1)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    def _forget(self, keys: tuple[Key, ...]) -> None:
        """What counts for others too falls by the one attempt that was right."""
        for key in keys:
            known = self._failures.get(_hash(key))
            if key[0] in {"pair", "device"}:
                self._failures.pop(_hash(key), None)
            elif known is not None:
                known.count = max(0, known.count - 1)

    def _is_attacked(self, keys: tuple[Key, ...], now: int) -> bool:
        known = [self._failures.get(_hash(key)) for key in keys if key[0] == "account"]
        return any(one is not None and one.count >= FREE["account"] and not self._is_old(one, now) for one in known)

    def _count(self, name: bytes, now: int) -> None:
        known = self._failures.pop(name, None)
        if known is None or self._is_old(known, now):
            known = _Failures(count=0, last_at=now)
        self._failures[name] = _Failures(count=known.count + 1, last_at=now, kept=known.kept)

    def _wait(self, key: Key, now: int) -> int:
        known = self._failures.get(_hash(key))
        if known is None or key[0] == "account" or self._is_old(known, now):
            return 0
        return wait_seconds(key[0], known.count, known.last_at, now)

    @staticmethod
    def _is_old(known: _Failures, now: int) -> bool:
        return now - known.last_at > FORGOTTEN_AFTER_SECONDS


def proof_key(account_id: int) -> str:
    """Under what the guesses of somebody count who is signed in already, wherever they are asked for a proof."""
    return f"again {account_id}"


def wait_seconds(kind: FailureKind, count: int, last_at: int, now: int) -> int:
    """How long after so many failures the next attempt must wait; 0 or less when it need not."""
    if count < FREE[kind]:
        return 0
    return last_at + min(FIRST_WAIT_SECONDS << min(count - FREE[kind], 10), LONGEST_WAIT_SECONDS) - now


def _of_address(address: str, account: str) -> tuple[Key, ...]:
    whose = network(address)
    return ("pair", whose, account), ("network", whose, "")


def _hash(key: Key) -> bytes:
    return token_hash("\0".join(key))


def _limited(seconds: int) -> CallyError:
    sentence = f"Too many attempts; please try again in {seconds} seconds."
    return CallyError("rate_limited", sentence, retry_after=seconds)
