"""The form of a webhook: whose bookings, which events, which event types, and how the payload looks."""

from typing import NamedTuple

import msgspec

from cally.hosts import list_event_types, list_teams, manages
from cally.model.webhook_events import event_text
from cally.model.webhooks import TYPES, BookingEventType, Webhook
from cally.notify.webhooks import Owner, WebhookDraft, sample
from cally.web.forms import Form
from cally.web.pages.host.desk import Desk

MINE = "mine"
INSTANCE = "instance"
TYPE_WORDS: dict[BookingEventType, str] = {
    "booking.requested": "A guest asks for a time",
    "booking.confirmed": "A booking is confirmed",
    "booking.declined": "A request is declined",
    "booking.rescheduled": "A booking is moved, or other hosts take part",
    "booking.cancelled": "A booking is cancelled",
    "booking.no_show": "A guest stayed away",
    "booking.reminder_due": "A reminder is due",
}
STATES = {
    "on": ("on", "ok"),
    "paused": ("paused", ""),
    "failed": ("switched off", "danger"),
    "gone": ("ended", "danger"),
}
DELIVERY_STATES = {
    "waiting": ("waits", "warn"),
    "sent": ("taken", "ok"),
    "failed": ("failed", "danger"),
    "obsolete": ("left out", ""),
}


class Whose(NamedTuple):
    """One choice of whose bookings a webhook is told."""

    key: str
    label: str
    owner: Owner


async def choices_of_owner(desk: Desk) -> list[Whose]:
    """Whose bookings this host may have told: their own, those of teams they manage, an admin every one here."""
    found = [Whose(MINE, "My bookings", Owner(host_id=desk.host.id))]
    known = await list_teams(desk.db, desk.account)
    managed = [team for team in known if await manages(desk.db, desk.account, team.id)]
    found += [Whose(str(team.id), f"Those of “{team.name}”", Owner(team_id=team.id)) for team in managed]
    if desk.account.role == "admin":
        found.append(Whose(INSTANCE, "Every booking on this server", Owner()))
    return found


def owner_words(webhook: Webhook, known: list[Whose]) -> str:
    """Whose bookings a webhook is told, in words."""
    owner = Owner(host_id=webhook.host_id, team_id=webhook.team_id)
    return next((one.label for one in known if one.owner == owner), "")


async def choices_of_event_type(desk: Desk, owner: Owner | None) -> list[tuple[str, str]]:
    """Event types by id, those that fit an owner: a team's own; else the host's, and those of their teams."""
    if owner is not None and owner.team_id is not None:
        return [(str(one.id), one.title) for one in await list_event_types(desk.db, owner.team_id)]
    found = [(str(one.id), one.title) for one in await list_event_types(desk.db, desk.host.id)]
    for team in await list_teams(desk.db, desk.account):
        found += [(str(one.id), f"{one.title} · {team.name}") for one in await list_event_types(desk.db, team.id)]
    return found


def draft_of(form: Form, *, keeps_url: bool) -> WebhookDraft:
    """What was filled in; an empty address keeps the one there is, where there is one. Nothing is judged here."""
    url = form.text("url").strip()
    chosen = [text for text in form.all("event_types") if text.isascii() and text.isdigit() and len(text) < 19]
    return WebhookDraft(
        url=None if keeps_url and not url else url,
        name=form.text("name"),
        types=tuple(form.all("types")),
        event_types=tuple(int(text) for text in chosen),
        template=form.text("template"),
    )


def form_of(webhook: Webhook) -> Form:
    """A form that shows what a webhook is; its address is not told."""
    pairs = [("name", webhook.name), ("template", webhook.template)]
    pairs += [("types", one) for one in webhook.types]
    return Form([*pairs, *(("event_types", str(row)) for row in webhook.event_types)])


def blank() -> Form:
    """A new webhook: every event of the host's own bookings."""
    return Form([("whose", MINE), *(("types", one) for one in TYPES)])


def pretty(text: str) -> str:
    """JSON over several lines."""
    return msgspec.json.format(text.encode(), indent=2).decode()


def sample_body() -> str:
    """What is posted for a confirmed booking without a template."""
    return pretty(event_text(sample("booking.confirmed")))
