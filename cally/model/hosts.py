"""What a host sets up: who they are, their schedules, their event types with places and questions."""

from datetime import date
from typing import Literal

import msgspec

from cally.model.options import EventTypeOptions
from cally.model.rules import Cap, Day, EventTypeRules, ScheduleRules
from cally.model.time_off import PublicHolidays


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """An account in the role of being booked; `id` is the account's id, `slug` the public address `/{slug}`.

    `dynamic_links`: others may name them in a link such as `/ada+ben` (rule 67).
    """

    id: int
    slug: str
    name: str
    email: str
    tz: str
    locale: str
    week_starts_on: Day
    about: str
    caps: tuple[Cap, ...]
    dynamic_links: bool = True


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A host's saved hours: weekly hours, overrides, time off, zone.

    `follows_host`: its zone is the host's, wherever they move (rule 13). `public_holidays` and `away`, the days of the
    host's time off, close days besides.
    """

    id: int
    host_id: int
    name: str
    rules: ScheduleRules
    follows_host: bool = False
    public_holidays: PublicHolidays | None = None
    away: tuple[tuple[date, date], ...] = ()

    @property
    def hours(self) -> ScheduleRules:
        """The hours that count: the schedule's own, less whatever closes them from outside."""
        closed = self.public_holidays.closed if self.public_holidays is not None else ()
        if not closed and not self.away:
            return self.rules
        return msgspec.structs.replace(
            self.rules,
            holidays=tuple(sorted({*self.rules.holidays, *closed})),
            time_off=(*self.rules.time_off, *self.away),
        )


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a booking happens. `detail` is address, link or number; empty when the guest gives it (`guest_phone`)."""

    kind: Literal["in_person", "phone", "guest_phone", "link"]
    detail: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A custom field of the booking form; `choices` serve `select`, `radio` and `checkboxes`."""

    id: str
    label: str
    kind: Literal["text", "long_text", "select", "radio", "checkboxes", "checkbox", "number", "phone", "url"]
    required: bool = False
    choices: tuple[str, ...] = ()


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of meeting a host or a team offers. `durations_minutes` are all lengths; the first is the default.

    `host_id` set it up and answers for it; it stands under the address of the team, if there is one.
    """

    id: int
    host_id: int
    schedule_id: int
    slug: str
    title: str
    description: str
    rules: EventTypeRules
    durations_minutes: tuple[int, ...]
    places: tuple[Place, ...]
    questions: tuple[Question, ...]
    approval: bool
    listed: bool
    position: int
    team_id: int | None = None
    options: EventTypeOptions = EventTypeOptions()

    @property
    def owner_id(self) -> int:
        """Whose address it stands under: the team's, else the host's."""
        return self.team_id if self.team_id is not None else self.host_id
