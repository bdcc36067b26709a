"""The brake on guests: how fast one network address may change things, and how many slots it may hold at once."""

from collections import OrderedDict

import msgspec

from cally.accounts.brake import network
from cally.errors import CallyError

BURST = 600  # changes that come free after a minute's rest
PER_SECOND = 10
LIVE_HOLDS = 60
REMEMBERED = 20_000
LONGEST_WAIT_SECONDS = 60


class _Bucket(msgspec.Struct):
    left: int
    at: int


class GuestBrake:
    """Remembers in memory what addresses did lately; one per process.

    An address is what one household or machine holds: a whole IPv4 address, an IPv6 /64. Generous, for a school or a
    company may sit behind one address: it stops machines, not people.
    """

    def __init__(self, *, limits: bool = True) -> None:
        """`limits=False` lets everything pass, for load tests."""
        self._limits = limits
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._holds: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._held: dict[str, int] = {}

    def change(self, address: str, now: int, *, times: int = 1) -> None:
        """Count what this address is about to do; raises `rate_limited` with `retry_after` seconds."""
        if not self._limits or times <= 0:
            return
        bucket = self._bucket(network(address), now)
        if bucket.left < times:
            raise _limited(-((bucket.left - times) // PER_SECOND))
        bucket.left -= times

    def hold(self, address: str, now: int, *, replaces: str | None = None) -> None:
        """Raise `rate_limited` when this address holds as many slots as one may, not counting the replaced one."""
        self._forget_ended(now)
        whose = network(address)
        replaced = self._holds.get(replaces or "", ("", 0))[0] == whose
        if self._limits and self._held.get(whose, 0) - replaced >= LIVE_HOLDS:
            _, ends_at = next(held for held in self._holds.values() if held[0] == whose)
            raise _limited(ends_at - now, "You are holding too many times at once; please book or give up some first.")

    def held(self, address: str, uid: str, expires_at: int) -> None:
        """Note a hold that this address has got; all last equally long, so the oldest ends first."""
        whose = network(address)
        self._holds[uid] = (whose, expires_at)
        self._held[whose] = self._held.get(whose, 0) + 1

    def given_up(self, uid: str | None) -> None:
        """Note that a hold is no more: booked, replaced or released; an unknown one is no fault."""
        whose, _ = self._holds.pop(uid or "", ("", 0))
        if whose in self._held:
            self._held[whose] -= 1
            if not self._held[whose]:
                del self._held[whose]

    def _bucket(self, whose: str, now: int) -> _Bucket:
        known = self._buckets.pop(whose, None) or _Bucket(left=BURST, at=now)
        known.left = min(BURST, known.left + max(0, now - known.at) * PER_SECOND)
        known.at = now
        self._buckets[whose] = known
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return known

    def _forget_ended(self, now: int) -> None:
        while self._holds and next(iter(self._holds.values()))[1] <= now:
            self.given_up(next(iter(self._holds)))


def _limited(seconds: int, sentence: str = "Too much has come from your network at once.") -> CallyError:
    wait = max(1, min(seconds, LONGEST_WAIT_SECONDS))
    return CallyError("rate_limited", f"{sentence} Try again in {wait} s.", retry_after=wait)
