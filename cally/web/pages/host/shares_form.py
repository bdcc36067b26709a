"""Who takes the bookings of a team's event type: one row of the form for each member."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from cally.hosts import Share, list_schedules, members_of, share_of, shares_of
from cally.model.hosts import EventType
from cally.model.teams import Team
from cally.store import Reader
from cally.web.forms import Form

Assignment = Literal["round_robin", "collective"]
ASSIGNMENTS: tuple[Assignment, ...] = ("round_robin", "collective")
LARGEST_ID = 2**63 - 1
LARGEST_WEIGHT = 1_000
LAST_PLACE = 1_000


class ShareRow(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the team, with their schedules to choose from and the names of the row's fields."""

    host_id: int
    name: str
    schedules: tuple[tuple[int, str], ...]

    def field(self, name: str) -> str:
        """The name of a field in this row."""
        return f"share-{name}-{self.host_id}"


async def share_rows(db: Reader, team: Team, event_type: EventType | None) -> list[ShareRow]:
    """Those who take part first, in their order, then the other members."""
    members = {host.id: host for host, _ in await members_of(db, team.id)}
    taking_part = [share.host_id for share in await shares_of(db, event_type.id)] if event_type is not None else []
    order = list(dict.fromkeys([host_id for host_id in taking_part if host_id in members] + list(members)))
    return [
        ShareRow(
            host_id=host_id,
            name=members[host_id].name,
            schedules=tuple((one.id, one.name) for one in await list_schedules(db, host_id)),
        )
        for host_id in order
    ]


async def with_shares(db: Reader, form: Form, rows: Sequence[ShareRow], event_type: EventType | None) -> Form:
    """The form, its rows filled in as things are; in a new one everybody takes turns."""
    known = {share.host_id: share_of(share) for share in await shares_of(db, event_type.id)} if event_type else {}
    pairs: list[tuple[str, str]] = [("assignment", event_type.rules.assignment if event_type else "round_robin")]
    if event_type is None or event_type.options.keep_host:
        pairs.append(("keep_host", "1"))
    for place, row in enumerate(rows, 1):
        share = known.get(row.host_id) or Share(host_id=row.host_id)
        if event_type is None or row.host_id in known:
            pairs.append(("share", str(row.host_id)))
        pairs += [
            (row.field("role"), "always" if share.required else "turns"),
            (row.field("group"), share.group),
            (row.field("weight"), str(share.weight)),
            (row.field("place"), str(place)),
            (row.field("schedule"), str(share.schedule_id or "")),
        ]
    return Form([*form.pairs, *pairs], faults=form.faults)


def assignment_from(form: Form) -> Assignment:
    """Whether its hosts take turns or meet guests together."""
    return form.choice("assignment", ASSIGNMENTS)


def shares_from(form: Form, rows: Sequence[ShareRow]) -> tuple[Share, ...]:
    """Who takes part, in the order of their places; numbers that cannot be are noted in the form."""
    ticked = [row for row in rows if str(row.host_id) in form.all("share")]
    placed = [(form.number(row.field("place"), least=1, most=LAST_PLACE, default=LAST_PLACE), row) for row in ticked]
    return tuple(_share(form, row) for _, row in sorted(placed, key=lambda one: one[0]))


def _share(form: Form, row: ShareRow) -> Share:
    return Share(
        host_id=row.host_id,
        schedule_id=form.number_or_none(row.field("schedule"), least=1, most=LARGEST_ID),
        required=form.text(row.field("role")) == "always",
        group=form.text(row.field("group")).strip(),
        weight=form.number(row.field("weight"), least=1, most=LARGEST_WEIGHT, default=100),
    )
