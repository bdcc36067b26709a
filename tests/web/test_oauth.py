"""Cally as OAuth provider: a program gets what somebody allowed, no more, and only itself, once."""

import base64
import hashlib
import html
import re
import secrets
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from cally.accounts import disable_account, enable_account
from cally.accounts.factor_rules import require_second_factor_of
from cally.accounts.oauth_clients import register_client
from cally.accounts.oauth_grants import list_grants, sweep_grants
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.oauth import OAuthClient
from cally.store import Store
from tests.cast import NOW, ada, host
from tests.web.conftest import BASE, Watch, asking
from tests.web.desks import desk, words
from tests.web.openid import onward_address

BACK = "https://app.example/back?x=1"
LOOPBACK = "http://127.0.0.1/back"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = ("bookings:read", "schedules:write")


class World:
    """Ada at her desk, Mallory with a program of her own, a confidential and a public program of Ada's."""

    def __init__(self, ada: Host, browser: httpx2.AsyncClient) -> None:
        self.ada, self.browser = ada, browser
        self.client: OAuthClient
        self.public: OAuthClient
        self.secret = ""

    def asked(self, **changed: str) -> dict[str, str]:
        """A good request, changed; an empty text leaves a parameter out."""
        good = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": BACK,
            "scope": " ".join(SCOPES),
            "state": "s&t=1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changed
        return {name: text for name, text in good.items() if text}

    async def allowed(self, **changed: str) -> dict[str, str]:
        """Ada allows it; what the program is told."""
        sent = self.asked(**changed) | {"decision": "allow"}
        return told(await self.browser.post("/oauth/authorize", data=sent))

    def redeeming(self, own_code: str, **changed: str) -> dict[str, str]:
        """What the program sends for its code."""
        return {
            "grant_type": "authorization_code",
            "code": own_code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        } | changed


def told(page: httpx2.Response) -> dict[str, str]:
    """What a program is told by way of the browser."""
    address = onward_address(page)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.fixture
async def world(store: Store, app: Any, signed_in: Any) -> AsyncIterator[World]:
    made = await ada(store)
    async with desk(app, signed_in, made) as browser:
        found = World(made, browser)
        found.client, found.secret = await registered(store, made, keeps_secret=True)
        found.public, _ = await registered(store, made, keeps_secret=False)
        yield found


async def registered(store: Store, owner: Host, *, keeps_secret: bool, **changed: Any) -> tuple[OAuthClient, str]:
    fields = {"name": "Planner", "redirect_uris": [BACK, LOOPBACK], "scopes": SCOPES} | changed
    actor = Actor(kind="host", account_id=owner.id)
    return await register_client(store, account_id=owner.id, keeps_secret=keeps_secret, now=NOW, actor=actor, **fields)


async def fetch(client: httpx2.AsyncClient, world: World, sent: dict[str, str], path: str = "token") -> httpx2.Response:
    """The program asks, with its secret."""
    shown = httpx2.BasicAuth(world.client.client_id, world.secret)
    return await client.post(f"/oauth/{path}", data=sent, auth=shown)


async def given(client: httpx2.AsyncClient, world: World) -> dict[str, Any]:
    """The tokens of a whole good flow."""
    answer = await fetch(client, world, world.redeeming((await world.allowed())["code"]))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def works(client: httpx2.AsyncClient, tokens: dict[str, Any], path: str = "bookings") -> int:
    """How the API answers to the access token."""
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    return (await client.get(f"/api/v1/{path}", headers=headers)).status_code


async def test_a_program_gets_what_was_allowed(client: httpx2.AsyncClient, world: World) -> None:
    """The page says it in words; the token does exactly that on the API, for an hour."""
    page = await world.browser.get("/oauth/authorize", params=world.asked())
    said = words(page)
    assert "Planner" in said
    assert "app.example" in said
    assert "See your bookings" in said
    assert "Change your hours" in said
    answer = await world.allowed()
    assert (answer["state"], answer["iss"], answer["x"]) == ("s&t=1", BASE, "1")
    reply = await fetch(client, world, world.redeeming(answer["code"]))
    assert reply.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in reply.headers
    tokens = reply.json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3_600, " ".join(SCOPES))
    assert tokens["access_token"].startswith("cally_")
    assert await works(client, tokens) == 200
    assert await works(client, tokens, "channels") == 403
    assert await works(client, tokens, "accounts") == 403


