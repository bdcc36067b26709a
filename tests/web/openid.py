"""An OpenID provider of a few lines that lies on request, and a browser that signs in with it."""

import asyncio
import base64
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from cally.accounts.providers import ProviderFields, save_provider
from cally.model.accounts import Actor
from cally.model.identities import IdentityProvider
from cally.store import Store
from cally.vault import Vault
from tests.cast import NOW
from tests.web.desks import FORM

CLIENT = "cally-at-the-provider"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
NEXT_KEY = ECKey.generate_key("P-256", {"kid": "next", "use": "sig", "alg": "ES256"})
Change = Callable[[dict[str, Any]], Any]


class Liar:
    """A provider: `claims` are what its next ID token says beside the rest, `signing` and `alg` how it is signed."""

    def __init__(self) -> None:
        self.port = 0
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.user: dict[str, Any] = {}
        self.signing: Any = KEY
        self.alg = "RS256"
        self.kid = "first"
        self.shown: list[Any] = [KEY]
        self.nonce = ""
        self.now = NOW
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []

    @property
    def issuer(self) -> str:
        """How it calls itself."""
        return f"http://127.0.0.1:{self.port}"

    def id_token(self) -> str:
        """What it says of who is there."""
        claims = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": CLIENT,
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": self.nonce,
        } | self.claims
        kept = {name: value for name, value in claims.items() if value is not None}
        if self.alg in {"none", "HS256"}:  # by hand, for no good library makes these
            parts = [{"alg": self.alg, "kid": self.kid, "typ": "JWT"}, kept]
            signed = ".".join(_text(json.dumps(part).encode()) for part in parts)
            public = KEY.as_pem(private=False)
            return f"{signed}.{_text(hmac.digest(public, signed.encode(), 'sha256')) if self.alg == 'HS256' else ''}"
        return jwt.encode({"alg": self.alg, "kid": self.kid}, kept, self.signing, algorithms=[self.alg])

    def answer(self, path: str, form: dict[str, list[str]], headers: str) -> Any:
        """What it answers to a request."""
        self.asked.append((path, form, headers))
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/me",
            } | self.metadata
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.shown]}
        if path == "/token":
            return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token()}
        return {"sub": self.claims.get("sub", "subject-1")} | self.user

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1])) if length else b""
        path = urlsplit(head.split(" ")[1]).path
        said = json.dumps(self.answer(path, parse_qs(body.decode()), head)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(said) + said)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def liar() -> AsyncIterator[Liar]:
    """A provider that serves until the block ends."""
    made = Liar()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


async def trusted(store: Store, vault: Vault, issuer: str, *, now: int = NOW, **changed: Any) -> IdentityProvider:
    """An admin trusts the provider."""
    fields = {
        "slug": "company",
        "name": "Company",
        "issuer": issuer,
        "client_id": CLIENT,
        "secret": "hush",
        "scopes": "openid email profile",
        "domains": (),
        "takes_unknown": False,
        "enabled": True,
    } | changed
    actor = Actor(kind="admin", account_id=1)
    return await save_provider(store, vault, ProviderFields(**fields), provider_id=None, now=now, actor=actor)


def onward_address(page: httpx2.Response) -> str:
    """Where a page leads on to."""
    assert page.status_code == 200, page.text
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def query(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def leave(client: httpx2.AsyncClient, *, slug: str = "company", path: str = "/sign-in/with/") -> dict[str, str]:
    """Press the button; what the provider is asked."""
    return query(onward_address(await client.post(path + slug, data={"next": "/app/bookings"}, headers=FORM)))


async def come_back(client: httpx2.AsyncClient, slug: str = "company", **sent: str) -> httpx2.Response:
    """The browser comes back, and our own page sends on what it brought."""
    return await client.post(f"/sign-in/back/{slug}", data=sent, headers=FORM)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
