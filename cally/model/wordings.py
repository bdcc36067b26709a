"""Wordings: what hosts write instead of Cally's own words, for a kind of message and whoever reads it."""

from typing import Literal

import msgspec

from cally.model.messages import KINDS, Kind, Recipient

Owner = Literal["host", "team", "event_type"]
EVERYBODY: tuple[Recipient, ...] = ("guest", "companion", "host")
ALONE: dict[Kind, Recipient] = {
    "waitlist_joined": "guest",
    "waitlist_offered": "guest",
    "waitlist_over": "guest",
    "follow_up": "guest",
    "proposed": "guest",
    "bounced": "host",
}


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """For which messages a wording is meant: all about a host's or a team's event types, or about one of them."""

    owner: Owner
    id: int


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """Words for one kind and reader. An empty part has Cally's own words; `locale` is empty for every language.

    `subject` is one line, `body` Markdown with variables, `chat` plain text with variables.
    """

    kind: Kind
    recipient: Recipient
    locale: str = ""
    subject: str = ""
    body: str = ""
    chat: str = ""
    updated_at: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it differs from Cally's own words."""
        return not (self.subject or self.body or self.chat)


def readers_of(kind: Kind) -> tuple[Recipient, ...]:
    """Who gets messages of a kind."""
    return (ALONE[kind],) if kind in ALONE else EVERYBODY


def known_kind(text: str) -> Kind | None:
    """The kind of that name."""
    return next((kind for kind in KINDS if kind == text), None)


def known_reader(kind: Kind, text: str) -> Recipient | None:
    """The reader of that name, if they get messages of this kind."""
    return next((reader for reader in readers_of(kind) if reader == text), None)