async def test_a_real_client_gets_in(app: Any, client: httpx2.AsyncClient, world: World) -> None:
    """Authlib's client with PKCE makes the address, reads the answer and fetches the tokens."""
    from authlib.oauth2.client import OAuth2Client  # noqa: PLC0415 - heavy
    from authlib.oauth2.rfc6749.parameters import prepare_token_request  # noqa: PLC0415 - heavy

    verifier = secrets.token_urlsafe(48)
    asking_client = OAuth2Client(
        session=httpx2.Client(),
        client_id=world.client.client_id,
        client_secret=world.secret,
        redirect_uri=BACK,
        scope=" ".join(SCOPES),
        code_challenge_method="S256",
    )
    said = (await client.get("/.well-known/oauth-authorization-server")).json()
    address, state = asking_client.create_authorization_url(said["authorization_endpoint"], code_verifier=verifier)
    page = await world.browser.get(address)
    kept = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.text))
    sent = {name: html.unescape(value) for name, value in kept.items()} | {"decision": "allow"}
    answer = told(await world.browser.post("/oauth/authorize", data=sent))
    assert (answer["state"], answer["iss"]) == (state, said["issuer"])
    body = prepare_token_request("authorization_code", "", BACK, code=answer["code"], code_verifier=verifier)
    form = {name: values[0] for name, values in parse_qs(body).items()}
    assert (await fetch(client, world, form)).status_code == 200


async def test_who_is_not_signed_in_signs_in_first(client: httpx2.AsyncClient, world: World) -> None:
    """And comes back to the same question."""
    answer = await client.get("/oauth/authorize", params=world.asked())
    assert answer.status_code == 303
    (wanted,) = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    assert dict(parse_qs(urlsplit(wanted).query))["code_challenge"] == [CHALLENGE]


async def test_an_old_session_proves_itself_before_it_gives_leave(world: World, watch: Watch, store: Store) -> None:
    """What a program is given outlasts the session; whoever finds one open has no such right. A no needs no proof."""
    watch.now += 301
    shown = await world.browser.get("/oauth/authorize", params=world.asked())
    sent = await world.browser.post("/oauth/authorize", data=world.asked() | {"decision": "allow"})
    for answer in (shown, sent):
        assert answer.status_code == 303
        asked = urlsplit(answer.headers["location"])
        assert asked.path == "/sign-in/again"
        (wanted,) = parse_qs(asked.query)["next"]
        assert {name: text for name, (text,) in parse_qs(urlsplit(wanted).query).items()} == world.asked()
    async with store.write() as tx:
        assert await tx.row("SELECT count(*) FROM oauth_grant") == (0,)
    said = told(await world.browser.post("/oauth/authorize", data=world.asked() | {"decision": "deny"}))
    assert said["error"] == "access_denied"


