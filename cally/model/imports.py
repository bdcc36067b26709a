"""What comes over from elsewhere, in our own nouns: each thing has a key in its source, by which others name it."""

import re
from datetime import date
from typing import Literal

import msgspec

from cally.model.bookings import Answer, Companion, Guest, Status
from cally.model.hosts import Place, Question
from cally.model.options import EventTypeOptions
from cally.model.rules import Cap, Day, EventTypeRules, ScheduleRules

Source = Literal["cal.com", "calendly", "cally"]
ImportNoun = Literal["host", "schedule", "team", "event type", "time off", "booking"]
NOUNS: tuple[ImportNoun, ...] = ("host", "schedule", "team", "event type", "time off", "booking")
Verb = Literal["new", "known", "changed", "left out"]
FORMAT = "cally-configuration"
VERSION = 1
NAMELESS = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d UTC|^\d+ (?:bookings|series))$")


class ForeignHost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who is booked elsewhere; `slug` is the address they had, as it was."""

    key: str
    email: str
    name: str
    slug: str = ""
    tz: str = "UTC"
    locale: str = "en"
    week_starts_on: Day = "mon"
    about: str = ""
    caps: tuple[Cap, ...] = ()
    dynamic_links: bool = True


class ForeignHolidays(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The public holidays a schedule keeps, by their country; `worked` names those on which the host works."""

    country: str
    subdivision: str = ""
    worked: tuple[str, ...] = ()


class ForeignSchedule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A host's saved hours; `usual` ones serve where an event type names none."""

    key: str
    host: str
    name: str
    rules: ScheduleRules
    follows_host: bool = False
    usual: bool = False
    holidays: ForeignHolidays | None = None


class ForeignMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A host's place in a team."""

    host: str
    manages: bool = False


class ForeignTeam(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hosts who share event types."""

    key: str
    name: str
    slug: str = ""
    about: str = ""
    members: tuple[ForeignMember, ...] = ()


class ForeignShare(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A host who can be assigned to an event type of a team."""

    host: str
    schedule: str = ""
    required: bool = False
    group: str = ""
    weight: int = 100


class ForeignEventType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A kind of meeting. `host` set it up; of a `team` it has `shares`. `retired`: only for bookings that were made."""

    key: str
    host: str
    slug: str
    title: str
    rules: EventTypeRules
    team: str = ""
    schedule: str = ""
    description: str = ""
    durations: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    questions: tuple[Question, ...] = ()
    approval: bool = False
    listed: bool = True
    options: EventTypeOptions = EventTypeOptions()
    shares: tuple[ForeignShare, ...] = ()
    retired: bool = False


class ForeignTimeOff(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Days away, both included; `delegate` is the host who stands in."""

    key: str
    host: str
    first_on: date
    last_on: date
    note: str = ""
    delegate: str = ""


class ForeignBooking(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A booking made elsewhere; `calendar_uid` is its UID in the calendars that it stands in already,
    `sequence` how often that changed there.

    `series` names the bookings that were made together; they come over one by one.
    """

    key: str
    host: str
    event_type: str
    starts_at: int
    ends_at: int
    status: Status
    guest: Guest
    created_at: int
    calendar_uid: str = ""
    sequence: int = 0
    co_hosts: tuple[str, ...] = ()
    companions: tuple[Companion, ...] = ()
    answers: tuple[Answer, ...] = ()
    notes: str = ""
    place: Place | None = None
    reason: str = ""
    no_show: bool = False
    series: str = ""


class ImportNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is changed or left out on the way, of which thing, and why; `where` is its place in the file."""

    noun: ImportNoun
    verb: Verb
    name: str
    sentence: str
    where: str = ""


class Bundle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that was read from a source, and what could not be."""

    source: Source
    format: str = FORMAT
    version: int = VERSION
    hosts: tuple[ForeignHost, ...] = ()
    schedules: tuple[ForeignSchedule, ...] = ()
    teams: tuple[ForeignTeam, ...] = ()
    event_types: tuple[ForeignEventType, ...] = ()
    time_off: tuple[ForeignTimeOff, ...] = ()
    bookings: tuple[ForeignBooking, ...] = ()
    notes: tuple[ImportNote, ...] = ()


class ImportChoices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the admin wants of it.

    `hosts` (addresses or slugs) narrows it to these; empty means all. `history`: also what is over. `verified`: the
    addresses are known to be right, so that pages open at once. `invite`: new hosts are written. `tell_guests`: guests
    of what lies ahead are written.
    """

    hosts: tuple[str, ...] = ()
    history: bool = False
    verified: bool = False
    invite: bool = True
    tell_guests: bool = False


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many things of a noun come over (`changed` of them not as they were), are here already, cannot come."""

    noun: ImportNoun
    new: int = 0
    changed: int = 0
    known: int = 0
    left_out: int = 0


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What comes over, or has: a tally for each noun, and a line for whatever is changed or left out.

    `unsaid` counts the lines beyond those.
    """

    source: Source
    tallies: tuple[Tally, ...]
    notes: tuple[ImportNote, ...]
    unsaid: int = 0

    @property
    def total(self) -> int:
        """How many things are new."""
        return sum(tally.new for tally in self.tallies)


def without_guests(report: ImportReport) -> ImportReport:
    """The same report, whose bookings are named by when they are alone: titles name guests as well."""
    notes = tuple(
        msgspec.structs.replace(note, name=_unnamed(note.name)) if note.noun == "booking" else note
        for note in report.notes
    )
    return msgspec.structs.replace(report, notes=notes)


def _unnamed(name: str) -> str:
    found = NAMELESS.search(name)
    return found[1] if found else ""


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """One import in the browser: read, asked for, done (or failed, with the `fault` in words)."""

    id: int
    source: Source
    name: str
    state: Literal["read", "asked", "done", "failed"]
    choices: ImportChoices
    report: ImportReport | None
    done: int
    total: int
    fault: str
    account_id: int | None
    created_at: int
    updated_at: int
