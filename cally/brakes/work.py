"""Proof of work: a browser computes for a moment before it books, or its person waits for a few seconds.

The work is SHA-256 of `challenge~counter` with so many leading zero bits. A challenge is signed, for one page and a
quarter of an hour; it is good once. Whoever has no scripts gets a stamp instead, good from some seconds later on; those
of one network follow one another, so that many stamps gain nothing.
"""

import hashlib
import secrets
from collections import OrderedDict

import msgspec

from cally.brakes.networks import network
from cally.errors import CallyError
from cally.vault import Vault

GOOD_SECONDS = 15 * 60
PATIENCE_SECONDS = 5
LONGEST_PATIENCE_SECONDS = 5 * 60
SPENT_KEPT = 50_000
NETWORKS_KEPT = 20_000
LONGEST = 200
SLACK_BITS = 2  # what was asked when the page was shown is good enough if the load has risen a little since


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """What a form asks beside its fields: work of `bits` on the challenge, or the stamp after `wait_seconds`.

    `again` says that the form was sent already and goes on by itself as soon as the work is done.
    """

    challenge: str
    bits: int
    stamp: str = ""
    wait_seconds: int = 0
    again: bool = False


class WorkKeeper:
    """Makes challenges, and remembers those that are spent; bounded, the oldest forgotten first."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, None] = OrderedDict()
        self._waiting: OrderedDict[str, int] = OrderedDict()

    def guard(self, vault: Vault, page: str, bits: int, now: int) -> Guard:
        """Work to do for this page."""
        return Guard(challenge=vault.sign(f"work {page}", f"{bits}-{now}-{secrets.token_hex(8)}"), bits=bits)

    def patient(
        self, vault: Vault, page: str, bits: int, address: str, now: int, *, shown: str = "", again: bool = False
    ) -> Guard:
        """Work to do, or a stamp that is good later; a stamp shown too early is kept. Raises `rate_limited`."""
        at = self._stamped(vault, page, address, shown, now)
        if at is None:
            shown, at = self._stamp(vault, page, bits, address, now)
        made = self.guard(vault, page, bits, now)
        return msgspec.structs.replace(made, stamp=shown, wait_seconds=max(1, at - now), again=again)

    def is_done(self, vault: Vault, page: str, bits: int, *, work: str, now: int) -> bool:
        """Whether this is work for this page that was not shown before: `challenge~counter`. It is spent now."""
        challenge, _, counter = work.partition("~")
        subject = vault.verified(f"work {page}", challenge) if len(work) <= LONGEST else None
        asked = _numbers(subject)
        if asked is None or not counter or asked[0] < bits - SLACK_BITS or not 0 <= now - asked[1] <= GOOD_SECONDS:
            return False
        return leading_zero_bits(work) >= asked[0] and self._spend(subject or "")

    def has_waited(self, vault: Vault, page: str, address: str, *, stamp: str, now: int) -> bool:
        """Whether this stamp's time has come; it is spent now."""
        at = self._stamped(vault, page, address, stamp, now)
        return at is not None and at <= now and self._spend(stamp.partition(".")[0])

    def _stamp(self, vault: Vault, page: str, bits: int, address: str, now: int) -> tuple[str, int]:
        whose = network(address)
        wait = PATIENCE_SECONDS * max(1, bits - 12)
        at = max(now, self._waiting.pop(whose, 0)) + wait
        if at - now > LONGEST_PATIENCE_SECONDS:
            self._waiting[whose] = at - wait
            raise CallyError("rate_limited", "Many from your network wait to book. Try again in 60 s.", retry_after=60)
        self._waiting[whose] = at
        if len(self._waiting) > NETWORKS_KEPT:
            self._waiting.popitem(last=False)
        return vault.sign(f"patience {page} {whose}", f"0-{at}-{secrets.token_hex(8)}"), at

    def _stamped(self, vault: Vault, page: str, address: str, stamp: str, now: int) -> int | None:
        """From when on a stamp of ours is good, None when it is none or too old."""
        if not stamp or len(stamp) > LONGEST:
            return None
        known = _numbers(vault.verified(f"patience {page} {network(address)}", stamp))
        return known[1] if known is not None and now - known[1] <= GOOD_SECONDS else None

    def _spend(self, name: str) -> bool:
        if name in self._spent:
            return False
        self._spent[name] = None
        if len(self._spent) > SPENT_KEPT:
            self._spent.popitem(last=False)
        return True


def leading_zero_bits(text: str) -> int:
    """How many zero bits the SHA-256 of a text begins with."""
    return 256 - int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).bit_length()


def solved(challenge: str, bits: int) -> str:
    """The work done, as a program would; for tests and as an example."""
    counter = 0
    while leading_zero_bits(f"{challenge}~{counter}") < bits:
        counter += 1
    return f"{challenge}~{counter}"


def _numbers(subject: str | None) -> tuple[int, int] | None:
    """What our own signature vouches for."""
    if subject is None:
        return None
    bits, at, _ = subject.split("-")
    return int(bits), int(at)
