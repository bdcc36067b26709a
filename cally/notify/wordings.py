"""Keeping hosts' own wordings, and choosing the one that a message is written with."""

import msgspec

from cally.model.accounts import Actor
from cally.model.locales import locale_tag
from cally.model.messages import Kind, Message, Recipient
from cally.model.texts import line, paragraph
from cally.model.wordings import Whose, Wording
from cally.notify.own_words import require_good_links
from cally.notify.rendering import reader_of
from cally.notify.variables import require_known, variables_for
from cally.store import Reader, Store, Writer, audit, wordings

LONGEST_SUBJECT = 200
LONGEST_BODY = 4_000
LONGEST_CHAT = 600


async def list_wordings(db: Reader, whose: Whose) -> list[Wording]:
    """All that is worded for a host, a team or an event type, by kind, reader and language."""
    return await wordings.list_of(db, whose)


async def wording_of(db: Reader, whose: Whose, kind: Kind, recipient: Recipient, locale: str = "") -> Wording | None:
    """The wording of exactly that language."""
    for found in await wordings.list_of(db, whose):
        if (found.kind, found.recipient, found.locale) == (kind, recipient, locale):
            return found
    return None


async def set_wording(store: Store, whose: Whose, wording: Wording, *, now: int, actor: Actor) -> Wording:
    """Keep a wording; one without any words takes it away. Whose it may be, the door must judge.

    Raises `invalid` naming `subject`, `body`, `chat` or `locale`: too long, or with a variable that there is not.
    """
    checked = checked_wording(wording)
    async with store.write() as tx:
        if checked.is_empty:
            await wordings.delete(tx, whose, checked.kind, checked.recipient, checked.locale)
        else:
            await wordings.replace(tx, whose, checked, now=now)
        await _note(tx, whose, checked, "update", now, actor)
    return msgspec.structs.replace(checked, updated_at=now)


async def reset_wording(
    store: Store, whose: Whose, kind: Kind, recipient: Recipient, locale: str, *, now: int, actor: Actor
) -> bool:
    """Say it in Cally's own words again; whether there were others."""
    async with store.write() as tx:
        if not await wordings.delete(tx, whose, kind, recipient, locale):
            return False
        await _note(tx, whose, Wording(kind=kind, recipient=recipient, locale=locale), "reset", now, actor)
    return True


def checked_wording(wording: Wording) -> Wording:
    """The wording as it would be kept; raises as `set_wording` does."""
    possible = variables_for(wording.kind, wording.recipient)
    subject = line(wording.subject, "subject", required=False, longest=LONGEST_SUBJECT)
    body = paragraph(wording.body, "body", longest=LONGEST_BODY)
    chat = paragraph(wording.chat, "chat", longest=LONGEST_CHAT)
    for name, text in (("subject", subject), ("body", body), ("chat", chat)):
        require_known(text, name, possible)
    require_good_links(body, "body", possible)
    locale = locale_tag(wording.locale) if wording.locale else ""
    return msgspec.structs.replace(wording, subject=subject, body=body, chat=chat, locale=locale)


async def wording_for(db: Reader, message: Message) -> Wording | None:
    """What a message is written with: each part from the nearest wording that has it.

    Nearest is the event type's own in the reader's language, then the event type's for all languages, then those of its
    team or host. None where nobody has worded anything.
    """
    locale = reader_of(message.snapshot, message.recipient, message.address).locale
    event_type_id = message.snapshot.booking.event_type_id
    own, shared = await wordings.for_message(db, event_type_id, message.kind, message.recipient)
    return merged([*_fitting(own, locale), *_fitting(shared, locale)])


def merged(nearest: list[Wording]) -> Wording | None:
    """One wording of several, the nearest first; the language is that of its body."""
    if not nearest:
        return None
    body = next((one for one in nearest if one.body), nearest[0])
    return msgspec.structs.replace(
        body,
        subject=next((one.subject for one in nearest if one.subject), ""),
        chat=next((one.chat for one in nearest if one.chat), ""),
    )


def _fitting(found: list[Wording], locale: str) -> list[Wording]:
    """Those that a reader of a language can be told, best first: `pt-BR`, then `pt`, then for every language."""
    spoken = locale.lower()
    languages = list(dict.fromkeys((spoken, spoken.partition("-")[0], "")))
    fit = [one for one in found if one.locale.lower() in languages]
    return sorted(fit, key=lambda one: languages.index(one.locale.lower()))


async def _note(tx: Writer, whose: Whose, wording: Wording, action: str, now: int, actor: Actor) -> None:
    """Which words were changed, not what they say."""
    await audit.insert(
        tx,
        now=now,
        actor=actor,
        tag=f"{actor.kind}:wording:{action}",
        subject=f"{whose.owner.replace('_', '-')}:{whose.id}",
        kind=wording.kind,
        recipient=wording.recipient,
        locale=wording.locale,
    )
