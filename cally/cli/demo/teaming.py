"""The demo's team: two of its hosts take turns for short calls, and meet guests together for a kick-off."""

from cally import hosts
from cally.cli.demo.offers import ROLLING_MONTH, VIDEO
from cally.hosts import EventTypeDraft, Share, TeamDraft
from cally.model.accounts import Actor
from cally.model.rules import EventTypeRules
from cally.model.teams import Team
from cally.store import Store

CLI = Actor(kind="cli")
NAME = "Harbour Studio"
SLUG = "harbour"


async def make_team(store: Store, *, now: int) -> Team:
    """Maya, Luis and Amara; Maya manages the team and takes twice as many calls as the others."""
    known = {host.slug: host.id for host in await hosts.list_hosts(store.reader)}
    maya, luis, amara = known["maya"], known["luis"], known["amara"]
    draft = TeamDraft(name=NAME, slug=SLUG, about="Three of us, in three cities, one calendar.")
    team = await hosts.create_team(store, maya, draft, now=now, actor=CLI)
    for host_id in (luis, amara):
        await hosts.add_member(store, team.id, host_id, now=now, actor=CLI)
    for offered in (_turns(maya, luis, amara), _together(maya, luis)):
        await hosts.create_event_type(store, maya, offered, now, CLI, team_id=team.id)
    return team


def _turns(*members: int) -> EventTypeDraft:
    return EventTypeDraft(
        title="Quick question",
        slug="question",
        description="Fifteen minutes with whoever of us is free.",
        rules=EventTypeRules(
            duration_minutes=15, step_minutes=30, notice_minutes=60, horizon=ROLLING_MONTH, assignment="round_robin"
        ),
        places=(VIDEO,),
        hosts=tuple(Share(host_id=host_id, weight=100 if place else 200) for place, host_id in enumerate(members)),
    )


def _together(*members: int) -> EventTypeDraft:
    return EventTypeDraft(
        title="Kick-off",
        slug="kick-off",
        description="An hour with both of us, before we begin.",
        rules=EventTypeRules(
            duration_minutes=60, step_minutes=60, notice_minutes=24 * 60, horizon=ROLLING_MONTH, assignment="collective"
        ),
        places=(VIDEO,),
        hosts=tuple(Share(host_id=host_id, required=True) for host_id in members),
    )
