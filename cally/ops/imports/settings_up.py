"""The first transaction of an import: accounts and hosts, schedules, teams, event types and time off."""

import msgspec

from cally.accounts.inviting import write_invitation
from cally.accounts.registering import NewAccount, insert_account
from cally.errors import CallyError
from cally.hosts.drafts import EventTypeDraft, checked
from cally.hosts.rules import checked_schedule
from cally.hosts.schedules import insert_schedule
from cally.hosts.shares import Share, checked_shares, write_shares
from cally.hosts.teams import first_schedule, host_there
from cally.hosts.teams import record as record_team
from cally.model.accounts import Actor
from cally.model.hosts import EventType
from cally.model.ids import new_id
from cally.model.imports import ForeignEventType, ForeignHost, ForeignSchedule, ForeignShare, ForeignTeam, ImportChoices
from cally.model.rules import DAYS
from cally.model.teams import Team, TeamMember
from cally.model.time_off import TimeOff
from cally.ops.imports.planning import Plan
from cally.store import Writer, audit, event_types, hosts, imports, teams, time_off
from cally.vault import Vault


async def set_up(
    tx: Writer, vault: Vault, plan: Plan, choices: ImportChoices, *, by: str, now: int, actor: Actor
) -> None:
    """Write what is new of a plan, in the caller's transaction; `plan.rows` knows the rows afterwards."""
    writing = _Writing(tx, plan, now, actor)
    for host in plan.hosts:
        await writing.host(vault, host, choices, by)
    for schedule in plan.schedules:
        await writing.schedule(schedule)
    for team in plan.teams:
        await writing.team(team)
    for event_type in plan.event_types:
        await writing.event_type(event_type)
    for entry in plan.time_off:
        made = TimeOff(
            id=new_id(now),
            host_id=plan.rows["host", entry.host],
            first_on=entry.first_on,
            last_on=entry.last_on,
            note=entry.note,
            delegate_id=plan.rows.get(("host", entry.delegate)),
        )
        await time_off.insert(tx, made, now=now)
        plan.rows["time off", entry.key] = made.id
        await imports.remember(tx, plan.bundle.source, "time off", entry.key, made.id, now=now)


class _Writing:
    """Writes one thing after the other and remembers the row that stands for it."""

    def __init__(self, tx: Writer, plan: Plan, now: int, actor: Actor) -> None:
        self.tx = tx
        self.plan = plan
        self.now = now
        self.actor = actor
        self.usual: dict[str, int] = {}

    async def host(self, vault: Vault, foreign: ForeignHost, choices: ImportChoices, by: str) -> None:
        """An account without a password: only its owner chooses one, through the link that they are mailed."""
        new = NewAccount(
            email=foreign.email,
            name=foreign.name,
            role="host",
            password=None,
            slug=self.plan.slugs["host", foreign.key],
            tz=foreign.tz,
            locale=foreign.locale,
        )
        account = await insert_account(self.tx, new, None, now=self.now, actor=self.actor, verified=choices.verified)
        made = await host_there(self.tx, account.id)
        await hosts.update(
            self.tx,
            msgspec.structs.replace(
                made,
                week_starts_on=foreign.week_starts_on if foreign.week_starts_on in DAYS else "mon",
                about=foreign.about,
                caps=foreign.caps,
                dynamic_links=foreign.dynamic_links,
            ),
        )
        if choices.invite:
            await write_invitation(self.tx, vault, account, by, self.now)
        self.plan.rows["host", foreign.key] = account.id
        await imports.remember(self.tx, self.plan.bundle.source, "host", foreign.key, account.id, now=self.now)

    async def schedule(self, foreign: ForeignSchedule) -> None:
        host_id = self.plan.rows["host", foreign.host]
        made = await insert_schedule(
            self.tx,
            host_id,
            foreign.name,
            checked_schedule(foreign.rules),
            follows_host=foreign.follows_host,
            now=self.now,
            actor=self.actor,
        )
        self.plan.rows["schedule", foreign.key] = made.id
        if foreign.usual:
            self.usual[foreign.host] = made.id
        await imports.remember(self.tx, self.plan.bundle.source, "schedule", foreign.key, made.id, now=self.now)

    async def team(self, foreign: ForeignTeam) -> None:
        made = Team(
            id=new_id(self.now),
            slug=self.plan.slugs["team", foreign.key],
            name=foreign.name,
            about=foreign.about,
        )
        await teams.insert(self.tx, made, now=self.now)
        for one in foreign.members:
            host_id = self.plan.rows["host", one.host]
            member = TeamMember(team_id=made.id, host_id=host_id, manages=one.manages)
            await teams.insert_member(self.tx, member, now=self.now)
        await record_team(self.tx, made, "create", self.now, self.actor)
        self.plan.rows["team", foreign.key] = made.id
        await imports.remember(self.tx, self.plan.bundle.source, "team", foreign.key, made.id, now=self.now)

    async def event_type(self, foreign: ForeignEventType) -> None:
        host = await host_there(self.tx, self.plan.rows["host", foreign.host])
        team_id = self.plan.rows["team", foreign.team] if foreign.team else None
        owner_id = team_id if team_id is not None else host.id
        draft = checked(
            EventTypeDraft(
                title=foreign.title,
                rules=foreign.rules,
                description=foreign.description,
                durations_minutes=foreign.durations,
                places=foreign.places,
                questions=foreign.questions,
                options=foreign.options,
            ),
            of_team=team_id is not None,
        )
        made = EventType(
            id=new_id(self.now),
            host_id=host.id,
            schedule_id=await self._schedule(foreign.schedule, foreign.host),
            slug=self.plan.slugs["event type", foreign.key],
            title=draft.title,
            description=draft.description,
            rules=draft.rules,
            durations_minutes=draft.durations_minutes,
            places=draft.places,
            questions=draft.questions,
            approval=foreign.approval,
            listed=foreign.listed,
            options=draft.options,
            position=await event_types.next_position(self.tx, owner_id),
            team_id=team_id,
        )
        if await event_types.by_slug(self.tx, owner_id, made.slug) is not None:
            raise CallyError("invalid", f"The address “{made.slug}” is taken.", field="slug")
        await event_types.insert(self.tx, made, now=self.now)
        if team_id is not None:
            shares = tuple([await self._share(one) for one in foreign.shares])
            await write_shares(self.tx, made, checked_shares(shares, made.rules), now=self.now, actor=self.actor)
        if foreign.retired:
            await event_types.archive(self.tx, made.id, slug=f"{made.slug}~{made.id}", now=self.now)
        tag, subject = f"{self.actor.kind}:event_type:create", f"event_type:{made.id}"
        await audit.insert(self.tx, now=self.now, actor=self.actor, tag=tag, subject=subject, slug=made.slug)
        self.plan.rows["event type", foreign.key] = made.id
        await imports.remember(self.tx, self.plan.bundle.source, "event type", foreign.key, made.id, now=self.now)

    async def _share(self, foreign: ForeignShare) -> Share:
        return Share(
            host_id=self.plan.rows["host", foreign.host],
            schedule_id=await self._schedule(foreign.schedule, foreign.host),
            required=foreign.required,
            group=foreign.group,
            weight=foreign.weight,
        )

    async def _schedule(self, key: str, host: str) -> int:
        """The schedule that is named, else the usual one, else the host's first."""
        known = self.plan.rows.get(("schedule", key)) if key else None
        if known is not None:
            return known
        if host in self.usual:
            return self.usual[host]
        made = await host_there(self.tx, self.plan.rows["host", host])
        return await first_schedule(self.tx, made, now=self.now, actor=self.actor)
