"""Where programs fetch tokens and give them back (RFC 6749, RFC 7009); no cookie counts here."""

import base64
import binascii
from collections import Counter
from typing import Any
from urllib.parse import unquote_plus

from litestar import MediaType, Response, post
from litestar.di import NamedDependency

from cally.accounts.oauth_clients import authenticated_client
from cally.accounts.oauth_grants import Given, NotGiven, redeem_code, refresh, revoke_by_program
from cally.errors import CallyError
from cally.model.oauth import OAuthClient
from cally.web import forms
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.errors import STATUS
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked
from cally.web.pages.oauth.metadata import REVOKE, TOKEN

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
BASIC = "basic "
Answer = Response[dict[str, Any]]


class _NoError(Exception):
    """What a program did wrong, in the words of RFC 6749 5.2."""

    def __init__(self, error: str, sentence: str, *, basic: bool = False) -> None:
        super().__init__(error)
        self.error, self.sentence, self.basic = error, sentence, basic


@post(TOKEN, status_code=200)
async def give(request: Asked, doors: NamedDependency[Doors]) -> Answer:
    """Tokens for a code or a refresh token."""
    try:
        sent, client = await _asked(request, doors)
        return _given(await _exchange(request, doors, sent, client))
    except (_NoError, CallyError) as error:
        return _refused(error)


@post(REVOKE, status_code=200)
async def take_back(request: Asked, doors: NamedDependency[Doors]) -> Answer:
    """Make a token worthless; one that is unknown, or another program's, is none to begin with."""
    try:
        sent, client = await _asked(request, doors)
        secret = _needed(sent, "token")
        address = client_address(request.scope, doors.trusted_proxies)
        await revoke_by_program(doors.store, client, secret, now=doors.clock(), address=address)
    except (_NoError, CallyError) as error:
        return _refused(error)
    return _answer({}, 200)


ROUTES = [give, take_back]


async def _exchange(request: Asked, doors: Doors, sent: Form, client: OAuthClient) -> Given | NotGiven:
    now, address = doors.clock(), client_address(request.scope, doors.trusted_proxies)
    kind = _needed(sent, "grant_type")
    if kind == "authorization_code":
        return await redeem_code(
            doors.store,
            client,
            code=_needed(sent, "code"),
            redirect_uri=_needed(sent, "redirect_uri"),
            verifier=_needed(sent, "code_verifier"),
            now=now,
            address=address,
        )
    if kind == "refresh_token":
        scopes = tuple(sent.text("scope").split()) or None
        secret = _needed(sent, "refresh_token")
        return await refresh(doors.store, client, refresh_token=secret, scopes=scopes, now=now, address=address)
    raise _NoError("unsupported_grant_type", "Only authorization_code and refresh_token are taken.")


async def _asked(request: Asked, doors: Doors) -> tuple[Form, OAuthClient]:
    """The form and the program that proved to have sent it."""
    doors.guests.change(client_address(request.scope, doors.trusted_proxies), doors.clock())
    sent = await forms.read(request)
    if any(count > 1 for count in Counter(name for name, _ in sent.pairs).values()):
        raise _NoError("invalid_request", "A parameter is given twice.")
    header = request.headers.get("authorization", "")
    shown: str | None
    if header:
        name, shown = _basic(header)
        if sent.has("client_secret") or sent.text("client_id", name) != name:
            raise _NoError("invalid_request", "A program proves who it is in one way only.")
    else:
        name = _needed(sent, "client_id")
        shown = sent.text("client_secret") if sent.has("client_secret") else None
    client = await authenticated_client(doors.store.reader, name, shown)
    if client is None:
        raise _NoError("invalid_client", "No such program, or it could not prove to be it.", basic=bool(header))
    return sent, client


def _basic(header: str) -> tuple[str, str]:
    try:
        if not header.lower().startswith(BASIC):
            raise ValueError(header)
        name, colon, secret = base64.b64decode(header[len(BASIC) :].strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _NoError("invalid_client", "The authorization header cannot be read.", basic=True) from None
    if not colon:
        raise _NoError("invalid_client", "The authorization header cannot be read.", basic=True)
    return unquote_plus(name), unquote_plus(secret)


def _needed(sent: Form, name: str) -> str:
    text = sent.text(name)
    if not text:
        raise _NoError("invalid_request", f"The parameter {name} is missing.")
    return text


def _given(made: Given | NotGiven) -> Answer:
    if isinstance(made, NotGiven):
        return _answer({"error": made.error, "error_description": made.sentence}, 400)
    said = {
        "access_token": made.access_token,
        "token_type": "Bearer",
        "expires_in": made.lasts_seconds,
        "refresh_token": made.refresh_token,
        "scope": " ".join(made.scopes),
    }
    return _answer(said, 200)


def _refused(error: "_NoError | CallyError") -> Answer:
    if isinstance(error, _NoError):
        status = 401 if error.error == "invalid_client" else 400
        headers = {"www-authenticate": 'Basic realm="cally"'} if error.basic else {}
        return _answer({"error": error.error, "error_description": error.sentence}, status, headers)
    if error.code == "invalid":
        return _answer({"error": "invalid_request", "error_description": error.sentence}, 400)
    status = STATUS.get(error.code, 500)
    wait = error.facts.get("retry_after")
    headers = {} if wait is None else {"retry-after": str(wait)}
    name = "temporarily_unavailable" if status in {429, 503} else "server_error"
    return _answer({"error": name, "error_description": error.sentence}, status, headers)


def _answer(said: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Answer:
    return Response(said, status_code=status, media_type=MediaType.JSON, headers={**NO_STORE, **(headers or {})})
