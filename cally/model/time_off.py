"""What closes days from outside a schedule's own rules: public holidays, and the days a host is away."""

from datetime import date

import msgspec

JOINED = "; "


class PublicHoliday(msgspec.Struct, frozen=True, kw_only=True):
    """A public holiday: `name` is what the country calls it, `label` what its host reads. `worked`: a day like any."""

    on: date
    name: str
    label: str
    worked: bool = False


class PublicHolidays(msgspec.Struct, frozen=True, kw_only=True):
    """The public holidays that a schedule keeps, laid out some years ahead.

    `country` and `subdivision` are codes of ISO 3166 (`DE`, `BE`); `worked` names those the host works on, every year.
    """

    country: str
    subdivision: str
    worked: tuple[str, ...]
    days: tuple[PublicHoliday, ...]

    @property
    def closed(self) -> tuple[date, ...]:
        """The dates on which the host does not work."""
        return tuple(day.on for day in self.days if not day.worked)


class TimeOff(msgspec.Struct, frozen=True, kw_only=True):
    """Days a host is away, first and last included, in all of their schedules. `note` is for guests to read.

    `delegate_id` is the host who takes the meetings meanwhile.
    """

    id: int
    host_id: int
    first_on: date
    last_on: date
    note: str = ""
    delegate_id: int | None = None


def works_on(name: str, worked: tuple[str, ...]) -> bool:
    """Whether a host works on a holiday of that name; a date with two holidays has both names, and needs both."""
    return all(part in worked for part in name.split(JOINED))
