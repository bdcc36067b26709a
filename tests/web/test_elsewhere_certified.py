"""Signing in with npm's oidc-provider, which is certified: a real process, its own sign-in and consent pages."""

import fcntl
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from cally.accounts import list_accounts
from cally.accounts.identities import bind_identity, list_identities
from cally.model.accounts import Actor
from cally.store import Store
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import ada
from tests.site import LOCAL
from tests.web.conftest import BASE, Watch
from tests.web.desks import FORM, words
from tests.web.openid import CLIENT, come_back, onward_address, query, trusted

FOLDER = Path(__file__).parent / "oidc_provider"


@lru_cache(maxsize=1)
def installed() -> Path:
    """The folder with the provider, fetched by npm when it is not there yet."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        assert not os.environ.get("CI"), "CI must have node and npm"
        pytest.skip("node and npm are needed to run oidc-provider")
    with (FOLDER / "package.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several test processes may come here at once
        if not (FOLDER / "node_modules" / "oidc-provider" / "package.json").is_file():
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(command, cwd=FOLDER, check=True, timeout=300)
    return FOLDER


@pytest.fixture
def issuer() -> Iterator[str]:
    """The address of a provider that runs until the test ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", str(installed() / "serve.js"), str(port), CLIENT, "hush", f"{BASE}/sign-in/back/company"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield f"http://127.0.0.1:{port}"
        process.kill()


@pytest.fixture
def app(doors: Doors, watch: Watch) -> Any:
    watch.now = int(time.time())
    return build(replace(doors, allowed_networks=LOCAL))


def at_provider(address: str, login: str) -> dict[str, str]:
    """Sign in there and consent, page by page, until it sends the browser back; what it sends along."""
    with httpx2.Client() as browser:
        answer = browser.get(address)
        for _ in range(12):
            location = answer.headers.get("location")
            if location is not None and location.startswith(BASE):
                return query(location)
            if location is not None:
                answer = browser.get(urljoin(str(answer.url), location))
                continue
            action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert action, answer.text
            prompt = "login" if 'name="login"' in answer.text else "consent"
            sent = {"prompt": prompt, "login": login, "password": "x"} if prompt == "login" else {"prompt": prompt}
            answer = browser.post(urljoin(str(answer.url), unescape(action[1])), data=sent)
    raise AssertionError("the provider never sent the browser back")


async def signed_in_there(client: httpx2.AsyncClient, login: str) -> httpx2.Response:
    page = await client.post("/sign-in/with/company", data={"next": "/app/bookings"}, headers=FORM)
    came = at_provider(onward_address(page), login)
    return await come_back(client, **{name: came[name] for name in ("code", "state", "iss")})


@pytest.mark.slow
async def test_the_whole_way(client: httpx2.AsyncClient, store: Store, vault: Vault, issuer: str, watch: Watch) -> None:
    """Ada, whom an admin has bound, gets in; Dora gets an account; nobody whose address is not confirmed does."""
    await ada(store)
    provider = await trusted(store, vault, issuer, now=watch.now, takes_unknown=True)
    admin = Actor(kind="admin", account_id=1)
    await bind_identity(store, provider, email="ada@example.com", subject="ada-there", now=watch.now, actor=admin)

    entered = await signed_in_there(client, "ada-there")
    assert entered.headers.get("location") == "/app/bookings", words(entered)
    assert len(await list_accounts(store.reader)) == 1

    client.cookies.clear()
    assert (await signed_in_there(client, "dora")).status_code == 303
    dora = next(one for one in await list_accounts(store.reader) if one.email == "dora@example.net")
    (identity,) = await list_identities(store.reader, dora.id)
    assert (identity.issuer, identity.subject) == (issuer, "dora")

    client.cookies.clear()
    refused = await signed_in_there(client, "unsure")
    assert refused.status_code == 403
    assert "not confirmed" in words(refused)
