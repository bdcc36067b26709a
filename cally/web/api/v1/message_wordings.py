"""Message wordings: what hosts write instead of Cally's own words, by kind of message, reader and language."""

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
from cally.errors import not_found
from cally.model.messages import Kind, Recipient
from cally.model.wordings import Whose, Wording, known_kind, known_reader
from cally.notify.variables import variables_for
from cally.notify.wordings import checked_wording, list_wordings, reset_wording, set_wording, wording_of
from cally.web.api.described import Example
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.teams_found import team_in

noun = Noun("Message wordings")
READ = "event-types:read"
WRITE = "event-types:write"
PATH = "/message-wordings/{message}/{recipient}"
EXAMPLE = Example(body={"subject": "See you {when_short}", "body": "Hello **{name}**,\n\nuntil {date}!"})


class WordingsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose to list: the host's own without any; or of a team (its slug) or an event type, that they may change."""

    team: str | None = None
    event_type_id: str | None = None


class WordingAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which one: `locale` is empty for every language; `team` or `event_type_id` name other words than the host's."""

    locale: str = ""
    team: str | None = None
    event_type_id: str | None = None


class WordingChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; everything else stays. An empty part has Cally's own words.

    `body` is light Markdown; all three may have variables in braces.
    """

    locale: str = ""
    team: str | None = None
    event_type_id: str | None = None
    subject: str | UnsetType = UNSET
    body: str | UnsetType = UNSET
    chat: str | UnsetType = UNSET


class WordingShown(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a message; `variables` are those that may stand in them."""

    message: Kind
    recipient: Recipient
    locale: str
    subject: str
    body: str
    chat: str
    variables: tuple[str, ...]


class WordingsShown(Page, frozen=True, kw_only=True):
    """What is worded, by kind, reader and language; for everything else Cally has words of its own."""

    wordings: tuple[WordingShown, ...]


@noun.does("GET", "/message-wordings", scope=READ, query=WordingsAsked, answers={200: WordingsShown})
async def list_message_wordings(call: Call) -> Answer:
    """List the words that a host, a team or an event type has of its own."""
    found = await list_wordings(call.doors.store.reader, await _whose(call, call.query))
    kept, more = page(found, call.query, lambda one: (one.kind, one.recipient, one.locale))
    return answer(WordingsShown(wordings=tuple(map(_shown, kept)), next_cursor=more))


@noun.does("GET", PATH, scope=READ, query=WordingAsked, answers={200: WordingShown}, refuses=("not_found",))
async def show_message_wording(call: Call) -> Answer:
    """Show the words of one kind of message for one reader; empty where they are Cally's own."""
    return answer(_shown(await _known(call, await _whose(call, call.query), call.query.locale)))


@noun.does(
    "PATCH",
    PATH,
    scope=WRITE,
    body=WordingChanges,
    answers={200: WordingShown},
    refuses=("not_found",),
    example=EXAMPLE,
)
async def change_message_wording(call: Call) -> Answer:
    """Word a kind of message for a reader; an unknown variable is refused, with the list of those there are."""
    holder, given = call.token_holder, call.body
    whose = await _whose(call, given)
    known = await _known(call, whose, given.locale)
    sent = {"subject": given.subject, "body": given.body, "chat": given.chat}
    wanted = msgspec.structs.replace(known, **{name: text for name, text in sent.items() if text is not UNSET})
    return answer(_shown(await set_wording(call.doors.store, whose, wanted, now=call.now, actor=holder.actor())))


@noun.does("DELETE", PATH, scope=WRITE, query=WordingAsked, answers={204: None}, refuses=("not_found",))
async def reset_message_wording(call: Call) -> Answer:
    """Say it in Cally's own words again."""
    whose = await _whose(call, call.query)
    known = await _known(call, whose, call.query.locale)
    await reset_wording(
        call.doors.store,
        whose,
        known.kind,
        known.recipient,
        known.locale,
        now=call.now,
        actor=call.token_holder.actor(),
    )
    return answer(None, 204)


async def _known(call: Call, whose: Whose, locale: str) -> Wording:
    """The words there are, or empty ones; raises `not_found` for a message that nobody gets."""
    kind = known_kind(call.path["message"])
    recipient = known_reader(kind, call.path["recipient"]) if kind else None
    if kind is None or recipient is None:
        raise not_found("message")
    empty = checked_wording(Wording(kind=kind, recipient=recipient, locale=locale))
    return await wording_of(call.doors.store.reader, whose, kind, recipient, empty.locale) or empty


async def _whose(call: Call, asked: WordingsAsked | WordingAsked | WordingChanges) -> Whose:
    account = call.token_holder.account
    if asked.event_type_id is not None:
        text = asked.event_type_id
        row = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
        item = await hosts.event_type_by_id(call.doors.store.reader, row)
        if item is None or not await hosts.may_change(call.doors.store.reader, account, item):
            raise not_found("event type")
        return Whose(owner="event_type", id=item.id)
    if asked.team is not None:
        return Whose(owner="team", id=(await team_in(call, asked.team, to_change=True)).id)
    return Whose(owner="host", id=account.id)


def _shown(wording: Wording) -> WordingShown:
    return WordingShown(
        message=wording.kind,
        recipient=wording.recipient,
        locale=wording.locale,
        subject=wording.subject,
        body=wording.body,
        chat=wording.chat,
        variables=tuple(variables_for(wording.kind, wording.recipient)),
    )
