"""The brake on guessing passwords: by network address and account together, so that nobody can lock a host out."""

import ipaddress
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from cally.errors import CallyError

FREE_FAILURES = 5  # by one address for one account
FREE_FAILURES_OF_ADDRESS = 30  # by one address for all accounts
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 15 * 60
FORGOTTEN_AFTER_SECONDS = 60 * 60
REMEMBERED = 20_000
WAITING_AT_MOST = 40  # sign-ins whose password is being hashed or waits for that

Key = tuple[str, str]


class _Failures(msgspec.Struct):
    count: int
    last_at: int


class SignInBrake:
    """Remembers failed sign-ins in memory, and how many are being judged; one per process, handed to `sign_in`."""

    def __init__(self, *, limits: bool = True) -> None:
        """`limits=False` lets everything pass, for load tests; each failure beyond the free ones doubles the wait."""
        self._limits = limits
        self._failures: OrderedDict[Key, _Failures] = OrderedDict()
        self._waiting = 0

    def attempt(self, address: str, account: str, now: int) -> None:
        """Raise `rate_limited` with `retry_after` seconds while this address must wait.

        An attempt counts as failed until `succeeded` says otherwise, so that many at once gain nothing.
        """
        wait = max(
            self._wait(_pair(address, account), FREE_FAILURES, now),
            self._wait(_alone(address), FREE_FAILURES_OF_ADDRESS, now),
        )
        if self._limits and wait > 0:
            raise _limited(wait)
        self._count(_pair(address, account), now)
        self._count(_alone(address), now)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, address: str, account: str) -> None:
        """Forget this account's failures from this address; those for other accounts stay."""
        self._failures.pop(_pair(address, account), None)
        known = self._failures.get(_alone(address))
        if known is not None:
            known.count = max(0, known.count - 1)

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Hold a place among the sign-ins being judged; raises `rate_limited` when all are taken."""
        if self._limits and self._waiting >= WAITING_AT_MOST:
            raise _limited(1)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    def _count(self, key: Key, now: int) -> None:
        known = self._failures.pop(key, None)
        if known is None or now - known.last_at > FORGOTTEN_AFTER_SECONDS:
            known = _Failures(count=0, last_at=now)
        self._failures[key] = _Failures(count=known.count + 1, last_at=now)

    def _wait(self, key: Key, free: int, now: int) -> int:
        known = self._failures.get(key)
        if known is None or known.count < free or now - known.last_at > FORGOTTEN_AFTER_SECONDS:
            return 0
        doublings = min(known.count - free, 10)
        return known.last_at + min(FIRST_WAIT_SECONDS << doublings, LONGEST_WAIT_SECONDS) - now


def _pair(address: str, account: str) -> Key:
    return network(address), account


def _alone(address: str) -> Key:
    return network(address), ""


def network(address: str) -> str:
    """What one household or machine holds: a whole IPv4 address, an IPv6 /64."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def _limited(seconds: int) -> CallyError:
    sentence = f"Too many attempts; please try again in {seconds} seconds."
    return CallyError("rate_limited", sentence, retry_after=seconds)
