"""How a message reads: pages that stand in a frame, which runs nothing and reaches nothing, whatever they hold."""

from typing import get_args

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cally.errors import CallyError, not_found
from cally.model.letters import LetterKind
from cally.model.wordings import Wording
from cally.notify.samples import Sample, refused, sample_letter, shown
from cally.notify.wordings import checked_wording, wording_of
from cally.web import forms
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.wordings import HERE, WITH_FRAME, Asking, asked_for, draft_of, sample_of
from cally.web.pages.host.wordings_words import LETTERS

LETTERS_HERE = "/app/messages/letters"
VIEWS = ("html", "text", "chat")
FRAMED = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox"
    ),
    "x-frame-options": "SAMEORIGIN",
}


@get(f"{HERE}/{{message:str}}/{{recipient:str}}/preview")
async def kept(
    request: Asked, desk: NamedDependency[Desk], message: FromPath[str], recipient: FromPath[str]
) -> ASGIResponse:
    """The message as it would leave now."""
    asked = request.query_params
    asking = await asked_for(desk, message, recipient, asked.get("of", ""), asked.get("locale", ""))
    found = await wording_of(desk.db, asking.scope.whose, asking.kind, asking.recipient, asking.locale)
    return _shown(desk, asking, found, asked.get("tz", ""), asked.get("view", ""))


@post(f"{HERE}/{{message:str}}/{{recipient:str}}/preview", status_code=200)
async def draft(
    request: Asked, desk: NamedDependency[Desk], message: FromPath[str], recipient: FromPath[str]
) -> ASGIResponse:
    """The message as the form has it; nothing is kept."""
    form = await forms.read(request)
    asking = await asked_for(desk, message, recipient, form.text("of"), form.text("locale"))
    try:
        wording = checked_wording(draft_of(asking, form))
    except CallyError as error:
        return _framed(refused(error.sentence))
    return _shown(desk, asking, wording, form.text("tz"), form.text("view"))


@get(f"{LETTERS_HERE}/{{letter:str}}")
async def letter_page(request: Asked, desk: NamedDependency[Desk], letter: FromPath[str]) -> Page:
    """A letter about an account: its words are Cally's alone, for more depends on them."""
    known = _letter_kind(letter)
    name, about = LETTERS.get(known, (known.replace("_", " ").capitalize(), ""))
    return await desk.page(
        "pages/host/letter.html",
        here="outbox",
        headers=WITH_FRAME,
        kind=known,
        name=name,
        about=about,
        view=_view(request.query_params.get("view", "")),
    )


@get(f"{LETTERS_HERE}/{{letter:str}}/preview")
async def letter_shown(request: Asked, desk: NamedDependency[Desk], letter: FromPath[str]) -> ASGIResponse:
    """The letter with invented facts."""
    mail = sample_letter(
        _letter_kind(letter),
        name=desk.host.name,
        tz=desk.host.tz,
        locale=desk.host.locale,
        public_url=desk.doors.public_url(),
        now=desk.now,
    )
    return _framed(shown(Sample(mail=mail), _view(request.query_params.get("view", ""))))


ROUTES = [kept, draft, letter_page, letter_shown]


def _shown(desk: Desk, asking: Asking, wording: Wording | None, tz: str, view: str) -> ASGIResponse:
    return _framed(shown(sample_of(desk, asking, wording, tz), _view(view)))


def _framed(page: str) -> ASGIResponse:
    return ASGIResponse(body=page.encode(), status_code=200, media_type="text/html", headers=FRAMED)


def _view(text: str) -> str:
    return text if text in VIEWS else VIEWS[0]


def _letter_kind(text: str) -> LetterKind:
    known: tuple[LetterKind, ...] = get_args(LetterKind)
    found = next((kind for kind in known if kind == text and kind != "sample"), None)
    if found is None:
        raise not_found("message")
    return found
