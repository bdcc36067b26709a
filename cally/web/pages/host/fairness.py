"""Whose turn it is, drawn: what each host was given beside their share, who comes next, and why somebody was chosen."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from cally.model.bookings import Booking
from cally.model.teams import CREDIT_UNIT, Assignable, Candidate, DecidedBy, Decision

REASONS: dict[DecidedBy, str] = {
    "only_one_free": "was the only one free",
    "least_booked": "was booked least for their weight",
    "longest_since": "was booked as often as others, but waited longest",
    "first_in_order": "stood first; everybody was booked as often and waited as long",
    "joined": "meets other guests at this time already",
    "kept": "had this booking already",
    "by_hand": "was chosen by hand",
}
SHORT_REASONS: dict[DecidedBy, str] = {
    "only_one_free": "only one free",
    "least_booked": "booked least",
    "longest_since": "waited longest",
    "first_in_order": "first in order",
    "joined": "joins",
    "kept": "keeps it",
    "by_hand": "by hand",
}
WIDTH = 98  # of 100: the mark of the largest share stays inside


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A host's row: numbers in words, and lengths in hundredths of the drawing. `fair` is where their share ends."""

    host_id: int
    name: str
    always: bool
    weight: int
    assigned: int
    credit: str
    share: str
    given_width: float
    credit_width: float
    fair_at: float


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """The next bookings of a group: who, why, and how many each would be given."""

    group: str
    turns: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...]


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why a host was chosen, and the others who were free, in numbers."""

    name: str
    sentence: str
    rows: tuple[tuple[str, int, int, str, bool], ...]


def bars(shares: list[Assignable], names: Mapping[int, str]) -> list[tuple[str, list[Bar]]]:
    """Each group of hosts who take turns, those who are always there under none of them; drawn to one scale."""
    most = max((max(_count(one), _fair(one, shares)) for one in shares), default=0) or 1
    groups: dict[str, list[Bar]] = {}
    for share in shares:
        groups.setdefault("" if share.required else share.group, []).append(_bar(share, shares, names, most))
    return list(groups.items())


def ahead(group: str, decisions: list[Decision], names: Mapping[int, str]) -> Ahead:
    """The simulation in names."""
    turns = tuple((names.get(one.host_id, ""), SHORT_REASONS[one.decided_by]) for one in decisions)
    counts = Counter(name for name, _ in turns)
    return Ahead(group=group, turns=turns, counts=tuple(counts.most_common()))


def whys(booking: Booking, names: Mapping[int, str]) -> list[Why]:
    """The decisions of a booking in words; empty for one host's own."""
    return [
        Why(
            name=names.get(one.host_id, "?"),
            sentence=REASONS[one.decided_by],
            rows=tuple(_row(candidate, one, names) for candidate in one.candidates),
        )
        for one in booking.decisions
    ]


def _row(one: Candidate, decision: Decision, names: Mapping[int, str]) -> tuple[str, int, int, str, bool]:
    return names.get(one.host_id, "?"), one.assigned, one.weight, _credit(one.credit), one.host_id == decision.host_id


def _bar(share: Assignable, shares: list[Assignable], names: Mapping[int, str], most: float) -> Bar:
    credit = max(share.credit, 0) / CREDIT_UNIT
    return Bar(
        host_id=share.host_id,
        name=names.get(share.host_id, "?"),
        always=share.required,
        weight=share.weight,
        assigned=share.assigned,
        credit=_credit(share.credit),
        share=f"{_fair(share, shares):.1f}".removesuffix(".0"),
        given_width=round(share.assigned / most * WIDTH, 1),
        credit_width=round(credit / most * WIDTH, 1),
        fair_at=round(_fair(share, shares) / most * WIDTH, 1),
    )


def _fair(share: Assignable, shares: list[Assignable]) -> float:
    """What a host would have been given so far if weight alone decided."""
    group = [one for one in shares if not one.required and one.group == share.group]
    if share.required or not group:
        return 0
    return sum(_count(one) for one in group) * share.weight / sum(one.weight for one in group)


def _count(one: Assignable) -> float:
    return one.assigned + one.credit / CREDIT_UNIT


def _credit(thousandths: int) -> str:
    """`1.5`, `-2`; empty for none."""
    return f"{thousandths / CREDIT_UNIT:.1f}".removesuffix(".0") if round(thousandths / CREDIT_UNIT, 1) else ""
