"""The brake on guests: how fast one network may ask, change, hold and cause mail, and what it was refused lately."""

from collections import OrderedDict, deque
from collections.abc import Iterable

import msgspec

from cally.brakes.limiter import Limit, Limiter, MemoryLimiter, Verdict
from cally.brakes.limits import (
    ACCOUNT,
    CHANGES,
    CHANGES_WIDE,
    LOOKS,
    MAILBOX,
    NOTED,
    PAGE,
    REQUESTS,
    REQUESTS_WIDE,
    SECRETS,
    WIDER,
)
from cally.brakes.networks import network, wide
from cally.brakes.work import WorkKeeper
from cally.errors import CallyError

BURST = CHANGES.quota
PER_SECOND = CHANGES.quota // CHANGES.window_seconds
LIVE_HOLDS = 60
FREE_CHANGES = 40  # at once, before a network is asked for work
FIRST_BITS, MOST_BITS, PAGE_BITS = 13, 17, 14
REFUSALS_KEPT = 100


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal, as an admin sees it: `what` is a limit's name, `work`, `trap`, `blocklist` or `sign-in`."""

    at: int
    network: str
    what: str


class GuestBrake:
    """Remembers in memory what networks did lately; one per process. It stops machines, not people."""

    def __init__(self, *, limits: bool = True, limiter: Limiter | None = None) -> None:
        """`limits=False` lets everything pass, for load tests."""
        self.limits = limits
        self.limiter = limiter or MemoryLimiter()
        self.work = WorkKeeper()
        self.refusals: deque[Refused] = deque(maxlen=REFUSALS_KEPT)
        self._holds: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._held: dict[str, int] = {}

    def request(self, address: str, now: int) -> Verdict | None:
        """Count one request of whatever kind; raises `rate_limited` with `retry_after` seconds."""
        return self._take(REQUESTS, REQUESTS_WIDE, address, now)

    def look(self, address: str, now: int, *, times: int = 1) -> None:
        """Count what must be computed to be shown, `times` by what it costs; raises `rate_limited`."""
        self._take(LOOKS, None, address, now, times=min(times, LOOKS.quota))

    def change(self, address: str, now: int, *, times: int = 1) -> None:
        """Count what this address is about to do; raises `rate_limited` with `retry_after` seconds."""
        self._take(CHANGES, CHANGES_WIDE, address, now, times=times)

    def account(self, account_id: int, address: str, now: int) -> Verdict | None:
        """Count one request of an account's programs; raises `rate_limited`."""
        return self._one(ACCOUNT, str(account_id), address, now) if self.limits else None

    def may_try(self, address: str, now: int) -> None:
        """Raise `rate_limited` for a network that has tried too many secret addresses that lead nowhere."""
        verdict = self.limiter.look(SECRETS, network(address), now) if self.limits else None
        if verdict is not None and verdict.wait_seconds:
            raise self._refused(verdict, network(address), now)

    def mistried(self, address: str, now: int) -> None:
        """Count a secret address that leads nowhere."""
        if self.limits:
            self.limiter.take(SECRETS, network(address), now)

    def may_mail(self, mailboxes: Iterable[str], address: str, now: int) -> None:
        """Raise `rate_limited` when strangers have had Cally write to one of these mailboxes too often."""
        for mailbox in mailboxes if self.limits else ():
            verdict = self.limiter.look(MAILBOX, mailbox, now)
            if verdict.wait_seconds:
                raise self._refused(verdict, network(address), now)

    def mailed(self, mailboxes: Iterable[str], now: int) -> None:
        """Count a message to each."""
        for mailbox in mailboxes:
            self.limiter.take(MAILBOX, mailbox, now)

    def may_note(self, address: str, now: int) -> bool:
        """Whether one more refusal of this network is worth a line in the audit log, which nobody shall flood."""
        return not self.limiter.take(NOTED, network(address), now).wait_seconds

    def bits(self, address: str, page: str, now: int, *, looking: bool = False) -> int:
        """How much work this network is to show before it books at this page; 0, none, for people.

        It rises with what came from the network itself. A page that very many want at once asks a little of everybody;
        `looking` does not count as wanting.
        """
        if not self.limits:
            return 0
        used = _used(self.limiter.look(CHANGES, network(address), now, times=0))
        if wide(address):
            used = max(used, _used(self.limiter.look(CHANGES_WIDE, wide(address), now, times=0)) // WIDER)
        own = min(MOST_BITS, FIRST_BITS - 1 + (used // FREE_CHANGES).bit_length()) if used >= FREE_CHANGES else 0
        wanted = self.limiter.look(PAGE, page, now) if looking else self.limiter.take(PAGE, page, now)
        stormed = PAGE_BITS if wanted.wait_seconds else 0
        return max(own, stormed)

    def refuse(self, address: str, what: str, now: int) -> None:
        """Note a refusal for the admins' page."""
        self.refusals.appendleft(Refused(at=now, network=network(address), what=what))

    def hold(self, address: str, now: int, *, replaces: str | None = None) -> None:
        """Raise `rate_limited` when this address holds as many slots as one may, not counting the replaced one."""
        self._forget_ended(now)
        whose = network(address)
        replaced = self._holds.get(replaces or "", ("", 0))[0] == whose
        if self.limits and self._held.get(whose, 0) - replaced >= LIVE_HOLDS:
            _, ends_at = next(held for held in self._holds.values() if held[0] == whose)
            self.refuse(address, "holds", now)
            raise _limited(
                "You are holding too many times at once; please book or give up some first.", max(1, ends_at - now)
            )

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

    def _take(self, limit: Limit, wider: Limit | None, address: str, now: int, *, times: int = 1) -> Verdict | None:
        if not self.limits or times <= 0:
            return None
        around = wide(address) if wider is not None else ""
        if wider is not None and around:
            self._one(wider, around, address, now, times)
        return self._one(limit, network(address), address, now, times)

    def _one(self, limit: Limit, key: str, address: str, now: int, times: int = 1) -> Verdict:
        verdict = self.limiter.take(limit, key, now, times=times)
        if verdict.wait_seconds:
            raise self._refused(verdict, network(address), now)
        return verdict

    def _refused(self, verdict: Verdict, whose: str, now: int) -> CallyError:
        self.refusals.appendleft(Refused(at=now, network=whose, what=verdict.limit.name))
        wait = min(verdict.wait_seconds, verdict.limit.window_seconds)
        return _limited(verdict.limit.sentence, wait, limit=verdict.limit.name)

    def _forget_ended(self, now: int) -> None:
        while self._holds and next(iter(self._holds.values()))[1] <= now:
            self.given_up(next(iter(self._holds)))


def _used(verdict: Verdict) -> int:
    return verdict.limit.quota - verdict.left


def _limited(sentence: str, wait: int, limit: str | None = None) -> CallyError:
    return CallyError("rate_limited", f"{sentence} Try again in {wait} s.", retry_after=wait, limit=limit)
