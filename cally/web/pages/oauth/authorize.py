"""The page on which somebody lets a program act for them, or does not.

Until the program and its address are known to be right nothing is sent anywhere: what is wrong is said on a page here.
"""

import re
from collections import Counter
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import get, post
from litestar.di import NamedDependency

from cally.accounts.oauth_clients import is_registered
from cally.accounts.oauth_grants import allow, grantable
from cally.errors import CallyError
from cally.model.accounts import SCOPES, Account, Actor, Session
from cally.model.oauth import OAuthClient
from cally.store import Reader, oauth_clients
from cally.web import forms
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.onward import onward
from cally.web.pages.host.desk import RECENT_SECONDS, Asked, Page, ProofNeededError, SignInNeededError
from cally.web.pages.host.factor_gate import require_factor
from cally.web.pages.oauth.metadata import AUTHORIZE
from cally.web.rendering import render
from cally.web.scopes import words

NAMES = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "request",
    "request_uri",
    "prompt",
)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST = 2_000


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a program that is known wants, and where it is to be told; `error` (RFC 6749 4.1.2.1) if it is not right."""

    client: OAuthClient
    redirect_uri: str
    state: str
    scopes: tuple[str, ...] = ()
    challenge: str = ""
    error: str = ""


@get(AUTHORIZE)
async def ask(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """Ask whoever is signed in and has proved it lately; others do so first."""
    sent = Form(list(request.query_params.multi_items()))
    wish = await _wish(doors.store.reader, sent)
    if not wish.error and session is None:
        raise SignInNeededError
    if wish.error or session is None:
        return _answer(request, doors, wish, error=wish.error)
    refusal = _refusal(session.account, wish)
    if refusal:
        return _answer(request, doors, wish, error=refusal)
    await require_factor(request, doors, session.account)
    _require_recent(session, doors, sent)
    return render(
        request,
        "pages/oauth/authorize.html",
        client=wish.client,
        goes_to=urlsplit(wish.redirect_uri).netloc,
        here=bool(urlsplit(wish.redirect_uri).scheme == "http"),
        scopes=words(wish.scopes),
        account=session.account,
        kept=[(name, sent.text(name)) for name in NAMES if sent.has(name)],
    )


@post(AUTHORIZE, status_code=200)
async def decide(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """Somebody allows it, or not; the program is told by way of their browser."""
    sent = await forms.read(request)
    if session is None:
        raise SignInNeededError
    wish = await _wish(doors.store.reader, Form([pair for pair in sent.pairs if pair[0] in NAMES]))
    refusal = wish.error or _refusal(session.account, wish)
    if refusal or sent.text("decision") != "allow":
        return _answer(request, doors, wish, error=refusal or "access_denied")
    await require_factor(request, doors, session.account)
    _require_recent(session, doors, sent)
    address = client_address(request.scope, doors.trusted_proxies)
    code = await allow(
        doors.store,
        wish.client,
        session.account,
        scopes=wish.scopes,
        redirect_uri=wish.redirect_uri,
        challenge=wish.challenge,
        now=doors.clock(),
        actor=Actor(kind="host", account_id=session.account.id, address=address),
    )
    return _answer(request, doors, wish, code=code)


ROUTES = [ask, decide]


def _require_recent(session: Session, doors: Doors, sent: Form) -> None:
    """What is given away outlasts the session, as a token does: raise unless they proved who they are just now."""
    if doors.clock() - session.authenticated_at > RECENT_SECONDS:
        raise ProofNeededError(f"{AUTHORIZE}?{urlencode([pair for pair in sent.pairs if pair[0] in NAMES])}")


async def _wish(db: Reader, sent: Form) -> Wish:
    """What is asked for; raises while nobody knows whom to tell (the program or its address is not right)."""
    times = Counter(name for name, _ in sent.pairs if name in NAMES)
    if any(count > 1 for count in times.values()) or any(len(text) > LONGEST for _, text in sent.pairs):
        raise _wrong("The program's request says something twice, or too much.")
    client = await oauth_clients.by_client_id(db, sent.text("client_id"))
    if client is None:
        raise _wrong("The program that asks is not registered here.")
    uri = sent.text("redirect_uri")
    if not is_registered(client, uri):
        raise _wrong(f"“{client.name}” is not registered to come back to the address it names.")
    known = Wish(client=client, redirect_uri=uri, state=sent.text("state"))
    scopes = tuple(dict.fromkeys(sent.text("scope").split())) or client.scopes
    error = _error(sent, client, scopes)
    in_order = tuple(scope for scope in SCOPES if scope in scopes)
    return msgspec.structs.replace(known, scopes=in_order, challenge=sent.text("code_challenge"), error=error)


def _error(sent: Form, client: OAuthClient, scopes: tuple[str, ...]) -> str:
    if sent.has("request"):
        return "request_not_supported"
    if sent.has("request_uri"):
        return "request_uri_not_supported"
    if sent.text("response_type") != "code":
        return "unsupported_response_type" if sent.has("response_type") else "invalid_request"
    if sent.text("response_mode", "query") != "query":
        return "invalid_request"
    challenge = sent.text("code_challenge")
    if sent.text("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        return "invalid_request"
    if not set(scopes) <= set(client.scopes):
        return "invalid_scope"
    return "interaction_required" if "none" in sent.text("prompt").split() else ""


def _refusal(account: Account, wish: Wish) -> str:
    if account.role == "assistant":
        return "access_denied"
    return "" if grantable(account, wish.scopes) else "invalid_scope"


def _answer(request: Asked, doors: Doors, wish: Wish, *, code: str = "", error: str = "") -> Page:
    """Back to the program with a code or an error, its state, and who says so (RFC 9207)."""
    said = {"code": code} if code else {"error": error}
    said |= {"state": wish.state} if wish.state else {}
    said["iss"] = doors.public_url()
    joint = "&" if urlsplit(wish.redirect_uri).query else "?"
    return onward(request, wish.redirect_uri + joint + urlencode(said), wish.client.name)


def _wrong(sentence: str) -> CallyError:
    return CallyError("malformed", sentence)
