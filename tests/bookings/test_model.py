"""Booking, moving, cancelling, seats and the waitlist over the real store, step by step against plain Python.

The model says beforehand what each act must lead to; after every step the store, the pages and the line are compared
with it. Where a team has several free hosts, the store's choice is adopted once it is seen that they were free.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from cally import bookings as room
from cally.bookings import Availability, offer
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, BookingRequest, Companion, Guest, Hold
from cally.model.options import EventTypeOptions
from cally.model.rules import EventTypeRules
from cally.store import Store, bookings, event_types, messages, occupancy, open_store, waitlist
from cally.vault import Vault
from tests import cast
from tests.bookings.plain import Booked as Agreed
from tests.bookings.plain import Claim, Kind, Waiter, World
from tests.cast import AS_CLEO, HOUR, NOW, at
from tests.conftest import KEY

AS_HOST = Actor(kind="host", account_id=1, address="192.0.2.1")
FIRST = at("2026-09-21 11:00")  # one o'clock in Berlin on the day the tests begin, so that time runs out, too
STARTS = [FIRST + number * HOUR for number in range(3)]
KINDS = {
    "talk": Kind("talk", ("ada",), line=True),
    "request": Kind("request", ("ada",), approval=True),
    "yoga": Kind("yoga", ("ada",), seats=3, line=True),
    "quick": Kind("quick", ("ben",), minutes=30, gap=15 * 60),
    "support": Kind("support", ("ada", "ben"), line=True),
}
NAMES = st.sampled_from(["Cleo", "Dora", "Emil", "Finn", "Gil"])


async def _prepare(file: Path) -> None:
    """Ada, Ben and their team with all that they offer."""
    store = open_store(file, Vault(KEY).database_key)
    hosts = {name.lower(): await cast.host(store, name) for name in ("Ada", "Ben")}
    for kind in KINDS.values():
        rules = EventTypeRules(duration_minutes=kind.minutes, buffer_after_minutes=kind.gap // 60, seats=kind.seats)
        if len(kind.hosts) > 1:
            rules = msgspec.structs.replace(rules, assignment="round_robin")
            made = await cast.team_event_type(store, tuple(hosts.values()), rules)
        else:
            hours = await cast.schedule(store, hosts[kind.hosts[0]])
            made = await cast.event_type(store, hours, kind.name, rules=rules, approval=kind.approval)
        async with store.write() as tx:
            options = EventTypeOptions(waitlist=kind.line)
            await event_types.update(tx, msgspec.structs.replace(made, options=options), now=NOW)
    await store.close()


def _template() -> Path:
    folder = Path(tempfile.mkdtemp())
    asyncio.run(_prepare(folder / "cally.db"))
    return folder


class Calendars(RuleBasedStateMachine):
    """Two hosts and their team, at work."""

    made = Bundle("made")
    held = Bundle("held")
    waiting = Bundle("waiting")
    template: Path | None = None

    def __init__(self) -> None:
        super().__init__()
        if Calendars.template is None:
            Calendars.template = _template()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(Calendars.template, self.folder, dirs_exist_ok=True)
        self.runner = asyncio.Runner()
        self.now = NOW
        self.world = World(dict(KINDS))

    @initialize()
    def open(self) -> None:
        """The store, as it was prepared."""
        self.store = self.do(_opened(self.folder / "cally.db"))
        self.availability = Availability(self.store)
        self.owners = {host: self.do(self._host_id(host)) for host in ("ada", "ben")}

    def teardown(self) -> None:
        """Nothing is left behind."""
        if hasattr(self, "store"):
            self.do(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    # ---- what guests and hosts do
    @rule(target=made, kind=st.sampled_from(["yoga", "yoga", "talk", "support"]), start=st.sampled_from(STARTS))
    def crowd_in(self, kind: str, start: int) -> Any:
        """Guest after guest, until one is refused."""
        found: list[str] = []
        for name in ("Ina", "Jan", "Kim", "Lea", "Max", "Nia"):
            uid = self._book(kind, start, name, 0, None)
            if not isinstance(uid, str):
                break
            found.append(uid)
        return multiple(*found)

    @precondition(lambda self: self.full())
    @rule(target=waiting, data=st.data(), name=NAMES)
    def join_what_is_full(self, data: Any, name: str) -> Any:
        """A guest waits."""
        kind, start = data.draw(st.sampled_from(self.full()))
        return self._join(kind, start, name)

    @precondition(lambda self: self.offered())
    @rule(data=st.data(), brings=st.integers(0, 1))
    def accept_what_is_offered(self, data: Any, brings: int) -> None:
        """A guest takes what is offered."""
        self._accept(data.draw(st.sampled_from(self.offered())), brings)

    @precondition(lambda self: self.waited_for())
    @rule(data=st.data())
    def cancel_what_is_waited_for(self, data: Any) -> None:
        """Something comes free."""
        self.cancel(data.draw(st.sampled_from(self.waited_for())))

    def full(self) -> list[tuple[str, int]]:
        """Kinds and starts that can be waited for."""
        kinds = [kind for kind in self.world.kinds.values() if kind.line]
        return [(kind.name, start) for kind in kinds for start in STARTS if self.world.is_full(kind, start, self.now)]

    def offered(self) -> list[str]:
        """Who may take an offer."""
        return [one.uid for one in self.world.line if one.state == "offered"]

    def waited_for(self) -> list[str]:
        """Bookings that stand in the way of somebody who waits."""
        slots = {(one.kind, one.start) for one in self.world.line if one.state == "waiting"}
        booked = self.world.booked.values()
        return [one.uid for one in booked if (one.kind, one.start) in slots and one.status in {"pending", "confirmed"}]

    @rule(
        target=made,
        kind=st.sampled_from(sorted(KINDS)),
        start=st.sampled_from(STARTS),
        name=NAMES,
        brings=st.integers(0, 2),
    )
    def book(self, kind: str, start: int, name: str, brings: int) -> Any:
        """A guest books."""
        return self._book(kind, start, name, brings, None)

    @rule(target=made, held=consumes(held), name=NAMES)
    def book_what_is_held(self, held: tuple[str, str, int], name: str) -> Any:
        """A guest books what they hold."""
        uid, kind, start = held
        return self._book(kind, start, name, 0, uid)

    @rule(target=held, kind=st.sampled_from(sorted(KINDS)), start=st.sampled_from(STARTS))
    def hold(self, kind: str, start: int) -> Any:
        """A guest types."""
        host, slug = _address(kind)
        answer = self.do(
            room.hold(self.store, self.availability, host=host, event_type=slug, starts_at=start, now=self.now)
        )
        mine = self.world.kinds[kind]
        self._before(mine)
        free = self.world.free_hosts(mine, start, self.now)
        assert isinstance(answer, Hold) == bool(free), (answer, free)
        if not isinstance(answer, Hold):
            return multiple()
        self.world.take(answer.uid, mine, self._host_of(answer.uid, free), start, 1, until=self.now + 600)
        return answer.uid, kind, start

    @rule(held=consumes(held))
    def release(self, held: tuple[str, str, int]) -> None:
        """A guest gives up."""
        self.do(room.release(self.store, held[0]))
        self.world.claims.pop(held[0], None)

    @rule(uid=made)
    def cancel(self, uid: str) -> None:
        """A guest cancels."""
        booking = self.world.booked[uid]
        refused = booking.status == "declined" or (booking.status != "cancelled" and booking.start <= self.now)
        self._tried(room.cancel(self.store, uid, reason="", now=self.now, actor=AS_CLEO), refused)
        if not refused and booking.status != "cancelled":
            self.world.end(uid, "cancelled")
            self.world.serve([booking.host], self.now, self._chosen)

    @rule(uid=made)
    def decline(self, uid: str) -> None:
        """A host says no."""
        booking = self.world.booked[uid]
        refused = booking.status not in {"pending", "declined"}
        self._tried(room.decline(self.store, uid, reason="", now=self.now, actor=AS_HOST), refused)
        if booking.status == "pending":
            self.world.end(uid, "declined")
            self.world.serve([booking.host], self.now, self._chosen)

    @rule(uid=made)
    def approve(self, uid: str) -> None:
        """A host says yes."""
        booking = self.world.booked[uid]
        refused = booking.status not in {"pending", "confirmed"} or (
            booking.status == "pending" and booking.start <= self.now
        )
        answer = self._tried(room.approve(self.store, self.availability, uid, now=self.now, actor=AS_HOST), refused)
        if not refused:
            assert isinstance(answer, Booking)
            booking.status = "confirmed"

    @rule(uid=made, start=st.sampled_from(STARTS), by_host=st.booleans())
    def move(self, uid: str, start: int, by_host: bool) -> None:
        """A guest or a host moves a booking."""
        booking, kind = self.world.booked[uid], self.world.kinds[self.world.booked[uid].kind]
        is_live = booking.status in {"pending", "confirmed"}
        refused = not is_live or (booking.start != start and booking.start <= self.now)
        actor = AS_HOST if by_host else AS_CLEO
        moving = room.reschedule(self.store, self.availability, uid, start, now=self.now, actor=actor)
        answer = self._tried(moving, refused)
        if refused or booking.start == start:
            return
        self.world.clear(self.now, self._chosen)
        if not by_host:
            self.world.serve(kind.hosts, self.now, self._chosen)
        free = self.world.free_hosts(kind, start, self.now, seats=booking.seats, without=uid, alone=not booking.seat)
        assert isinstance(answer, Booking) == bool(free), (answer, free)
        if free:
            self._moved(booking, kind, start, free, by_host=by_host)

    @rule(target=waiting, kind=st.sampled_from(["talk", "yoga", "support"]), start=st.sampled_from(STARTS), name=NAMES)
    def join(self, kind: str, start: int, name: str) -> Any:
        """A guest wants to wait, whether that makes sense or not."""
        return self._join(kind, start, name)

    def _join(self, kind: str, start: int, name: str) -> Any:
        host, slug = _address(kind)
        mine = self.world.kinds[kind]
        try:
            entry = self.do(
                room.join(
                    self.store,
                    host=host,
                    event_type=slug,
                    starts_at=start,
                    guest=_guest(name),
                    now=self.now,
                    actor=AS_CLEO,
                )
            )
        except CallyError as error:
            assert error.code == "conflict"  # noqa: PT017 - whether it is refused is for the model to say
            before = self._copy()
            self._before(mine)
            assert not self.world.is_full(mine, start, self.now)
            self.world = before  # refused: nothing of it has happened
            return multiple()
        self._before(mine)
        assert self.world.is_full(mine, start, self.now)
        self.world.line.append(Waiter(entry.uid, kind, start, entry.guest.email))
        return entry.uid

    @rule(uid=waiting)
    def leave(self, uid: str) -> None:
        """A guest waits no more."""
        waiter = self._waiter(uid)
        self.do(room.leave(self.store, uid, now=self.now, actor=AS_CLEO))
        if waiter.state in {"waiting", "offered"}:
            self.world.withdraw(waiter, "left", self.now, self._chosen)

    @rule(uid=waiting, brings=st.integers(0, 1))
    def accept(self, uid: str, brings: int) -> None:
        """A guest takes what may be offered."""
        self._accept(uid, brings)

    def _accept(self, uid: str, brings: int) -> None:
        waiter = self._waiter(uid)
        kind, was = self.world.kinds[waiter.kind], waiter.state
        refused = was not in {"offered", "accepted"} or (was == "offered" and waiter.until <= self.now)
        request = _request("", waiter.start, "", brings)
        answer = self._tried(
            room.accept(self.store, self.availability, uid, request, now=self.now, actor=AS_CLEO), refused
        )
        if refused or was == "accepted":
            return
        seats = 1 + brings if kind.seats > 1 else 1
        free = self.world.free_hosts(kind, waiter.start, self.now, seats=seats, without=waiter.hold or "")
        assert isinstance(answer, Booked) == bool(free), (answer, free)
        if isinstance(answer, Booked):
            del self.world.claims[waiter.hold or ""]
            waiter.state, waiter.hold = "accepted", None
            self._agreed(answer.booking, kind, waiter.start, seats, free)
            self._leave_others(waiter)

    @rule(uid=waiting)
    def offer_out_of_turn(self, uid: str) -> None:
        """A host asks somebody."""
        waiter = self._waiter(uid)
        before = self._copy()
        try:
            self.do(room.offer_by_hand(self.store, uid, now=self.now, actor=AS_HOST))
            offered = True
        except CallyError as error:
            assert error.code == "conflict"  # noqa: PT017 - whether it is refused is for the model to say
            offered = False
        if waiter.state == "waiting":
            self.world.clear(self.now, self._chosen)
            mine = self._waiter(uid)
            expected = mine.state == "waiting" and self.world.offer(mine, self.now, self._chosen)
            assert offered == expected
        if not offered:
            self.world = before

    @rule(minutes=st.sampled_from([1, 9, 40]))
    def wait(self, minutes: int) -> None:
        """Time goes by."""
        self.now += minutes * 60

    @rule()
    def let_the_job_run(self) -> None:
        """The recurring job."""
        self.do(room.turn_waitlist(self.store, self.now))
        if any(one.state == "offered" and one.until <= self.now for one in self.world.line):
            self.world.clear(self.now, self._chosen)
        seen = set()
        for waiter in [one for one in self.world.line if one.state == "waiting"]:
            kind = self.world.kinds[waiter.kind]
            if waiter.start <= self.now:
                waiter.state = "over" if waiter.state == "waiting" else waiter.state
            elif (waiter.kind, waiter.start) not in seen:
                seen.add((waiter.kind, waiter.start))
                if self.world.free_hosts(kind, waiter.start, self.now):
                    self.world.serve(kind.hosts, self.now, self._chosen)

    @rule(seats=st.integers(2, 5))
    def change_the_seats(self, seats: int) -> None:
        """The host has more chairs, or fewer."""
        taken: dict[int, int] = {}
        for claim in self.world.claims.values():
            if claim.kind == "yoga":
                taken[claim.start] = taken.get(claim.start, 0) + claim.seats
        if seats >= max(taken.values(), default=0):
            self.do(self._resize(seats))
            kind = self.world.kinds["yoga"]
            self.world.kinds["yoga"] = Kind(kind.name, kind.hosts, seats=seats, line=True)

    @rule(uid=made)
    def cancel_the_whole_session(self, uid: str) -> None:
        """The host is ill."""
        booking = self.world.booked[uid]
        if not booking.seat:
            return
        session = self.do(self._session(uid))
        same = [
            one
            for one in self.world.booked.values()
            if (one.kind, one.start) == (booking.kind, booking.start) and one.status in {"pending", "confirmed"}
        ]
        refused = bool(same) and booking.start <= self.now
        acting = room.cancel_session(self.store, session, reason="", now=self.now, actor=AS_HOST)
        self._tried(acting, refused)
        if refused:
            return
        line = [one for one in self.world.line if (one.kind, one.start) == (booking.kind, booking.start)]
        for waiter in sorted(
            (one for one in line if one.state in {"waiting", "offered"}), key=lambda one: one.state == "offered"
        ):
            self.world.withdraw(waiter, "over", self.now, self._chosen)
        for one in same:
            self.world.end(one.uid, "cancelled")

    # ---- what must be so after every step
    @invariant()
    def the_store_has_what_it_must(self) -> None:
        """Claims, bookings and the line are as the model says; nobody was told twice."""
        if hasattr(self, "store"):
            self.do(self._compare())

    @invariant()
    def the_pages_show_what_can_be_had(self) -> None:
        """Free times and full ones are as the model says."""
        if hasattr(self, "store"):
            for kind in self.world.kinds.values():
                free, full = self.do(self._shown(kind))
                assert free == [s for s in STARTS if self.world.free_hosts(kind, s, self.now)], kind
                wanted = [s for s in STARTS if kind.line and self.world.is_full(kind, s, self.now)]
                assert full == wanted, kind

    async def _compare(self) -> None:
        db = self.store.reader
        claimed = []
        for host, owner in self.owners.items():
            rows = await occupancy.list_between(db, owner, NOW, NOW + 86_400)
            claimed += [(host, row.event_type_id, row.starts_at, row.ends_at, row.seats_taken) for row in rows]
            _require_no_overlap(rows)
        ours = [(one.host, one.start, one.end, one.seats) for one in self.world.claims.values()]
        assert sorted((host, start, end, seats) for host, _, start, end, seats in claimed) == sorted(ours)
        for uid, agreed in self.world.booked.items():
            booking = await bookings.by_uid(db, uid)
            assert booking is not None
            assert (booking.status, booking.starts_at, booking.host_id) == (
                agreed.status,
                agreed.start,
                self.owners[agreed.host],
            )
        for waiter in self.world.line:
            entry = await waitlist.by_uid(db, waiter.uid)
            assert entry is not None
            assert (entry.state, waiter.kind) == (waiter.state, waiter.kind), waiter
            if waiter.state == "offered":
                assert entry.expires_at == waiter.until
        told = await messages.list_latest(db, host_id=None, state=None, before=None, limit=100_000)
        lines = [(message.waitlist_id, message.kind) for message in told if message.waitlist_id is not None]
        assert len(lines) == len(set(lines)), "somebody was told twice"

    async def _shown(self, kind: Kind) -> tuple[list[int], list[int]]:
        found = await offer(self.store.reader, *_address(kind.name))
        asked = {"now": self.now, "from_at": STARTS[0], "to_at": STARTS[-1] + kind.seconds}
        free = await self.availability.slots(found, **asked)
        full = await self.availability.full(found, **asked)
        at_hours = [slot.starts_at for slot in free if slot.starts_at in STARTS]
        return at_hours, [slot.starts_at for slot in full]

    # ---- how it is done
    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run it to its end."""
        return self.runner.run(work)

    def _tried(self, work: Coroutine[Any, Any, Any], refused: bool) -> Any:
        """Do it; a conflict exactly when one is expected."""
        try:
            answer = self.do(work)
        except CallyError as error:
            assert refused, error  # noqa: PT017 - whether it is refused is for the model to say
            assert error.code == "conflict"  # noqa: PT017 - whether it is refused is for the model to say
            return None
        assert not refused
        return answer

    def _book(self, kind: str, start: int, name: str, brings: int, held: str | None) -> Any:
        host, slug = _address(kind)
        mine = self.world.kinds[kind]
        seats = 1 + brings if mine.seats > 1 else 1
        request = _request(slug, start, name, brings, host=host, hold=held)
        booking = room.book(self.store, self.availability, request, now=self.now, actor=AS_CLEO)
        try:
            answer = self.do(booking)
        except CallyError as error:
            assert error.facts["field"] == "companions"  # noqa: PT017 - whether it is refused is for the model to say
            assert seats > mine.seats
            return multiple()
        assert seats <= mine.seats
        self._before(mine)
        free = self.world.free_hosts(mine, start, self.now, seats=seats, without=held or "")
        assert isinstance(answer, Booked) == bool(free), (answer, free)
        if not isinstance(answer, Booked):
            assert all(
                self.world.free_hosts(mine, one, self.now, seats=seats) for one in answer.alternatives if one in STARTS
            )
            return multiple()
        self.world.claims.pop(held or "", None)
        self._agreed(answer.booking, mine, start, seats, free)
        return answer.booking.uid

    def _agreed(self, booking: Booking, kind: Kind, start: int, seats: int, free: list[str]) -> None:
        host = self._host_of(booking.uid, free)
        status = "pending" if kind.approval else "confirmed"
        self.world.take(booking.uid, kind, host, start, seats)
        self.world.booked[booking.uid] = Agreed(
            booking.uid, kind.name, host, start, start + kind.seconds, seats, kind.seats > 1, status
        )

    def _moved(self, booking: Agreed, kind: Kind, start: int, free: list[str], *, by_host: bool) -> None:
        was = booking.host
        booking.host = was if was in free else self._host_of(booking.uid, free)
        booking.start, booking.end = start, start + kind.seconds
        if kind.approval and not by_host:
            booking.status = "pending"
        del self.world.claims[booking.uid]
        self.world.take(booking.uid, kind, booking.host, start, booking.seats, shared=booking.seat)
        self.world.serve([was], self.now, self._chosen)

    def _leave_others(self, accepted: Waiter) -> None:
        for waiter in self.world.line:
            same = (waiter.kind, waiter.start, waiter.email) == (accepted.kind, accepted.start, accepted.email)
            if same and waiter.state in {"waiting", "offered"}:
                self.world.withdraw(waiter, "left", self.now, self._chosen)

    def _before(self, kind: Kind) -> None:
        """What every guest's act begins with: what ran out is gone, and those who wait come first."""
        self.world.clear(self.now, self._chosen)
        self.world.serve(kind.hosts, self.now, self._chosen)

    def _host_of(self, uid: str, free: list[str]) -> str:
        """The only host who could be taken, or the one of several who was."""
        taken = free[0] if len(free) == 1 else self.do(self._owner_of(uid))
        assert taken in free
        return str(taken)

    def _chosen(self, uid: str, free: list[str]) -> str:
        """The host who was taken for an offer."""
        if len(free) == 1:
            return free[0]
        entry = self.do(waitlist_entry(self.store, uid))
        return self._host_of(entry.hold_uid or "", free)

    async def _owner_of(self, uid: str) -> str:
        for host, owner in self.owners.items():
            rows = await occupancy.list_between(self.store.reader, owner, NOW, NOW + 86_400)
            if any(row.uid == uid for row in rows):
                return host
        raise AssertionError(f"{uid} has no host")

    async def _host_id(self, slug: str) -> int:
        found = await offer(self.store.reader, slug, "talk" if slug == "ada" else "quick")
        return found.host.id

    async def _resize(self, seats: int) -> None:
        found = (await offer(self.store.reader, "ada", "yoga")).event_type
        rules = msgspec.structs.replace(found.rules, seats=seats)
        async with self.store.write() as tx:
            await event_types.update(tx, msgspec.structs.replace(found, rules=rules), now=self.now)

    async def _session(self, uid: str) -> str:
        booking = await bookings.by_uid(self.store.reader, uid)
        assert booking is not None
        found = await room.session_of(self.store.reader, booking)
        assert found is not None
        return found.session.uid

    def _waiter(self, uid: str) -> Waiter:
        return next(one for one in self.world.line if one.uid == uid)

    def _copy(self) -> World:
        copied = World(dict(self.world.kinds))
        copied.claims = {uid: Claim(**vars(claim)) for uid, claim in self.world.claims.items()}
        copied.booked = {uid: Agreed(**vars(one)) for uid, one in self.world.booked.items()}
        copied.line = [Waiter(**vars(one)) for one in self.world.line]
        return copied


