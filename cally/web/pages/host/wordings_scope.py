"""For which messages a host words something: all of their own, those of a team they manage, or of one event type."""

import msgspec

from cally.errors import not_found
from cally.hosts import event_type_by_id, list_event_types, list_teams, manages, may_change, team_for
from cally.model.hosts import EventType
from cally.model.wordings import Owner, Whose
from cally.web.pages.host.desk import Desk

LONGEST_ID = 20
SIGNS: dict[str, Owner] = {"team": "team", "type": "event_type"}


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Whose wordings, the event type that samples show, and how a page names the two (`of` in its address)."""

    whose: Whose
    of: str
    name: str
    event_type: EventType | None


async def scope_of(desk: Desk, of: str) -> Scope:
    """What `team-12`, `type-34` or nothing stands for; raises `not_found` for what this host may not change."""
    sign, _, number = of.partition("-")
    if not of:
        offered = await list_event_types(desk.db, desk.host.id)
        whose = Whose(owner="host", id=desk.host.id)
        return Scope(whose=whose, of="", name="", event_type=offered[0] if offered else None)
    owner = SIGNS.get(sign)
    row = int(number) if number.isascii() and number.isdigit() and len(number) < LONGEST_ID else 0
    found = await (_of_team(desk, row, of) if owner == "team" else _of_event_type(desk, row, of))
    if owner is None or found is None:
        raise not_found("page")
    return found


async def choices(desk: Desk) -> list[tuple[str, str]]:
    """Everything a host may word messages of: `of`, and its name."""
    found = [("", "All my event types")]
    found += [(f"type-{one.id}", one.title) for one in await list_event_types(desk.db, desk.host.id)]
    for team in await list_teams(desk.db, desk.account):
        if await manages(desk.db, desk.account, team.id):
            found.append((f"team-{team.id}", f"{team.name}: all event types"))
            found += [
                (f"type-{one.id}", f"{team.name}: {one.title}") for one in await list_event_types(desk.db, team.id)
            ]
    return found


async def _of_team(desk: Desk, row: int, of: str) -> Scope | None:
    team = await team_for(desk.db, row, desk.account)
    if team is None or not await manages(desk.db, desk.account, row):
        return None
    offered = await list_event_types(desk.db, row)
    whose = Whose(owner="team", id=row)
    return Scope(whose=whose, of=of, name=team.name, event_type=offered[0] if offered else None)


async def _of_event_type(desk: Desk, row: int, of: str) -> Scope | None:
    item = await event_type_by_id(desk.db, row)
    if item is None or not await may_change(desk.db, desk.account, item):
        return None
    return Scope(whose=Whose(owner="event_type", id=row), of=of, name=item.title, event_type=item)
