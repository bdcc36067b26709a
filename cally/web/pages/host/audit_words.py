"""The audit log in plain words: who did what, to what, from where, for whom."""

from collections.abc import Mapping

import msgspec

from cally.model.messages import AuditEntry
from cally.web.pages.host.wording import Words

NOBODY = {"guest": "A guest", "cli": "The command line", "system": "Cally"}
KINDS = {
    "host": "Hosts",
    "admin": "Admins",
    "assistant": "Assistants",
    "guest": "Guests",
    "cli": "The command line",
    "system": "Cally itself",
}
ACTS = {
    "account:create": "made the account",
    "account:delete": "deleted the account",
    "account:disable": "locked the account out",
    "account:enable": "let the account in again",
    "account:password": "changed the password",
    "audit:begin": "began to chain this log",
    "audit:erase": "erased the address of a guest",
    "audit:prune": "removed entries after their days",
    "booking:approve": "approved the booking",
    "booking:cancel": "cancelled the booking",
    "booking:create": "booked",
    "booking:decline": "declined the booking",
    "booking:export": "exported bookings",
    "booking:import": "brought the booking over from elsewhere",
    "booking:no-show": "marked the booking as a no-show",
    "booking:propose": "proposed other times for the booking",
    "booking:reassign": "gave the booking to another host",
    "booking:request": "asked for a time",
    "booking:reschedule": "moved the booking",
    "booking:show": "took the no-show mark off",
    "configuration:export": "exported the configuration",
    "host:update": "changed the profile",
    "message_settings:update": "changed when messages come",
    "import:ask": "began to bring things over",
    "import:begin": "brought over what hosts set up",
    "import:change": "changed what is to be brought over",
    "import:forget": "removed an import",
    "import:read": "read a file to be brought over",
    "request:left-out": "was refused more often than is listed",
    "request:refuse": "was refused",
    "session:create": "signed in",
    "session:delete": "signed out",
    "session:refuse": "was refused at sign-in",
    "setting:change": "changed the setting",
    "token:create": "made a token",
    "token:revoke": "revoked a token",
    "wording:reset": "took back the words of a message",
    "wording:update": "worded a message",
}
PAST = {
    "accept": "accepted",
    "add": "added",
    "archive": "archived",
    "change": "changed",
    "create": "made",
    "delete": "deleted",
    "leave": "left",
    "move": "moved",
    "offer": "offered",
    "order": "put in order",
    "remove": "removed",
    "revoke": "revoked",
    "update": "changed",
}
FACT_WORDS = {"factors": "with", "status": "status", "fields": "fields"}


class EntryShown(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in words; `about` is the thing, `facts` what else is known, `tag` and `subject` what programs read."""

    id: int
    at: str
    who: str
    capacity: str
    did: str
    about: str
    facts: str
    address: str
    tag: str
    subject: str
    tone: str


def entry_shown(entry: AuditEntry, words: Words, names: Mapping[int, str]) -> EntryShown:
    """The entry for a reader; `names` are the accounts' by their id."""
    return EntryShown(
        id=entry.id,
        at=words.moment(entry.at),
        who=_who(entry, names),
        capacity=_for_whom(entry, names),
        did=_did(entry.tag),
        about=_about(entry.subject, names),
        facts=_facts(entry, words),
        address=entry.address,
        tag=entry.tag,
        subject=entry.subject,
        tone="danger" if entry.tag.endswith((":refuse", ":left-out")) else "",
    )


def _who(entry: AuditEntry, names: Mapping[int, str]) -> str:
    if entry.account_id is not None:
        return names.get(entry.account_id, "A deleted account")
    return NOBODY.get(entry.actor, entry.actor.capitalize())


def _for_whom(entry: AuditEntry, names: Mapping[int, str]) -> str:
    capacity = {"admin": "as admin", "assistant": "as assistant"}.get(entry.actor, "")
    if entry.for_id is None or entry.for_id == entry.account_id:
        return capacity
    return f"{capacity} for {names.get(entry.for_id, 'a deleted account')}".strip()


def _did(tag: str) -> str:
    _, _, act = tag.partition(":")
    noun, _, verb = act.partition(":")
    noun, action = noun.replace("_", " "), verb.replace("-", " ").replace("_", " ")
    return ACTS.get(act) or (f"{PAST[verb]} the {noun}" if verb in PAST else f"{noun}: {action}".strip(": "))


def _about(subject: str, names: Mapping[int, str]) -> str:
    kind, _, key = subject.partition(":")
    if kind in {"account", "host"} and key.isdigit():
        return names.get(int(key), "a deleted account")
    if kind == "setting":
        return key.replace("_", " ")
    return "" if subject in {"account:unknown", "audit", "audit:left-out"} else subject


def _facts(entry: AuditEntry, words: Words) -> str:
    """Instants in the reader's zone; a hash is for programs."""
    parts = []
    for name, value in entry.facts.items():
        if value in {None, ""} or name == "hash":
            continue
        is_instant = name.endswith("_at") and isinstance(value, int)
        said = words.moment(int(value)) if is_instant else str(value)
        parts.append(f"{FACT_WORDS.get(name, name.removesuffix('_at').replace('_', ' '))} {said}")
    return " · ".join(parts)
