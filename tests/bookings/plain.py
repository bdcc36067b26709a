"""What must be so, in plain Python: claims on two hosts' time, seats, a line; no code is shared with the product."""

from dataclasses import dataclass, field
from typing import Literal

DAY = 86_400
OFFER, SHORTEST, LONGER = 4 * 3_600, 900, 600
HOLD = 600


@dataclass(frozen=True)
class Kind:
    """An event type: whose, how long, with what gap after it, how many seats, whether it asks and keeps a line."""

    name: str
    hosts: tuple[str, ...]
    minutes: int = 60
    gap: int = 0
    seats: int = 1
    approval: bool = False
    line: bool = False

    @property
    def seconds(self) -> int:
        """How long it lasts."""
        return self.minutes * 60


@dataclass
class Claim:
    """A stretch of one host's time; `until` is when a hold ends. `shared`: others may join it."""

    uid: str
    host: str
    kind: str
    start: int
    end: int
    gap: int
    seats: int
    shared: bool
    until: int | None = None


@dataclass
class Booked:
    """A booking as it should be; `seat`: it was made as one of several."""

    uid: str
    kind: str
    host: str
    start: int
    end: int
    seats: int
    seat: bool
    status: str


@dataclass
class Waiter:
    """Somebody in a line; `until` is when their offer ends."""

    uid: str
    kind: str
    start: int
    email: str
    state: Literal["waiting", "offered", "accepted", "missed", "left", "over"] = "waiting"
    hold: str | None = None
    until: int | None = None


@dataclass
class World:
    """All that is taken and waited for. `chosen(uid)` tells which host a claim was given where several were free."""

    kinds: dict[str, Kind]
    claims: dict[str, Claim] = field(default_factory=dict)
    booked: dict[str, Booked] = field(default_factory=dict)
    line: list[Waiter] = field(default_factory=list)

    def free_hosts(
        self,
        kind: Kind,
        start: int,
        now: int,
        *,
        seats: int = 1,
        without: str = "",
        alone: bool = False,
        own: bool = True,
    ) -> list[str]:
        """The hosts who can be had; `alone`: in no session; `own=False`: as if the kind had no claims."""
        if start < now:
            return []
        ignored = {
            claim.uid
            for claim in self.claims.values()
            if claim.uid == without
            or (claim.until is not None and claim.until <= now)
            or (not own and claim.kind == kind.name)
        }
        return [
            host
            for host in kind.hosts
            if self._fits(
                kind, start, seats, alone, [c for c in self.claims.values() if c.host == host and c.uid not in ignored]
            )
        ]

    def _fits(self, kind: Kind, start: int, seats: int, alone: bool, claims: list[Claim]) -> bool:
        end, together = start + kind.seconds, 0
        for claim in claims:
            joins = kind.seats > 1 and not alone and claim.shared and claim.kind == kind.name
            if joins and (claim.start, claim.end) == (start, end):
                together += claim.seats
            elif start < claim.end + claim.gap and claim.start < end + kind.gap:
                return False
        return together == 0 or together + seats <= kind.seats

    def is_full(self, kind: Kind, start: int, now: int) -> bool:
        """Whether it is taken by its own kind alone, so that it can be waited for."""
        begins = any(
            (claim.kind, claim.start, claim.end) == (kind.name, start, start + kind.seconds)
            and (claim.until is None or claim.until > now)
            for claim in self.claims.values()
        )
        taken = not self.free_hosts(kind, start, now)
        return begins and taken and bool(self.free_hosts(kind, start, now, own=False))

    def clear(self, now: int, chosen) -> None:
        """Offers that ran out go on, then what was held in vain is free."""
        for waiter in [one for one in self.line if one.state == "offered" and one.until <= now]:
            self.withdraw(waiter, "missed", now, chosen)
        self._forget(now)

    def _forget(self, now: int) -> None:
        for uid in [claim.uid for claim in self.claims.values() if claim.until is not None and claim.until <= now]:
            del self.claims[uid]

    def withdraw(self, waiter: Waiter, state: str, now: int, chosen) -> None:
        """Somebody is out of the line; what they were offered goes on."""
        hold, waiter.state, waiter.hold = waiter.hold, state, None
        if hold is not None:
            self.claims.pop(hold, None)
            self.serve(self.kinds[waiter.kind].hosts, now, chosen)

    def serve(self, hosts, now: int, chosen) -> None:
        """First in, first offered: whoever waits for these hosts and can have what they wait for."""
        refused = set()
        for waiter in self.line:
            kind = self.kinds[waiter.kind]
            if waiter.state != "waiting" or (waiter.kind, waiter.start) in refused or not set(hosts) & set(kind.hosts):
                continue
            if self._is_asked(waiter):
                continue
            if not self.offer(waiter, now, chosen):
                refused.add((waiter.kind, waiter.start))

    def offer(self, waiter: Waiter, now: int, chosen) -> bool:
        """Offer somebody what they wait for, if it can be had and the time is worth it."""
        kind = self.kinds[waiter.kind]
        until = min(waiter.start, now + max(SHORTEST, min(OFFER, (waiter.start - now) // 4)))
        free = self.free_hosts(kind, waiter.start, now)
        if until < now + 60 or not free:
            return False
        self._forget(now)
        waiter.state, waiter.until, waiter.hold = "offered", until, f"offer of {waiter.uid}"
        host = chosen(waiter.uid, free)
        assert host in free, f"{waiter} was offered the time of {host}, who is not free"
        self.take(waiter.hold, kind, host, waiter.start, 1, until=until + LONGER)
        return True

    def take(
        self,
        uid: str,
        kind: Kind,
        host: str,
        start: int,
        seats: int,
        *,
        shared: bool | None = None,
        until: int | None = None,
    ) -> None:
        """Claim a host's time."""
        together = kind.seats > 1 if shared is None else shared
        self.claims[uid] = Claim(uid, host, kind.name, start, start + kind.seconds, kind.gap, seats, together, until)

    def end(self, uid: str, status: str) -> None:
        """A booking is no more."""
        self.booked[uid].status = status
        del self.claims[uid]

    def _is_asked(self, waiter: Waiter) -> bool:
        return any(
            (one.kind, one.start, one.email, one.state) == (waiter.kind, waiter.start, waiter.email, "offered")
            for one in self.line
        )
