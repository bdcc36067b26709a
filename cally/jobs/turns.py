"""Whose job is next: the most urgent first, and those for whom work is done in turns, whatever heap one of them has."""

from collections import Counter
from collections.abc import Collection, Iterator

from cally.model.jobs import PATIENT, PRIORITIES, Priority
from cally.model.messages import Job
from cally.store import Reader, jobs

PLACES = 5
NOBODY = 0
BEFORE_ALL = -1


class Turns:
    """The order of the jobs of each kind, remembered between picks: a round goes on where it stopped.

    Each kind has so many places of its own, so that none can starve another. One of them is kept from an owner who has
    all the others, and from what has time: however slow those are, the next person's message finds it free.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[str, Priority], int] = {}

    async def next(self, db: Reader, kind: str, running: Collection[Job]) -> list[Job]:
        """The jobs of a kind to begin now, beside those that run; costs the same for any length of the queue."""
        room = _Room(kind, running)
        found: list[Job] = []
        priority = await jobs.most_urgent(db, kind) if room.free else None
        while priority is not None and room.free:
            found += await self._of(db, kind, priority, room)
            priority = await jobs.most_urgent(db, kind, least=priority + 1) if priority < PRIORITIES[-1] else None
        return found

    async def _of(self, db: Reader, kind: str, priority: Priority, room: "_Room") -> list[Job]:
        """Deal: each owner's longest due one, then their next ones; no more is read than there are places for."""
        owners = await self._round(db, kind, priority, room.free + 1)
        dealt: list[Job] = []
        for limit in (-(-room.free // len(owners)) if owners else 0, PLACES):
            if not room.free:
                break
            hands = [
                await jobs.list_ready(db, kind, priority, owner, limit=limit)
                for owner in owners
                if room.for_owner(owner, priority) > 0
            ]
            for job in _dealt(hands):
                if job not in dealt and room.take(job):
                    dealt.append(job)
                    self._last[kind, priority] = job.owner
        return dealt

    async def _round(self, db: Reader, kind: str, priority: Priority, most: int) -> list[int]:
        """The owners whose turn is next: one more than there are places, for one may have had their share."""
        after = self._last.get((kind, priority), BEFORE_ALL)
        owners: list[int] = []
        around = False
        while len(owners) < most:
            owner = await jobs.next_owner(db, kind, priority, after=after)
            if owner is None and not around:
                around, after = True, BEFORE_ALL
            elif owner is None or owner in owners:
                break
            else:
                owners.append(owner)
                after = owner
        return owners


def _dealt(hands: list[list[Job]]) -> Iterator[Job]:
    """The first of each hand, then the second of each."""
    for depth in range(PLACES):
        for hand in hands:
            if depth < len(hand):
                yield hand[depth]


class _Room:
    """The places of a kind, and who has them."""

    def __init__(self, kind: str, running: Collection[Job]) -> None:
        mine = [job for job in running if job.kind == kind]
        self.free = PLACES - len(mine)
        self._owners = Counter(job.owner for job in mine)
        self._patient = sum(job.priority == PATIENT for job in mine)

    def for_owner(self, owner: int, priority: Priority) -> int:
        """How many places are left for an owner's jobs of that priority."""
        most = self.free
        if owner != NOBODY:
            most = min(most, PLACES - 1 - self._owners[owner])
        if priority == PATIENT:
            most = min(most, PLACES - 1 - self._patient)
        return most

    def take(self, job: Job) -> bool:
        """Give it a place; False when there is none for it."""
        if self.for_owner(job.owner, job.priority) <= 0:
            return False
        self.free -= 1
        self._owners[job.owner] += 1
        self._patient += job.priority == PATIENT
        return True
