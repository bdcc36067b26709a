"""The words of every message: listed, written anew by who sends it, seen as their reader would, tried, and reset."""

from typing import get_args
from urllib.parse import urlencode

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.errors import CallyError, not_found
from cally.model.letters import LetterKind
from cally.model.messages import KINDS, Kind, Recipient
from cally.model.wordings import Wording, known_kind, known_reader, readers_of
from cally.notify.sample_mail import send_sample
from cally.notify.samples import Sample, goes_to_channels, sample_message
from cally.notify.variables import variables_for
from cally.notify.wordings import checked_wording, list_wordings, reset_wording, set_wording, wording_of
from cally.web import forms
from cally.web.forms import Form
from cally.web.headers import CONTENT_SECURITY_POLICY
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.outbox import KIND_WORDS
from cally.web.pages.host.wordings_scope import Scope, choices, scope_of
from cally.web.pages.host.wordings_words import (
    LANGUAGES,
    LETTERS,
    MORE_KINDS,
    READER_WORDS,
    TO_WORDS,
    WHEN_WORDS,
    language,
)

HERE = "/app/messages/wording"
WITH_FRAME = {"content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"}
ZONES = ("America/New_York", "America/Sao_Paulo", "Europe/London", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney")


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Which words: of a kind, to a reader, in a language, for a part of the event types."""

    scope: Scope
    kind: Kind
    recipient: Recipient
    locale: str

    @property
    def path(self) -> str:
        """The page's address without what follows the question mark."""
        return f"{HERE}/{self.kind}/{self.recipient}"

    def href(self, locale: str | None = None) -> str:
        """The page of these words, or of those in another language."""
        return _href(self.path, self.scope.of, self.locale if locale is None else locale)


@get(HERE)
async def listing(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Every kind of message and who gets it; which of them say what the host wrote."""
    scope = await scope_of(desk, request.query_params.get("of", ""))
    own = await list_wordings(desk.db, scope.whose)
    worded = {(one.kind, one.recipient) for one in own}
    rows = [
        (
            kind_name(kind),
            WHEN_WORDS.get(kind, ""),
            [
                (READER_WORDS[who], _href(f"{HERE}/{kind}/{who}", scope.of, ""), (kind, who) in worded)
                for who in readers_of(kind)
            ],
        )
        for kind in KINDS
    ]
    letters: list[tuple[LetterKind, str, str]] = [
        (kind, *LETTERS.get(kind, (kind.replace("_", " ").capitalize(), "")))
        for kind in get_args(LetterKind)
        if kind != "sample"
    ]
    return await desk.page(
        "pages/host/wordings.html",
        here="outbox",
        scope=scope,
        scopes=await choices(desk),
        rows=rows,
        letters=letters,
    )


@get(f"{HERE}/{{message:str}}/{{recipient:str}}")
async def edit(request: Asked, desk: NamedDependency[Desk], message: FromPath[str], recipient: FromPath[str]) -> Page:
    """One message's words, and how they read."""
    asked = request.query_params
    asking = await asked_for(desk, message, recipient, asked.get("of", ""), asked.get("locale", ""))
    kept = await wording_of(desk.db, asking.scope.whose, asking.kind, asking.recipient, asking.locale)
    form = Form.of(subject=kept.subject, body=kept.body, chat=kept.chat) if kept else Form()
    return await _page(desk, asking, form, kept=kept)


@post(f"{HERE}/{{message:str}}/{{recipient:str}}", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk], message: FromPath[str], recipient: FromPath[str]) -> Page:
    """Keep the words, take them back, or mail them to oneself as they stand in the form."""
    form = await forms.read(request)
    asking = await asked_for(desk, message, recipient, form.text("of"), form.text("locale"))
    act = form.text("act")
    if act == "reset":
        return await _reset(desk, asking)
    try:
        if act == "test":
            return await _try(desk, asking, form)
        kept = await set_wording(desk.store, asking.scope.whose, draft_of(asking, form), now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _page(desk, asking, form, status=422)
    said = "It reads as Cally says it." if kept.is_empty else "Saved. From now on it reads like this."
    return desk.back_to(asking.href(), said)


ROUTES = [listing, edit, change]


async def asked_for(desk: Desk, kind: str, recipient: str, of: str, locale: str) -> Asking:
    """What an address names; raises `not_found` where there is no such message, or it is not the host's to word."""
    known = known_kind(kind)
    reader = known_reader(known, recipient) if known else None
    if known is None or reader is None:
        raise not_found("message")
    scope = await scope_of(desk, of)
    checked = checked_wording(Wording(kind=known, recipient=reader, locale=locale))
    return Asking(scope=scope, kind=known, recipient=reader, locale=checked.locale)


def draft_of(asking: Asking, form: Form) -> Wording:
    """The words in a form, not checked yet."""
    return Wording(
        kind=asking.kind,
        recipient=asking.recipient,
        locale=asking.locale,
        subject=form.text("subject"),
        body=form.text("body"),
        chat=form.text("chat"),
    )


def sample_of(desk: Desk, asking: Asking, wording: Wording | None, tz: str) -> Sample:
    """The message about an invented booking, for a guest in a zone who speaks the language of the words."""
    return sample_message(
        desk.host,
        asking.scope.event_type,
        asking.kind,
        asking.recipient,
        wording=wording,
        tz=tz if tz in ZONES else desk.host.tz,
        locale=asking.locale or desk.host.locale,
        public_url=desk.doors.public_url(),
        now=desk.now,
    )


def kind_name(kind: Kind) -> str:
    """A kind of message in a word or two."""
    return KIND_WORDS.get(kind) or MORE_KINDS.get(kind) or kind.replace("_", " ").capitalize()


async def _reset(desk: Desk, asking: Asking) -> Page:
    await reset_wording(
        desk.store,
        asking.scope.whose,
        asking.kind,
        asking.recipient,
        asking.locale,
        now=desk.now,
        actor=desk.actor,
    )
    return desk.back_to(asking.href(), "It reads as Cally says it again.")


async def _try(desk: Desk, asking: Asking, form: Form) -> Page:
    sample = sample_of(desk, asking, checked_wording(draft_of(asking, form)), form.text("tz"))
    await send_sample(desk.store, desk.signed_in, sample.mail, now=desk.now)
    desk.doors.wake()
    return await _page(desk, asking, form, status=200, sent_to=desk.signed_in.email)


async def _page(
    desk: Desk,
    asking: Asking,
    form: Form,
    *,
    kept: Wording | None = None,
    status: int = 200,
    sent_to: str = "",
) -> Page:
    same = [
        one
        for one in await list_wordings(desk.db, asking.scope.whose)
        if (one.kind, one.recipient) == (asking.kind, asking.recipient)
    ]
    written_in = sorted({one.locale for one in same} | {"", asking.locale})
    standard = sample_of(desk, asking, None, "")
    return await desk.page(
        "pages/host/wording.html",
        here="outbox",
        status=status,
        headers=WITH_FRAME,
        asking=asking,
        form=form,
        name=kind_name(asking.kind),
        to=TO_WORDS[asking.recipient],
        about=WHEN_WORDS.get(asking.kind, ""),
        is_draft=bool(sent_to or form.faults),
        is_kept=any(one.locale == asking.locale for one in same),
        languages=[(tag, language(tag), asking.href(tag)) for tag in written_in],
        more_languages=[(tag, name) for tag, name in LANGUAGES.items() if tag not in written_in],
        variables=variables_for(asking.kind, asking.recipient).items(),
        standard=standard,
        has_chat=goes_to_channels(asking.kind, asking.recipient),
        zones=[desk.host.tz, *(zone for zone in ZONES if zone != desk.host.tz)],
        back=_href(HERE, asking.scope.of, ""),
        sent_to=sent_to,
    )


def _href(path: str, of: str, locale: str) -> str:
    told = urlencode({name: value for name, value in (("of", of), ("locale", locale)) if value})
    return f"{path}?{told}" if told else path
