"""Whom a guest meets: one host, all of a team, or someone of it; by name once that is known."""

from collections.abc import Sequence

import msgspec

from cally.bookings import Offer
from cally.model.hosts import Host
from cally.web.pages.public.clocks import Home, first_name
from cally.web.rendering import translated as _

MOST_FACES = 3


class Whom(msgspec.Struct, frozen=True, kw_only=True):
    """`name` and `page` are the owner's, `first` is short for it in sentences; `hint` says whom of a team one meets.

    `home` is whose clock is shown beside the guest's: None where several hosts have different ones.
    """

    name: str
    first: str
    page: str
    hint: str
    people: tuple[str, ...]
    home: Home | None

    @property
    def faces(self) -> tuple[str, ...]:
        """Whose initials stand beside the name: those of hosts who are sure to be met together, a few of them."""
        return self.people[:MOST_FACES] if self.people and not self.hint else (self.name,)


def whom(found: Offer) -> Whom:
    """Before it is booked: of those who take turns nobody knows yet whose turn it will be."""
    page = found.path.removesuffix(f"/{found.event_type.slug}")
    if found.together:
        return met(found, found.together)
    if found.team is None and len(found.participants) == 1:
        host = found.host
        return Whom(name=host.name, first=first_name(host.name), page=page, hint="", people=(), home=home_of([host]))
    sure = [one.host for one in found.participants if one.required]
    in_turns = [one.host for one in found.participants if not one.required]
    return Whom(
        name=found.name,
        first=found.name,
        page=page,
        hint=_hint(found.event_type.rules.assignment == "round_robin", sure, in_turns, found.name),
        people=tuple(host.name for host in (*sure, *in_turns)),
        home=home_of([*sure, *in_turns], called=found.name),
    )


def met(found: Offer, hosts: Sequence[Host]) -> Whom:
    """Once it is booked: those who take part."""
    page = found.path.removesuffix(f"/{found.event_type.slug}")
    people = tuple(host.name for host in hosts)
    return Whom(name=names(hosts), first=first_names(hosts), page=page, hint="", people=people, home=home_of(hosts))


def home_of(hosts: Sequence[Host], *, called: str = "") -> Home | None:
    """Whose clock is shown beside the guest's: by their first names, or as they are `called` together."""
    if not hosts or len({host.tz for host in hosts}) > 1:
        return None
    return Home(first=called or first_names(hosts), tz=hosts[0].tz)


def names(hosts: Sequence[Host]) -> str:
    """`Ada Lovelace and Ben Okri`."""
    return _joined([host.name for host in hosts])


def first_names(hosts: Sequence[Host]) -> str:
    """`Ada and Ben`; of more than three only how many."""
    return _joined([first_name(host.name) for host in hosts])


def _hint(takes_turns: bool, sure: list[Host], in_turns: list[Host], team: str) -> str:
    if not takes_turns:
        return _("You meet {names}", names=names(sure))
    if len(in_turns) == 1:
        return _("You meet {names}", names=names([*sure, *in_turns]))
    if sure:
        return _("You meet {names} and someone of {team}", names=names(sure), team=team)
    return _("You meet someone of {team}", team=team)


def _joined(words: list[str]) -> str:
    *most, last = words
    return _("{most} and {last}", most=", ".join(most), last=last) if most else last