async def test_who_lacks_a_required_factor_gives_no_leave(world: World, store: Store) -> None:
    """They set it up first, as before every other page."""
    await require_second_factor_of(store, ["host", "admin"], now=NOW, actor=Actor(kind="cli"))
    answer = await world.browser.post("/oauth/authorize", data=world.asked() | {"decision": "allow"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/security")


async def test_no_is_a_no(client: httpx2.AsyncClient, world: World, store: Store) -> None:
    """The program is told, and gets nothing."""
    answer = told(await world.browser.post("/oauth/authorize", data=world.asked() | {"decision": "deny"}))
    assert answer == {"x": "1", "error": "access_denied", "state": "s&t=1", "iss": BASE}


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "nobody"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": "https://app.example/back"},
        {"redirect_uri": "https://app.example/back?x=1&y=2"},
        {"redirect_uri": "https://app.example.evil.example/back?x=1"},
        {"redirect_uri": "https://app.example@evil.example/back?x=1"},
        {"redirect_uri": "http://app.example/back?x=1"},
        {"redirect_uri": "http://127.0.0.1:5000/other"},
        {"redirect_uri": "http://localhost:5000/back"},
        {"redirect_uri": "http://127.0.0.1:5000@evil.example/back"},
        {"redirect_uri": "http://127.0.0.1:99999/back"},
        {"redirect_uri": "myapp://back"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_known(world: World, changed: dict[str, str]) -> None:
    """Before program and address are known to be right everything stays here: no redirect, no link."""
    for answer in (
        await world.browser.get("/oauth/authorize", params=world.asked(**changed)),
        await world.browser.post("/oauth/authorize", data=world.asked(**changed) | {"decision": "allow"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "refresh" not in answer.text
        assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"scope": "channels:write"}, "invalid_scope"),
        ({"scope": "bookings:read admin:write"}, "invalid_scope"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "x"}, "request_not_supported"),
        ({"prompt": "none"}, "interaction_required"),
    ],
)
async def test_what_is_wrong_with_a_request_is_told_the_program(
    world: World, changed: dict[str, str], error: str
) -> None:
    """With its state and who says so; allowing it is no way around."""
    page = await world.browser.get("/oauth/authorize", params=world.asked(**changed))
    assert told(page) == {"x": "1", "error": error, "state": "s&t=1", "iss": BASE}
    assert (await world.allowed(**changed))["error"] == error


async def test_a_parameter_twice_is_wrong(world: World) -> None:
    """Which of both would count?"""
    twice = urlencode([*world.asked().items(), ("redirect_uri", "https://evil.example/")])
    assert (await world.browser.get(f"/oauth/authorize?{twice}")).status_code == 400


async def test_any_port_of_the_own_machine(client: httpx2.AsyncClient, world: World) -> None:
    """RFC 8252: a program on the device takes the port it gets; to the token endpoint it says the same one."""
    uri = "http://127.0.0.1:51234/back"
    code = (await world.allowed(client_id=world.public.client_id, redirect_uri=uri))["code"]
    sent = world.redeeming(code, redirect_uri=uri, client_id=world.public.client_id)
    assert (await client.post("/oauth/token", data={**sent, "redirect_uri": LOOPBACK})).status_code == 400
    assert (await client.post("/oauth/token", data=sent)).status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/",
        "myapp://x",
        "javascript:alert(1)",
        "https://",
        "https://a.example/#x",
        "https://u:p@a.example/",
        "https://*.example/",
        "https://a.example/ x",
        "//a.example",
        "data:text/html,x",
        "http://127.0.0.1.evil.example/",
    ],
)
async def test_no_bad_address_is_registered(world: World, uri: str) -> None:
    """Only https, and http on the own machine."""
    sent = {"program_name": "P", "redirect_uris": uri, "program_scopes": "bookings:read", "kind": "public"}
    assert (await world.browser.post("/app/security/apps/programs", data=sent)).status_code == 422


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "guess"},
        {"code_verifier": "w" * 43},
        {"redirect_uri": LOOPBACK},
        {"redirect_uri": "https://evil.example/"},
    ],
)
async def test_a_code_is_bound(client: httpx2.AsyncClient, world: World, changed: dict[str, str]) -> None:
    """To its program, its address and its verifier."""
    code = (await world.allowed())["code"]
    answer = await fetch(client, world, world.redeeming(code, **changed))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_code_is_no_other_programs(client: httpx2.AsyncClient, world: World, store: Store) -> None:
    """Mallory's program with Ada's code."""
    mallory = await host(store, "Mallory")
    other, secret = await registered(store, mallory, keeps_secret=True)
    code = (await world.allowed())["code"]
    sent = world.redeeming(code, client_id=other.client_id, client_secret=secret)
    assert (await client.post("/oauth/token", data=sent)).json()["error"] == "invalid_grant"
    assert (await fetch(client, world, world.redeeming(code))).status_code == 200


async def test_a_code_lasts_a_minute(client: httpx2.AsyncClient, world: World, watch: Watch) -> None:
    """Then it is nothing."""
    code = (await world.allowed())["code"]
    watch.now += 60
    assert (await fetch(client, world, world.redeeming(code))).json()["error"] == "invalid_grant"


async def test_a_code_that_comes_twice_takes_back_what_it_gave(
    client: httpx2.AsyncClient, world: World, store: Store, watch: Watch
) -> None:
    """Somebody else may have it; also after the minute, and after the sweep."""
    code = (await world.allowed())["code"]
    tokens = (await fetch(client, world, world.redeeming(code))).json()
    watch.now += 600
    await sweep_grants(store, watch.now)
    assert await works(client, tokens) == 200
    assert (await fetch(client, world, world.redeeming(code))).json()["error"] == "invalid_grant"
    assert await works(client, tokens) == 401
    refreshed = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await fetch(client, world, refreshed)).json()["error"] == "invalid_grant"
    assert await list_grants(store.reader, world.ada.id) == []


