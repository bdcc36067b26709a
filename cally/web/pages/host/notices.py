"""What the page after an act says about it: one sentence in a signed cookie, with an Undo where that is cheap."""

import base64
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from cally.errors import CallyError
from cally.vault import Vault

COOKIE = "cally-notice"
PURPOSE = "notice"
SECONDS = 60
LONGEST = 3_500


class Undo(msgspec.Struct, frozen=True, kw_only=True):
    """The form behind an Undo button: where it goes and what it sends."""

    action: str
    fields: tuple[tuple[str, str], ...] = ()


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence shown once; `kind` says whether it went well."""

    sentence: str
    kind: str = "ok"
    undo: Undo | None = None


def leave(response: Response[Any], vault: Vault, notice: Notice) -> None:
    """Let the next page say it; what does not fit in a cookie is said without Undo."""
    token = _token(vault, notice)
    if len(token) > LONGEST:
        token = _token(vault, Notice(sentence=notice.sentence, kind=notice.kind))
    response.set_cookie(Cookie(key=COOKIE, value=token, path="/", max_age=SECONDS, httponly=True, samesite="lax"))


def left(request: Request[Any, Any, Any], vault: Vault) -> Notice | None:
    """What the page before left to say; a cookie that we did not sign says nothing."""
    subject = vault.verified(PURPOSE, request.cookies.get(COOKIE, ""))
    if not subject:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(subject), type=Notice)
    except (ValueError, msgspec.MsgspecError):
        return None


def forget(response: Response[Any]) -> None:
    """The notice has been said."""
    response.delete_cookie(COOKIE, path="/")


def of_error(error: CallyError) -> Notice:
    """An expected "no" as the notice of the page that one comes back to; an unexpected error is raised again."""
    if error.code not in {"conflict", "invalid"}:
        raise error
    return Notice(sentence=error.sentence, kind="error")


def _token(vault: Vault, notice: Notice) -> str:
    return vault.sign(PURPOSE, base64.urlsafe_b64encode(msgspec.json.encode(notice)).decode())