async def _opened(file: Path) -> Store:
    return open_store(file, Vault(KEY).database_key)


async def waitlist_entry(store: Store, uid: str) -> Any:
    """The entry as it is stored."""
    return await waitlist.by_uid(store.reader, uid)


def _require_no_overlap(rows: list[Any]) -> None:
    """No two claims of one host meet, but for the seats of one session."""
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            together = one.session is not None and one.session == other.session
            assert together or one.ends_at + one.buffer_after <= other.starts_at, (one, other)


def _address(kind: str) -> tuple[str, str]:
    return ("team:support", "intro") if kind == "support" else (KINDS[kind].hosts[0], kind)


def _guest(name: str) -> Guest:
    return Guest(name=name, email=f"{name.lower()}@example.org", tz="UTC")


def _request(
    slug: str, start: int, name: str, brings: int, *, host: str = "", hold: str | None = None
) -> BookingRequest:
    return BookingRequest(
        host=host,
        event_type=slug,
        starts_at=start,
        guest=_guest(name),
        companions=tuple(Companion(email=f"friend{number}@example.org") for number in range(brings)),
        hold=hold,
    )


TestCalendars = Calendars.TestCase
TestCalendars.settings = settings(
    max_examples=50, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCalendars = pytest.mark.rule(58)(pytest.mark.rule(59)(pytest.mark.rule(60)(TestCalendars)))
