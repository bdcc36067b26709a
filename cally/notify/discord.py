"""Discord: a booking as a card with a colour and fields, posted to its webhook (R47).

Apprise would show fields as blocks of code and let a guest's name call everybody on the server; so these are our own
words to https://discord.com/developers/docs/resources/webhook#execute-webhook, in which nobody can be called.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from cally.errors import CallyError
from cally.notify import outgoing
from cally.notify.failures import NotTaken
from cally.notify.outgoing import Limits

if TYPE_CHECKING:
    from apprise import NotifyBase

HOOKS = "https://discord.com/api/webhooks"
SERVICE = "Discord"
TITLE_LENGTH = 256
TEXT_LENGTH = 2_000
NAME_LENGTH = 256
VALUE_LENGTH = 1_024
MOST_FIELDS = 10
OK_STATUS = range(200, 300)
GONE = frozenset({401, 403, 404})
TOO_MANY = 429
LIMITS = Limits(bytes=100_000, seconds=25)
MARKED = str.maketrans({mark: f"\\{mark}" for mark in "\\*_~`|>[]#<@"})


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A title with a link behind it, a sentence, `(label, value)` fields, and a colour (0xRRGGBB)."""

    title: str
    text: str
    link: str = ""
    colour: int = 0x17694D
    fields: tuple[tuple[str, str], ...] = ()


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook of Discord, as its Apprise address says."""

    path: str
    thread: str = ""
    name: str = ""
    picture: str = ""


def hook_of(service: "NotifyBase") -> Hook | None:
    """The webhook behind a service; None for every other service, and for one with a template of its own."""
    found: Any = service
    if found.service_name != SERVICE or getattr(found, "template", None):
        return None
    return Hook(
        path=f"{quote(str(found.webhook_id), safe='')}/{quote(str(found.webhook_token), safe='')}",
        thread=str(found.thread_id or ""),
        name=str(found.user or ""),
        picture=str(found.avatar_url or ""),
    )


async def post(hook: Hook, card: Card, *, allowed: tuple[str, ...] = ()) -> None:
    """Show a card. Raises `NotTaken`, permanent when Discord knows the webhook no more."""
    options = {"wait": "true"} | ({"thread_id": hook.thread} if hook.thread else {})
    sent = {"content-type": "application/json", "user-agent": "Cally"}
    try:
        answer = await outgoing.post(
            f"{HOOKS}/{hook.path}?{urlencode(options)}",
            msgspec.json.encode(payload(card, hook)),
            headers=sent,
            allowed=allowed,
            limits=LIMITS,
        )
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=False) from error
    if answer.status not in OK_STATUS:
        raise NotTaken(_why(answer.status), permanent=answer.status in GONE)


def payload(card: Card, hook: Hook) -> dict[str, Any]:
    """The message as Discord takes it; every text within its limits, its marks taken literally."""
    shown: dict[str, Any] = {
        "title": _cut(card.title, TITLE_LENGTH),
        "description": _cut(_plain(card.text), TEXT_LENGTH),
        "color": card.colour,
        "fields": [
            {"name": _cut(name, NAME_LENGTH), "value": _cut(_plain(value), VALUE_LENGTH), "inline": False}
            for name, value in card.fields[:MOST_FIELDS]
            if value
        ],
    }
    if card.link.startswith(("https://", "http://")):
        shown["url"] = card.link
    whole: dict[str, Any] = {"embeds": [shown], "allowed_mentions": {"parse": []}}
    if hook.name:
        whole["username"] = hook.name
    if hook.picture:
        whole["avatar_url"] = hook.picture
    return whole


def _why(status: int) -> str:
    if status in GONE:
        return f"Discord does not know this webhook any more ({status}); please make a new one there."
    if status == TOO_MANY:
        return "Discord wants fewer messages at this moment (429)."
    return f"Discord did not take the message ({status})."


def _plain(text: str) -> str:
    """What people wrote, without the marks that Discord would act upon; addresses keep theirs."""
    return " ".join(word if word.startswith(("https://", "http://")) else word.translate(MARKED) for word in _w(text))


def _w(text: str) -> list[str]:
    return text.split(" ")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