async def test_a_refresh_token_changes_and_comes_once(client: httpx2.AsyncClient, world: World, watch: Watch) -> None:
    """The next one works; the old one, used again, ends everything."""
    first = await given(client, world)
    watch.now += 3_600
    assert await works(client, first) == 401
    sent = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await fetch(client, world, sent)).json()
    assert await works(client, second) == 200
    assert (await fetch(client, world, sent)).json()["error"] == "invalid_grant"
    assert await works(client, second) == 401
    newer = {"grant_type": "refresh_token", "refresh_token": second["refresh_token"]}
    assert (await fetch(client, world, newer)).json()["error"] == "invalid_grant"


async def test_a_refresh_gives_less_and_never_more(client: httpx2.AsyncClient, world: World) -> None:
    """Fewer scopes are fine."""
    tokens = await given(client, world)
    sent = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    more = await fetch(client, world, sent | {"scope": "bookings:read channels:write"})
    assert more.json()["error"] == "invalid_scope"
    less = (await fetch(client, world, sent | {"scope": "schedules:write"})).json()
    assert less["scope"] == "schedules:write"
    assert await works(client, less) == 403


@pytest.mark.parametrize("secret", ["wrong", ""])
async def test_a_program_proves_who_it_is(client: httpx2.AsyncClient, world: World, secret: str) -> None:
    """With its secret in either way, not in both; a public one shows none."""
    code = (await world.allowed())["code"]
    sent = world.redeeming(code)
    shown = httpx2.BasicAuth(world.client.client_id, secret)
    answer = await client.post("/oauth/token", data=sent, auth=shown)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")
    bare = await client.post("/oauth/token", data={**sent, "client_id": world.client.client_id})
    assert bare.status_code == 401
    both = await fetch(client, world, {**sent, "client_secret": world.secret})
    assert both.json()["error"] == "invalid_request"
    public = {**sent, "client_id": world.public.client_id, "client_secret": "x"}
    assert (await client.post("/oauth/token", data=public)).status_code == 401
    posted = {**sent, "client_id": world.client.client_id, "client_secret": world.secret}
    assert (await client.post("/oauth/token", data=posted)).status_code == 200


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"grant_type": "password", "username": "ada", "password": "x"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": BACK}, "invalid_request"),
    ],
)
async def test_there_are_no_other_ways(
    client: httpx2.AsyncClient, world: World, sent: dict[str, str], error: str
) -> None:
    """Neither passwords nor a program for itself; and none without a verifier."""
    answer = await fetch(client, world, sent)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_browser_has_no_way_to_the_tokens(client: httpx2.AsyncClient, world: World) -> None:
    """A request with a cookie needs our own origin, and JSON is no form."""
    code = (await world.allowed())["code"]
    sent = world.redeeming(code, client_id=world.client.client_id, client_secret=world.secret)
    foreign = {"origin": "https://evil.example", "cookie": "cally=x"}
    assert (await client.post("/oauth/token", data=sent, headers=foreign)).status_code == 403
    assert (await client.post("/oauth/token", json=sent)).status_code == 400
    assert (await client.post("/oauth/token", data=sent)).status_code == 200


async def test_allowing_needs_our_own_page(world: World) -> None:
    """Another site's form allows nothing in Ada's name."""
    sent = world.asked() | {"decision": "allow"}
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert (await world.browser.post("/oauth/authorize", data=sent, headers=foreign)).status_code == 403


async def test_a_program_gives_tokens_back(client: httpx2.AsyncClient, world: World, store: Store) -> None:
    """Its own only; the access token alone, or with the refresh token everything; unknown ones are no fault."""
    tokens = await given(client, world)
    other = {"token": tokens["refresh_token"], "client_id": world.public.client_id}
    assert (await client.post("/oauth/revoke", data=other)).status_code == 200
    assert await works(client, tokens) == 200
    assert (await fetch(client, world, {"token": "unknown"}, "revoke")).status_code == 200
    assert (await fetch(client, world, {"token": tokens["access_token"]}, "revoke")).status_code == 200
    assert await works(client, tokens) == 401
    assert len(await list_grants(store.reader, world.ada.id)) == 1
    assert (await fetch(client, world, {"token": tokens["refresh_token"]}, "revoke")).status_code == 200
    assert await list_grants(store.reader, world.ada.id) == []


