"""What was refused at the door, for the audit log: gathered in memory, and never enough to fill a disk."""

from collections import Counter
from typing import NamedTuple

from cally.model.accounts import Actor
from cally.store import Store, audit

MINUTE = 60
MOST_OF_ONE_ADDRESS = 10
MOST_IN_A_MINUTE = 200
MOST_NAMED = 20
LEFT_OUT_SUBJECT = "audit:left-out"


class _Refusal(NamedTuple):
    at: int
    actor: Actor
    subject: str
    status: int


class Refusals:
    """Refused requests since the last `flush`: ten a minute of one address, 200 of all; the others are counted.

    A request that only looks must not change the database, so nothing is written before `flush`. What a crash takes
    along is what was refused in the seconds before it.
    """

    def __init__(self) -> None:
        self._minute = 0
        self._noted: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._pending: list[_Refusal] = []

    def note(self, now: int, actor: Actor, subject: str, status: int) -> None:
        """`actor` was refused `subject`, like `POST /admin/settings`, with this HTTP status."""
        minute = now // MINUTE
        if minute != self._minute:
            self._minute = minute
            self._noted.clear()
        address = actor.address
        if self._noted[address] >= MOST_OF_ONE_ADDRESS or self._noted.total() >= MOST_IN_A_MINUTE:
            few = address in self._left_out or len(self._left_out) < MOST_NAMED
            self._left_out[address if few else ""] += 1
            return
        self._noted[address] += 1
        self._pending.append(_Refusal(now, actor, subject, status))

    async def flush(self, store: Store, now: int) -> int:
        """Write what was gathered, and how much was left out; how many entries."""
        if not self._pending and not self._left_out:
            return 0
        pending, self._pending = self._pending, []
        left_out, self._left_out = self._left_out, Counter()
        async with store.write() as tx:
            for one in pending:
                tag = f"{one.actor.kind}:request:refuse"
                await audit.insert(tx, now=one.at, actor=one.actor, tag=tag, subject=one.subject, status=one.status)
            for address, number in left_out.items():
                actor = Actor(kind="guest", address=address)
                tag = "guest:request:left-out"
                await audit.insert(tx, now=now, actor=actor, tag=tag, subject=LEFT_OUT_SUBJECT, requests=number)
        return len(pending) + len(left_out)
