"""The audit log of one thing, told in sentences."""

from collections.abc import Mapping

import msgspec

from cally.model.messages import AuditEntry
from cally.web.pages.host.wording import Words

ACTORS = {"host": "You", "admin": "An admin", "guest": "The guest", "cli": "The command line", "system": "Cally"}
ACTS = {
    "create": "booked",
    "request": "asked for this time",
    "approve": "approved",
    "decline": "declined",
    "propose": "proposed other times",
    "cancel": "cancelled",
    "reschedule": "moved",
    "no-show": "marked as a no-show",
    "show": "took the no-show mark off",
    "clock": "followed the new clock rules",
    "import": "brought this over from elsewhere",
}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a history."""

    sentence: str
    at: str


def story(entry: AuditEntry, words: Words, others: Mapping[int, str] | None = None) -> Event:
    """`The guest booked`, `You moved this from … to …`; other hosts (`others` by account) by their name."""
    action = entry.tag.rpartition(":")[2]
    actor = (others or {}).get(entry.account_id or 0) or ACTORS.get(entry.actor, entry.actor)
    said = f"{actor} {ACTS.get(action, action.replace('-', ' '))}"
    from_at, to_at = entry.facts.get("from_at"), entry.facts.get("to_at")
    if action == "reschedule" and isinstance(from_at, int) and isinstance(to_at, int):
        said += f" this from {words.moment(from_at)} to {words.moment(to_at)}"
    if action == "reassign":
        said = f"{actor} gave it from {entry.facts.get('from_host')} to {entry.facts.get('to_host')}"
    if action == "clock":
        said += ", keeping the time on the clock" if entry.facts.get("kept") == "wall_time" else ", keeping the moment"
    return Event(sentence=said, at=words.moment(entry.at))
