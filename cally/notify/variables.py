"""Variables in words that hosts write: a closed list, replaced by text and by nothing else; there is no language."""

import re
import unicodedata
from collections.abc import Callable, Mapping

import msgspec

from cally.errors import invalid
from cally.model.messages import Kind, Recipient
from cally.model.wordings import EVERYBODY

BRACED = re.compile(r"\{+[^{}\n]*\}+")
UNSEEN = frozenset({"Cf", "Zs", "Cc"})
NEVER_EMPTY = "x"


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for it, in words for hosts; empty `kinds` means every kind. `is_link`: it is an address to open."""

    says: str
    kinds: frozenset[Kind] = frozenset()
    recipients: tuple[Recipient, ...] = EVERYBODY
    is_link: bool = False


VARIABLES: dict[str, Variable] = {
    "name": Variable(says="The name of whoever reads it"),
    "guest_name": Variable(says="The guest’s name"),
    "guest_email": Variable(says="The guest’s address", recipients=("guest", "host")),
    "host_name": Variable(says="The host’s name; of several all of them"),
    "title": Variable(says="What was booked"),
    "when": Variable(says="Date, time and time zone, as the reader writes them"),
    "when_short": Variable(says="The same in short, as in “Tue, Sep 22, 10:00 AM (Berlin)”"),
    "date": Variable(says="The date alone"),
    "time": Variable(says="The time alone, from and until"),
    "zone": Variable(says="The time zone alone"),
    "previous": Variable(
        says="When it was before", kinds=frozenset({"requested", "rescheduled", "confirmed", "clock_changed"})
    ),
    "where": Variable(says="The place; empty where none was agreed"),
    "where_link": Variable(says="The address of an online meeting; empty for other places", is_link=True),
    "reason": Variable(
        says="What was given as a reason; may be empty",
        kinds=frozenset({"declined", "cancelled", "rescheduled", "requested"}),
    ),
    "position": Variable(says="Their place in the line", kinds=frozenset({"waitlist_joined"})),
    "until": Variable(says="Until when the offer stands", kinds=frozenset({"waitlist_offered"})),
    "manage_link": Variable(
        says="Where the reader sees and changes the booking", recipients=("guest", "host"), is_link=True
    ),
    "page_link": Variable(says="The booking page", is_link=True),
}


def variables_for(kind: Kind, recipient: Recipient) -> dict[str, Variable]:
    """What may stand in the words of a kind for a reader."""
    return {
        name: variable
        for name, variable in VARIABLES.items()
        if recipient in variable.recipients and (not variable.kinds or kind in variable.kinds)
    }


def require_known(text: str, field: str, possible: Mapping[str, Variable]) -> str:
    """The text, if every pair of braces in it is a variable. Raises `invalid` naming `field` with what is possible."""
    for found in BRACED.findall(text):
        if named(found) not in possible:
            all_of_them = ", ".join(f"{{{name}}}" for name in possible)
            shown = found if len(found) <= 40 else f"{found[:40]}…"
            raise invalid(field, f"There is no {shown} here. You can use {all_of_them}.")
    return text


def filled(text: str, values: Mapping[str, str], made: Callable[[str], str] = str) -> str:
    """The text with each variable replaced; `made` is put on every value, and never sees one twice."""
    return BRACED.sub(lambda match: made(values[named(match[0])]) if named(match[0]) in values else match[0], text)


def without_hollow_lines(text: str, values: Mapping[str, str]) -> str:
    """The text without the lines that say nothing: those whose variables are all empty."""
    return "\n".join(line for line in text.split("\n") if not _is_hollow(line, values))


def named(braced: str) -> str:
    """The name between one pair of braces; empty for anything else."""
    return braced[1:-1] if braced[1:2] != "{" and braced[-2:-1] != "}" else ""


def is_seen(text: str) -> bool:
    """Whether anything in a text can be seen."""
    return any(unicodedata.category(character) not in UNSEEN for character in text)


def _is_hollow(line: str, values: Mapping[str, str]) -> bool:
    names = [named(found) for found in BRACED.findall(line)]
    return bool(names) and not any(values.get(name, NEVER_EMPTY) for name in names)
