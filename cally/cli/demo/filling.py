"""Filling an empty instance through the features that people use: each booking is a real one, made at its time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import msgspec

from cally import accounts, bookings, hosts
from cally.bookings import Availability, Offer, offer_by_id
from cally.cli.demo import highlights, people
from cally.cli.demo.offers import Cast, cast
from cally.cli.demo.teaming import make_team
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, BookingRequest, Slot
from cally.model.hosts import EventType, Question
from cally.model.reminders import MessageSettings, Reminders
from cally.store import Store, jobs, messages
from cally.store import accounts as stored_accounts

DAY = 86_400
HOUR = 3_600
DAYS_BEFORE, DAYS_AHEAD = 63, 28
MADE_BEFORE_DAYS = 80  # hosts set up their pages long before their first booking
NOT_SENT = "Demo data is not sent."
NO_REMINDERS = MessageSettings(reminders=Reminders())  # invented guests are not reminded
PAGE = 500
CLI = Actor(kind="cli")
GUEST = Actor(kind="guest")
SYSTEM = Actor(kind="system")


class Filling:
    """One run, as of the day's first instant (UTC): the same seed and day give the same people, times and outcomes."""

    def __init__(self, store: Store, *, seed: int, now: int) -> None:
        self._store = store
        self._availability = Availability(store)
        self._dice = Random(seed)  # noqa: S311 - invented data, not a secret
        self._now = now - now % DAY
        self._owners: list[int] = []
        self.booked = 0

    async def require_empty(self) -> None:
        """Raise `conflict` when there are accounts: invented people do not belong among real ones."""
        if await stored_accounts.count(self._store.reader):
            sentence = "There are accounts already; the demo needs an empty database: set CALLY_STATE_DIR to a new one."
            raise CallyError("conflict", sentence)

    async def set_up(self, password: str) -> tuple[Cast, ...]:
        """The hosts, their schedules, event types and team."""
        today = datetime.fromtimestamp(self._now, UTC).date()
        shown = cast(today)
        for number, host in enumerate(shown):
            await self._host(host, password, self._now - MADE_BEFORE_DAYS * DAY + number * HOUR)
        self._owners = [host.id for host in await hosts.list_hosts(self._store.reader)]
        team = await make_team(self._store, now=self._now - (MADE_BEFORE_DAYS - 1) * DAY)
        self._owners.append(team.id)
        await highlights.make_room(self._store, now=self._now - (MADE_BEFORE_DAYS - 1) * DAY)
        return shown

    async def show_off(self) -> None:
        """Lessons every week, and a class with people in line; before chance fills the days."""
        for scene in (highlights.weekly_lessons, highlights.full_class):
            self.booked += await scene(self._store, self._availability, now=self._now)
        await self._keep_back_messages()

    async def days(self) -> list[tuple[Offer, int]]:
        """What is to be booked: each event type with each day (its midnight in UTC) of the demo's months."""
        found = []
        for owner_id in self._owners:
            for event_type in await hosts.list_event_types(self._store.reader, owner_id):
                offered = await offer_by_id(self._store.reader, event_type.id)
                found += [(offered, self._now + day * DAY) for day in range(-DAYS_BEFORE, DAYS_AHEAD)]
        self._dice.shuffle(found)
        return found

    async def book(self, offered: Offer, day: int) -> None:
        """Perhaps a booking or two of that day, and what becomes of them."""
        seats = offered.event_type.rules.seats
        if self._dice.random() > (0.45 if seats == 1 and offered.event_type.options.stay is None else 0.25):
            return
        made_at = self._made_at(day)
        slots = await self._availability.slots(offered, now=made_at, from_at=day, to_at=day + DAY)
        for slot in self._chosen(slots, seats):
            booking = await self._book(offered, slot, made_at)
            if booking is not None:
                self.booked += 1
                await self._outcome(booking, made_at)
        await self._keep_back_messages()

    async def _keep_back_messages(self) -> None:
        """No invented message is ever sent: each is marked, and its job is done."""
        while due := await jobs.list_due(self._store.reader, "mail", now=self._now + DAY, limit=PAGE):
            async with self._store.write() as tx:
                for job in due:
                    await messages.update_obsolete(tx, job.subject, answer=NOT_SENT, attempts=0)
                    await jobs.lease(tx, job, leased_until=self._now)
                    await jobs.finish(tx, msgspec.structs.replace(job, attempts=job.attempts + 1))

    async def _host(self, host: Cast, password: str, made_at: int) -> None:
        account = await accounts.create_account(
            self._store,
            email=host.email,
            name=host.name,
            role="admin" if host.role == "admin" else "host",
            password=password,
            slug=host.slug,
            tz=host.tz,
            locale=host.locale,
            now=made_at,
            actor=CLI,
            verified=True,
        )
        await hosts.update_host(
            self._store, account.id, about=host.about, week_starts_on=host.week_starts_on, now=made_at, actor=CLI
        )
        await hosts.set_message_settings(self._store, account.id, NO_REMINDERS, now=made_at, actor=CLI)
        await hosts.create_schedule(
            self._store, account.id, name=host.schedule_name, rules=host.schedule, now=made_at, actor=CLI
        )
        for draft in host.event_types:
            await hosts.create_event_type(self._store, account.id, draft, made_at, CLI)

    def _made_at(self, day: int) -> int:
        """When it was booked: one to eight days before, never in the future, at an hour of its own."""
        before = day - self._dice.randint(1, 8) * DAY + self._dice.randint(6, 20) * HOUR + self._dice.randint(0, 3_599)
        return min(before, self._now - self._dice.randint(1, 3 * DAY))

    def _chosen(self, slots: tuple[Slot, ...], seats: int) -> Iterator[Slot]:
        if not slots:
            return
        for _ in range(self._dice.choice((1, 1, 1, 2)) if seats == 1 else 1):
            slot = self._dice.choice(slots)
            yield from [slot] * (self._dice.randint(1, seats) if seats > 1 else 1)

    async def _book(self, offered: Offer, slot: Slot, made_at: int) -> Booking | None:
        """The booking; None when the slot went to another one just before."""
        guest = people.guest(self._dice)
        event_type, stay = offered.event_type, offered.event_type.options.stay
        asked = BookingRequest(
            host=offered.owner,
            event_type=event_type.slug,
            starts_at=slot.starts_at,
            guest=guest,
            companions=people.companions(self._dice, guest),
            answers=self._answers(event_type.questions),
            notes=people.notes(self._dice),
            nights=stay.nights_from if stay is not None else None,
            place=self._place(event_type),
            guest_phone=f"+44 20 7946 0{self._dice.randint(100, 999)}",
        )
        answer = await bookings.book(self._store, self._availability, asked, now=made_at, actor=GUEST)
        return answer.booking if isinstance(answer, Booked) else None

    def _place(self, event_type: EventType) -> int:
        return self._dice.randrange(len(event_type.places)) if event_type.places else 0

    def _answers(self, questions: tuple[Question, ...]) -> dict[str, str]:
        return {question.id: self._answer(question) for question in questions}

    def _answer(self, question: Question) -> str:
        if question.choices:
            return self._dice.choice(question.choices)
        if question.kind == "checkbox":
            return self._dice.choice(("yes", ""))
        return self._dice.choice(people.SUBJECTS if question.required else people.COMPANY)

    async def _outcome(self, booking: Booking, made_at: int) -> None:
        """What became of it until now: answered, called off, moved, or not kept."""
        host = Actor(kind="host", account_id=booking.host_id)
        past = booking.starts_at < self._now
        answered_at = min(made_at + self._dice.randint(HOUR, 20 * HOUR), booking.starts_at - HOUR, self._now)
        if booking.status == "pending" and not await self._answered(booking, answered_at, host, past=past):
            return
        chance = self._dice.random()
        if chance < 0.09:
            by = self._dice.choice((GUEST, GUEST, host))
            reason = self._dice.choice(people.REASONS)
            await bookings.cancel(self._store, booking.uid, reason=reason, now=answered_at, actor=by)
        elif chance < 0.14 and not booking.terms.approval:
            await self._move(booking, answered_at)
        elif chance < 0.20 and past:
            later = min(booking.ends_at + HOUR, self._now)
            await bookings.mark_no_show(self._store, booking.uid, now=later, actor=host)

    async def _answered(self, booking: Booking, at: int, host: Actor, *, past: bool) -> bool:
        """Whether a request was granted; those that lie ahead mostly still wait."""
        if not past and self._dice.random() < 0.6:
            return False
        if self._dice.random() < 0.15:
            reason = "I am sorry, I cannot help with this."
            await bookings.decline(self._store, booking.uid, reason=reason, now=at, actor=host)
            return False
        await bookings.approve(self._store, self._availability, booking.uid, now=at, actor=host)
        return True

    async def _move(self, booking: Booking, at: int) -> None:
        offered = await offer_by_id(self._store.reader, booking.event_type_id)
        day = booking.starts_at - booking.starts_at % DAY
        slots = await self._availability.slots(offered, now=at, from_at=day, to_at=day + 2 * DAY)
        if slots:
            starts_at = self._dice.choice(slots).starts_at
            await bookings.reschedule(self._store, self._availability, booking.uid, starts_at, now=at, actor=GUEST)