async def test_somebody_takes_back_what_they_allowed(
    client: httpx2.AsyncClient, world: World, store: Store, app: Any, signed_in: Any
) -> None:
    """On their page, at once; Mallory cannot do it for Ada."""
    tokens = await given(client, world)
    (grant,) = await list_grants(store.reader, world.ada.id)
    removal = f"/app/security/apps/grants/{grant.id}/removal"
    async with desk(app, signed_in, await host(store, "Mallory")) as mallory:
        assert (await mallory.post(removal)).status_code == 404
    assert await works(client, tokens) == 200
    assert "See your bookings" in words(await world.browser.get("/app/security/apps"))
    assert (await world.browser.post(removal)).status_code == 303
    assert await works(client, tokens) == 401


async def test_a_disabled_account_gives_nothing_any_more(
    client: httpx2.AsyncClient, world: World, store: Store
) -> None:
    """Nor does it when it is let in again."""
    tokens = await given(client, world)
    actor = Actor(kind="admin", account_id=1)
    await host(store, "Root", role="admin")
    await disable_account(store, world.ada.id, now=NOW, actor=actor)
    assert await works(client, tokens) == 401
    await enable_account(store, world.ada.id, now=NOW, actor=actor)
    assert await works(client, tokens) == 401
    sent = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await fetch(client, world, sent)).json()["error"] == "invalid_grant"


async def test_only_admins_give_admin_scopes(store: Store, app: Any, signed_in: Any, world: World) -> None:
    """A host can neither register nor allow them; an admin can."""
    sent = {"program_name": "P", "redirect_uris": BACK, "program_scopes": "admin:read", "kind": "public"}
    assert (await world.browser.post("/app/security/apps/programs", data=sent)).status_code == 422
    root = await host(store, "Root", role="admin")
    admins, _ = await registered(store, root, keeps_secret=False, scopes=("admin:read",))
    asked = {"client_id": admins.client_id, "scope": "admin:read"}
    assert (await world.allowed(**asked))["error"] == "invalid_scope"
    async with desk(app, signed_in, root) as browser:
        answer = told(await browser.post("/oauth/authorize", data=world.asked(**asked) | {"decision": "allow"}))
        assert answer["code"]


async def test_a_program_is_registered_and_removed(
    client: httpx2.AsyncClient, world: World, store: Store, watch: Watch
) -> None:
    """Its secret is shown once; with it goes all that people gave it; registering needs a recent proof."""
    sent = {
        "program_name": "Sync",
        "redirect_uris": f"{BACK}\n{LOOPBACK}",
        "program_scopes": "bookings:read",
        "kind": "confidential",
    }
    made = await world.browser.post("/app/security/apps/programs", data=sent)
    assert made.status_code == 201
    assert "never shown again" in words(made)
    tokens = await given(client, world)
    removal = f"/app/security/apps/programs/{world.client.id}/removal"
    assert (await world.browser.post(removal)).status_code == 303
    assert await works(client, tokens) == 401
    watch.now += 600
    late = await world.browser.post("/app/security/apps/programs", data=sent)
    assert late.headers["location"].startswith("/sign-in/again")


async def test_the_metadata_says_what_there_is(client: httpx2.AsyncClient) -> None:
    """RFC 8414; its addresses are ours and answer."""
    said = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert said["issuer"] == BASE
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert (await client.post(said["token_endpoint"])).json()["error"] == "invalid_request"


async def test_what_has_ended_is_forgotten(client: httpx2.AsyncClient, world: World, store: Store) -> None:
    """After three months without use nothing is left of a grant."""
    await given(client, world)
    assert await sweep_grants(store, NOW + 3_600) == 1
    assert len(await list_grants(store.reader, world.ada.id)) == 1
    await sweep_grants(store, NOW + 90 * 86_400)
    assert await list_grants(store.reader, world.ada.id) == []


async def test_our_own_tokens_are_listed_apart(client: httpx2.AsyncClient, app: Any, world: World) -> None:
    """What a program holds is not among the tokens that one makes, and cannot be seen by anybody."""
    tokens = await given(client, world)
    page = await world.browser.get("/app/security/apps")
    assert tokens["access_token"] not in page.text
    assert "apps/tokens/" not in page.text.replace('action="/app/security/apps/tokens#tokens"', "")
    async with asking(app) as stranger:
        assert (await stranger.get("/app/security/apps")).status_code == 303
