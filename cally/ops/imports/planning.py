"""The plan of an import: what is new, what is here already, what is changed and what cannot come, each with why.

It only reads. Bringing over goes by the same plan, made anew, so that a dry run says exactly what happens.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec

from cally.bookings.erasing import fingerprint
from cally.errors import CallyError
from cally.hosts.drafts import EventTypeDraft, checked
from cally.hosts.rules import checked_schedule
from cally.hosts.shares import Share, checked_shares
from cally.model.imports import (
    NOUNS,
    Bundle,
    ForeignBooking,
    ForeignEventType,
    ForeignHost,
    ForeignSchedule,
    ForeignShare,
    ForeignTeam,
    ForeignTimeOff,
    ImportChoices,
    ImportNote,
    ImportNoun,
    ImportReport,
    Tally,
    Verb,
)
from cally.model.slugs import LONGEST, RESERVED, slug_from
from cally.ops.imports.claims import OVERLAP, Claims, claim_of, is_live, row_session
from cally.ops.imports.narrowing import narrowed
from cally.store import Reader, accounts, event_types, guest_requests, hosts, imports, schedules, teams, time_off
from cally.store import bookings as kept_bookings
from cally.store.bookings import LONGEST_SECONDS
from cally.vault import Vault

BREATH = 20
MOST_SHOWN = 2_000
Other = Callable[[str], Awaitable[Any]]


@dataclass
class Plan:
    """What is to be written, in order, with the rows that stand for what is here; and the report of it.

    `rows` has the row of each thing by noun and key, `slugs` the address of each new one; `bare` are bookings whose
    buffers do not fit.
    """

    bundle: Bundle
    hosts: list[ForeignHost] = field(default_factory=list)
    schedules: list[ForeignSchedule] = field(default_factory=list)
    teams: list[ForeignTeam] = field(default_factory=list)
    event_types: list[ForeignEventType] = field(default_factory=list)
    time_off: list[ForeignTimeOff] = field(default_factory=list)
    bookings: list[ForeignBooking] = field(default_factory=list)
    rows: dict[tuple[ImportNoun, str], int] = field(default_factory=dict)
    slugs: dict[tuple[ImportNoun, str], str] = field(default_factory=dict)
    bare: set[str] = field(default_factory=set)
    notes: list[ImportNote] = field(default_factory=list)
    known: Counter[ImportNoun] = field(default_factory=Counter)
    over: int = 0

    @property
    def total(self) -> int:
        """How many things are new."""
        return sum(len(self.new(noun)) for noun in NOUNS)

    def new(self, noun: ImportNoun) -> list[str]:
        """The keys of the new things of a noun."""
        lists: dict[ImportNoun, list[str]] = {
            "host": [one.key for one in self.hosts],
            "schedule": [one.key for one in self.schedules],
            "team": [one.key for one in self.teams],
            "event type": [one.key for one in self.event_types],
            "time off": [one.key for one in self.time_off],
            "booking": [one.key for one in self.bookings],
        }
        return lists[noun]

    def note(self, noun: ImportNoun, verb: Verb, name: str, sentence: str) -> None:
        """One line of the report."""
        self.notes.append(ImportNote(noun=noun, verb=verb, name=name[:120], sentence=sentence))

    def is_there(self, noun: ImportNoun, key: str) -> bool:
        """Whether a thing is here, or comes."""
        return (noun, key) in self.rows or (noun, key) in self.slugs

    def report(self) -> ImportReport:
        """What the plan comes to."""
        coming = {noun for noun in NOUNS if self.new(noun)}
        told = (one for one in self.notes if one.verb != "changed" or one.noun in coming)
        notes = sorted(told, key=lambda one: (one.verb != "left out", NOUNS.index(one.noun)))
        left = Counter(one.noun for one in notes if one.verb == "left out")
        changed = {noun: {one.name for one in notes if one.verb == "changed" and one.noun == noun} for noun in NOUNS}
        left["booking"] += self.over
        tallies = tuple(
            Tally(
                noun=noun,
                new=len(self.new(noun)),
                changed=len(changed[noun]),
                known=self.known[noun],
                left_out=left[noun],
            )
            for noun in NOUNS
        )
        if self.over:
            sentence = "They are over or were called off; ask for history as well to have them."
            over = ImportNote(noun="booking", verb="left out", name=f"{self.over} bookings", sentence=sentence)
            notes = [over, *notes]
        return ImportReport(
            source=self.bundle.source,
            tallies=tallies,
            notes=tuple(notes[:MOST_SHOWN]),
            unsaid=max(0, len(notes) - MOST_SHOWN),
        )


async def plan_of(db: Reader, vault: Vault, bundle: Bundle, choices: ImportChoices, *, now: int) -> Plan:
    """The plan for what was read, by what is here now; writes nothing. Who was forgotten here stays forgotten."""
    plan = Plan(bundle=narrowed(bundle, choices.hosts))
    plan.notes.extend(plan.bundle.notes)
    erased = dict(await guest_requests.list_erased(db))
    planner = _Planner(
        db, plan, choices, now, lambda address: erased.get(fingerprint(vault, address)) if erased else None
    )
    for host in plan.bundle.hosts:
        await planner.host(host)
    for schedule in plan.bundle.schedules:
        await planner.schedule(schedule)
    for team in plan.bundle.teams:
        await planner.team(team)
    for event_type in plan.bundle.event_types:
        await planner.event_type(event_type)
    for entry in plan.bundle.time_off:
        await planner.time_off(entry)
    for number, booking in enumerate(sorted(plan.bundle.bookings, key=lambda one: (one.starts_at, one.key))):
        if number % BREATH == 0:
            await asyncio.sleep(0)  # others get their turn
        await planner.booking(booking)
    if planner.series:
        sentence = "Recurring bookings come one by one, so that each keeps the name that calendars know it by."
        plan.note("booking", "changed", f"{len(planner.series)} series", sentence)
    return plan


class _Planner:
    """Judges one thing after the other; later ones refer to earlier ones."""

    def __init__(
        self,
        db: Reader,
        plan: Plan,
        choices: ImportChoices,
        now: int,
        erased_at: Callable[[str], int | None],
    ) -> None:
        self.db = db
        self.erased_at = erased_at
        self.plan = plan
        self.choices = choices
        self.now = now
        self.today = datetime.fromtimestamp(now, UTC).date()
        self.claims = Claims(db)
        self.taken: set[tuple[str, str]] = set()
        self.away: dict[str, list[ForeignTimeOff]] = {}
        self.event_types: dict[str, ForeignEventType] = {}
        self.names = {host.key: host.name for host in plan.bundle.hosts}
        self.seen: set[str] = set()
        self.series: set[str] = set()

    async def host(self, host: ForeignHost) -> None:
        account = await accounts.by_email(self.db, host.email)
        if account is None:
            row = await imports.remembered(self.db, self.plan.bundle.source, "host", host.key)
            account = await accounts.by_id(self.db, row) if row is not None else None
        if account is not None:
            if await hosts.by_id(self.db, account.id) is None:
                self.plan.note("host", "left out", host.name, "Their account here is an assistant’s, who has no page.")
                return
            self._known("host", host.key, account.id)
            return
        slug = await self._slug(host.slug or host.name, "", lambda one: hosts.slug_owner(self.db, one), RESERVED)
        self._say_slug("host", host.name, host.slug, slug)
        self.plan.slugs["host", host.key] = slug
        self.plan.hosts.append(host)

    async def schedule(self, schedule: ForeignSchedule) -> None:
        row = await self._remembered("schedule", schedule.key)
        if row is not None and await schedules.by_id(self.db, row) is not None:
            self._known("schedule", schedule.key, row)
            return
        if not self._has_host("schedule", schedule.name, schedule.host):
            return
        try:
            checked_schedule(schedule.rules)
        except CallyError as error:
            self._refused("schedule", schedule.name, error)
            return
        self.plan.slugs["schedule", schedule.key] = ""
        self.plan.schedules.append(schedule)

    async def team(self, team: ForeignTeam) -> None:
        row = await self._remembered("team", team.key)
        if row is not None and await teams.by_id(self.db, row) is not None:
            self._known("team", team.key, row)
            return
        members = tuple(one for one in team.members if self.plan.is_there("host", one.host))
        if not members:
            self.plan.note("team", "left out", team.name, "None of its members comes over.")
            return
        if not any(one.manages for one in members):
            members = (msgspec.structs.replace(members[0], manages=True), *members[1:])
        slug = await self._slug(team.slug or team.name, "team", lambda one: teams.by_slug(self.db, one))
        self._say_slug("team", team.name, team.slug, slug)
        self.plan.slugs["team", team.key] = slug
        self.plan.teams.append(msgspec.structs.replace(team, members=members))

    async def event_type(self, event_type: ForeignEventType) -> None:
        self.event_types[event_type.key] = event_type
        row = await self._remembered("event type", event_type.key)
        if row is not None and await event_types.by_id(self.db, row) is not None:
            self._known("event type", event_type.key, row)
            return
        if not self._has_host("event type", event_type.title, event_type.host):
            return
        shares = self._shares(event_type)
        try:
            checked(_draft(event_type), of_team=bool(event_type.team))
            if event_type.team:
                if not self.plan.is_there("team", event_type.team):
                    self.plan.note("event type", "left out", event_type.title, "Its team does not come over.")
                    return
                numbered = tuple(
                    Share(host_id=number, required=one.required, group=one.group, weight=one.weight)
                    for number, one in enumerate(shares)
                )
                checked_shares(numbered, event_type.rules)
        except CallyError as error:
            self._refused("event type", event_type.title, error)
            return
        noun: ImportNoun = "team" if event_type.team else "host"
        owner_id = self.plan.rows.get((noun, event_type.team or event_type.host))

        async def there(slug: str) -> object:
            return await event_types.by_slug(self.db, owner_id, slug) if owner_id is not None else None

        slug = await self._slug(
            event_type.slug or event_type.title, f"{noun}/{event_type.team or event_type.host}", there
        )
        self._say_slug("event type", event_type.title, event_type.slug, slug)
        self.plan.slugs["event type", event_type.key] = slug
        made = msgspec.structs.replace(event_type, shares=shares)
        self.event_types[event_type.key] = made
        self.plan.event_types.append(made)

    async def time_off(self, entry: ForeignTimeOff) -> None:
        name = f"{self.names.get(entry.host, entry.host)}, {entry.first_on} to {entry.last_on}"
        row = await self._remembered("time off", entry.key)
        if row is not None and (self.plan.bundle.source != "cally" or await time_off.by_id(self.db, row) is not None):
            self._known("time off", entry.key, row)
            return
        if not self._has_host("time off", name, entry.host):
            return
        if entry.last_on < self.today:
            self.plan.note("time off", "left out", name, "It is over.")
            return
        here = self.plan.rows.get(("host", entry.host))
        others = await time_off.list_of(self.db, here, from_on=entry.first_on, to_on=entry.last_on) if here else []
        planned = [
            one
            for one in self.away.get(entry.host, [])
            if one.first_on <= entry.last_on and entry.first_on <= one.last_on
        ]
        if others or planned:
            self.plan.note("time off", "left out", name, "These days are off already.")
            return
        if entry.delegate and not self.plan.is_there("host", entry.delegate):
            self.plan.note("time off", "changed", name, "Who stands in does not come over.")
            entry = msgspec.structs.replace(entry, delegate="")
        self.away.setdefault(entry.host, []).append(entry)
        self.plan.slugs["time off", entry.key] = ""
        self.plan.time_off.append(entry)

    async def booking(self, booking: ForeignBooking) -> None:
        name = named(booking)
        row = await self._remembered("booking", booking.key)
        if row is not None and await kept_bookings.by_id(self.db, row) is not None:
            self._known("booking", booking.key, row)
            return
        if booking.key in self.seen:
            self.plan.note("booking", "left out", name, "It stands in the file twice.")
            return
        self.seen.add(booking.key)
        if booking.series:
            self.series.add(booking.series)
        if (booking.ends_at <= self.now or not is_live(booking)) and not self.choices.history:
            self.plan.over += 1
            return
        if self._is_erased(booking.guest.email, booking):
            self.plan.note("booking", "left out", moment(booking), "Its guest has asked here to be forgotten.")
            return
        companions = tuple(one for one in booking.companions if not self._is_erased(one.email, booking))
        booking = msgspec.structs.replace(booking, companions=companions)
        event_type = self.event_types.get(booking.event_type)
        if event_type is None or not self.plan.is_there("event type", booking.event_type):
            self.plan.note("booking", "left out", name, "Its event type does not come over.")
            return
        if not self._has_host("booking", name, booking.host):
            return
        if booking.ends_at - booking.starts_at > LONGEST_SECONDS:
            self.plan.note("booking", "left out", name, "It lasts longer than a year.")
            return
        co_hosts = tuple(one for one in booking.co_hosts if self.plan.is_there("host", one) and one != booking.host)
        booking = msgspec.structs.replace(booking, co_hosts=co_hosts)
        if not await self._claim(booking, event_type, name):
            return
        self.plan.bookings.append(booking)

    def _is_erased(self, address: str, booking: ForeignBooking) -> bool:
        """Whoever books anew after that does so by choice."""
        at = self.erased_at(address)
        return at is not None and booking.created_at <= at

    async def _claim(self, booking: ForeignBooking, event_type: ForeignEventType, name: str) -> bool:
        """Overlaps are reported, never forced; only buffers give way."""
        if not is_live(booking):
            return True
        owners = [(key, self.plan.rows.get(("host", key))) for key in (booking.host, *booking.co_hosts)]
        row = self.plan.rows.get(("event type", booking.event_type))
        shared = row_session(row, booking, event_type.rules.seats)
        wanted = claim_of(booking, event_type, buffers=True)
        refused = await self.claims.refusal(owners, wanted, session_of_rows=shared)
        if refused is not None and refused[1] == OVERLAP:
            wanted = claim_of(booking, event_type, buffers=False)
            refused = await self.claims.refusal(owners, wanted, session_of_rows=shared)
            if refused is None:
                self.plan.bare.add(booking.key)
                self.plan.note("booking", "changed", name, "Its buffers do not fit; it comes over without them.")
        if refused is not None:
            host = self.names.get(refused[0], refused[0])
            reason = f"It overlaps what {host} has then." if refused[1] == OVERLAP else refused[1]
            self.plan.note("booking", "left out", name, reason)
            return False
        self.claims.take(owners, wanted)
        return True

    def _shares(self, event_type: ForeignEventType) -> tuple[ForeignShare, ...]:
        team = next((one for one in self.plan.teams if one.key == event_type.team), None)
        members = {one.host for one in team.members} if team is not None else None
        kept = []
        for one in event_type.shares:
            if not self.plan.is_there("host", one.host):
                continue
            if members is not None and one.host not in members:
                sentence = f"{self.names.get(one.host, one.host)} is not in the team, and takes no part."
                self.plan.note("event type", "changed", event_type.title, sentence)
                continue
            kept.append(one)
        return tuple(kept)

    async def _remembered(self, noun: ImportNoun, key: str) -> int | None:
        """The row that stands for a thing; a configuration of this very instance names its rows itself."""
        row = await imports.remembered(self.db, self.plan.bundle.source, noun, key)
        number = key.rpartition("/")[2]
        if row is None and self.plan.bundle.source == "cally" and number.isdecimal() and len(number) < 19:
            return int(number)
        return row

    def _known(self, noun: ImportNoun, key: str, row: int) -> None:
        self.plan.rows[noun, key] = row
        self.plan.known[noun] += 1

    def _has_host(self, noun: ImportNoun, name: str, host: str) -> bool:
        if self.plan.is_there("host", host):
            return True
        self.plan.note(noun, "left out", name, "Its host does not come over.")
        return False

    def _refused(self, noun: ImportNoun, name: str, error: CallyError) -> None:
        self.plan.note(noun, "left out", name, f"{error.facts.get('field', '')}: {error.sentence}")

    def _say_slug(self, noun: ImportNoun, name: str, there: str, here: str) -> None:
        if there and there != here:
            self.plan.note(noun, "changed", name, f"Its address is “{here}” here, not “{there[:60]}”.")

    async def _slug(self, wanted: str, owner: str, other: Other, reserved: frozenset[str] = frozenset()) -> str:
        base = slug_from(wanted) or "imported"
        for number in count(1):
            ending = "" if number == 1 else f"-{number}"
            slug = base[: LONGEST - len(ending)].rstrip("-") + ending
            if slug not in reserved and (owner, slug) not in self.taken and await other(slug) is None:
                self.taken.add((owner, slug))
                return slug
        raise AssertionError("numbers do not end")


def moment(booking: ForeignBooking) -> str:
    """When a booking is: all that reports name it by once they are old."""
    return datetime.fromtimestamp(booking.starts_at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def named(booking: ForeignBooking) -> str:
    """What a report calls a booking: who, and when."""
    return f"{booking.guest.name}, {moment(booking)}"


def _draft(event_type: ForeignEventType) -> EventTypeDraft:
    return EventTypeDraft(
        title=event_type.title,
        rules=event_type.rules,
        description=event_type.description,
        durations_minutes=event_type.durations,
        places=event_type.places,
        questions=event_type.questions,
        approval=event_type.approval,
        listed=event_type.listed,
        options=event_type.options,
    )
