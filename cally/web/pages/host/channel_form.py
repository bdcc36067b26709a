"""A channel as it is shown and as its form was filled in: what it is told, of which event types, at once or daily."""

from typing import NamedTuple

from cally.errors import invalid
from cally.model.channels import HOST_EVENTS, Channel
from cally.notify import EVERYTHING, Wishes, event_types_for, latest_answer, latest_digest
from cally.web.forms import Form
from cally.web.pages.host.desk import Desk
from cally.web.pages.host.wording import Words

MINE = "mine"
EVENTS: tuple[tuple[str, str], ...] = (
    ("requested", "Somebody asks for a time"),
    ("confirmed", "Booked"),
    ("rescheduled", "Moved"),
    ("cancelled", "Cancelled"),
    ("declined", "Declined"),
    ("reassigned", "Handed to another host"),
    ("clock_changed", "Clocks have new rules"),
    ("reminder", "Reminder before a meeting"),
    ("bounced", "A message did not arrive"),
)
FEW = 3
ICONS = {"E-Mail": "mail", "MQTT Notification": "pulse", "HomeAssistant": "pulse", "JSON": "link"}
TO_PEOPLE = frozenset(
    {"Discord", "Slack", "Matrix", "Mattermost", "Rocket.Chat", "Google Chat", "Zulip", "Microsoft Teams"}
)
TO_PHONES = frozenset({"Signal API", "Telegram", "WhatsApp", "Twilio", "Threema Gateway", "Vonage", "Sinch"})


class Shown(NamedTuple):
    """A channel in words: what it is told, of which event types (empty for all), when, and how the last message went.

    `tone` is ok, danger, or empty.
    """

    item: Channel
    icon: str
    hears: str
    of: str
    pace: str
    tone: str
    last: str


def wishes(form: Form) -> Wishes:
    """What was chosen; a form that asks for nothing but name and address leaves it at what is sensible.

    Raises `invalid` naming `events` or `event_types` where some were to be chosen and none were.
    """
    if not form.flag("chosen"):
        return EVERYTHING
    events = None if form.text("hears") != "some" else tuple(form.all("event"))
    if events == ():
        raise invalid("events", "Please choose at least one message.")
    types = tuple(int(one) for one in form.all("type") if is_number(one)) if form.text("of") == "some" else ()
    if form.text("of") == "some" and not types:
        raise invalid("event_types", "Please choose at least one event type.")
    return Wishes(
        events=events,
        event_types=types,
        digest_at=form.text("digest_at") or "-" if form.text("pace") == "daily" else "",
    )


def is_number(text: str) -> bool:
    """Whether it can be a row's number."""
    return text.isascii() and text.isdigit() and len(text) < 20


def form_of(item: Channel) -> Form:
    """The form of a channel as it stands."""
    pairs = [
        ("name", item.name),
        ("hears", "all" if item.events is None else "some"),
        ("of", "some" if item.event_types else "all"),
        ("pace", "daily" if item.digest else "once"),
    ]
    pairs += [("event", one) for one in (item.events if item.events is not None else HOST_EVENTS)]
    pairs += [("type", str(one)) for one in item.event_types]
    return Form([*pairs, *([("digest_at", item.digest.at_local)] if item.digest else [])])


async def shown(desk: Desk, item: Channel) -> Shown:
    """A channel in the words of the list."""
    names = dict(EVENTS)
    hears = "Everything" if item.events is None else _few([names.get(one, one) for one in item.events])
    titles = dict(await event_types_for(desk.db, item.owner_id, of_team=item.team_id is not None))
    of = _few([titles[one] for one in item.event_types if one in titles]) if item.event_types else ""
    tone, last = await _last(desk, item)
    pace = f"once a day at {item.digest.at_local}" if item.digest else "at once"
    return Shown(item, _icon(item.service), hears, of, pace, tone, last)


async def _last(desk: Desk, item: Channel) -> tuple[str, str]:
    """How the last message, or digest, went."""
    words: Words = desk.words
    if item.digest is not None:
        run = await latest_digest(desk.db, item.id)
        if run is not None and run.state != "obsolete" and run.answer:
            return _told(words, run.state, run.answer, run.created_at)
    found = await latest_answer(desk.db, item.id)
    return ("", "Nothing was sent yet") if found is None else _told(words, *found)


def _told(words: Words, state: str, answer: str, at: int) -> tuple[str, str]:
    if state == "sent":
        return "ok", f"Took the last message, {words.moment(at)}"
    if state == "obsolete":
        return "", f"The last message was left out, {words.moment(at)}"
    return "danger", answer


def _few(names: list[str]) -> str:
    """`Booked, Moved and 2 more`."""
    if len(names) <= FEW:
        return ", ".join(names) or "nothing"
    return f"{', '.join(names[:FEW])} and {len(names) - FEW} more"


def _icon(service: str) -> str:
    if service in TO_PEOPLE:
        return "users"
    return ICONS.get(service, "phone" if service in TO_PHONES else "bell")
