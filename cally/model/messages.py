"""Messages: one notification to one recipient, its way and its answer; jobs."""

from typing import Literal, get_args

import msgspec

from cally.model.bookings import Booking
from cally.model.groups import GroupSnapshot
from cally.model.jobs import USUAL, Priority
from cally.model.options import Keeps
from cally.model.series import SeriesTold
from cally.model.waitlist import Waiting

Kind = Literal[
    "requested",
    "confirmed",
    "declined",
    "rescheduled",
    "cancelled",
    "reassigned",
    "clock_changed",
    "waitlist_joined",
    "waitlist_offered",
    "waitlist_over",
    "reminder",
    "follow_up",
    "proposed",
    "bounced",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Recipient = Literal["guest", "companion", "host"]
Medium = Literal["mail", "channel"]
MessageState = Literal["waiting", "sent", "failed", "obsolete"]


class ClockChange(msgspec.Struct, frozen=True, kw_only=True):
    """A zone's clocks got new rules, and what the booking kept then (rule 9).

    `told` maps zones to the start that their readers' clocks showed by the old rules: ISO, no offset.
    """

    tz: str
    kept: Keeps
    told: dict[str, str]


class Bounce(msgspec.Struct, frozen=True, kw_only=True):
    """A message that did not reach the guest, a companion or the host, and what that means in words."""

    kind: Kind
    recipient: Recipient
    hint: str


class HostTold(msgspec.Struct, frozen=True, kw_only=True):
    """A host as a message names them."""

    name: str
    email: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a message speaks of, as it was when it was caused: later changes do not rewrite it.

    `series` is there for a booking in one; if it is a whole, `booking` stands for all of them. `group` is there for a
    seat, in what its host is told alone. Where somebody is `waiting`, `booking` is the one that they wish for.

    `host_slug` is the owner's part of the page's address: `ada`, `team/support`, `ada+ben`. The host is who answers for
    it, or who is told; `others` take part beside them, and `lead` answers for it if that is another one. `by_host` is
    the name of the host who acted, `handed_from` and `handed_to` are those of a change of hosts: told to who takes part
    no more. `own_text` is what the host wrote for it, where they did;
    `lead_minutes` is how long before the start, or after the end, a reminder or follow-up comes.
    `proposed` are other times that the host offers; `bounced` is what did not arrive.
    """

    booking: Booking
    host_name: str
    host_email: str
    host_tz: str
    host_locale: str
    host_slug: str
    event_type_slug: str
    previous_starts_at: int | None = None
    by: Literal["guest", "host"] = "guest"
    clock: ClockChange | None = None
    series: SeriesTold | None = None
    group: GroupSnapshot | None = None
    waiting: Waiting | None = None
    host_id: int | None = None
    others: tuple[HostTold, ...] = ()
    lead: HostTold | None = None
    by_host: str = ""
    handed_from: str = ""
    handed_to: str = ""
    own_text: str = ""
    lead_minutes: int | None = None
    proposed: tuple[int, ...] = ()
    bounced: Bounce | None = None

    @property
    def hosts(self) -> tuple[HostTold, ...]:
        """All who take part, the one who answers for it first."""
        host = HostTold(name=self.host_name, email=self.host_email)
        lead = self.lead or host
        return tuple(dict.fromkeys((lead, host, *self.others)))

    @property
    def is_whole_series(self) -> bool:
        """Whether it speaks of all bookings of a series at once."""
        return self.series is not None and self.series.whole

    @property
    def uid(self) -> str:
        """What calendars know it by: bookings of a series share its name."""
        return self.series.uid if self.series is not None else self.booking.uid

    @property
    def sequence(self) -> int:
        """How often what calendars know by that name has changed."""
        return self.series.sequence if self.series is not None else self.booking.sequence

    @property
    def last_start(self) -> int:
        """When the last meeting begins that it speaks of."""
        whole = self.series.occurrences if self.series is not None else ()
        return max((one.starts_at for one in whole), default=self.booking.starts_at)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the outbox, about a booking or an entry of a waitlist. `answer` is what the other side said last.

    `address` is the mail address, or the channel's name; `message_id` is the RFC 5322 Message-ID, stable over retries.
    `next_attempt_at` is when a waiting message is tried (again); None when nothing more will be tried by itself.
    `due_at` is when a reminder or follow-up may leave at the earliest, whatever hurries the queue.
    """

    id: int
    booking_id: int | None
    waitlist_id: int | None = None
    kind: Kind
    sequence: int
    recipient: Recipient
    medium: Medium
    address: str
    channel_id: int | None
    message_id: str
    snapshot: Snapshot
    state: MessageState
    attempts: int
    answer: str
    created_at: int
    sent_at: int | None
    next_attempt_at: int | None = None
    due_at: int | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work due at an instant; `subject` is the row it is about. `attempts` counts how often it was leased.

    `owner` is the host or account it is done for, 0 nobody in particular; `cut_short` counts the ends of the process in
    the middle of it, in a row.
    """

    id: int
    kind: str
    subject: int
    state: Literal["waiting", "running", "dead"]
    due_at: int
    attempts: int
    last_error: str
    created_at: int
    priority: Priority = USUAL
    owner: int = 0
    cut_short: int = 0


class RecurringRun(msgspec.Struct, frozen=True, kw_only=True):
    """Where a recurring job stands: when it is due, since when it runs, when it last ended and with what error."""

    name: str
    due_at: int
    started_at: int | None
    last_run_at: int | None
    last_error: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, when, from where. `tag` is `subject:object:action`."""

    id: int
    at: int
    actor: str
    account_id: int | None
    address: str
    tag: str
    subject: str
    facts: dict[str, str | int | None]
    for_id: int | None = None
