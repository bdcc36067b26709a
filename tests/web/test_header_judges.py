"""What others say of our headers: MDN HTTP Observatory and Google's CSP Evaluator, on every kind of page."""

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cally.store import Store
from cally.web import build, headers
from cally.web.doors import Doors
from tests.cast import ada, host
from tests.web.conftest import HTTPS, asking
from tests.web.guests import CLEO, fields

FOLDER = Path(__file__).parent / "header_tools"
LEAST_SCORE = 130
WEIGHTY = {"HIGH", "SYNTAX", "MEDIUM"}
BROWSER = {"origin": HTTPS, "sec-fetch-site": "same-origin"}
SLOT = "2026-09-22T08:00Z"
OPEN = {
    "front": "/",
    "profile": "/ada",
    "booking page": "/ada/intro",
    "booking form": f"/ada/intro?slot={SLOT}&tz=UTC",
    "privacy": "/privacy",
    "sign-in": "/sign-in",
    "API reference": "/api/v1/docs",
    "API answer": "/api/v1/hosts/ada/event-types",
    "error": "/no/such/page",
    "API error": "/api/v1/no-such-thing",
}
SIGNED_IN = {
    "desk": "/app",
    "event types": "/app/event-types",
    "admin": "/admin/system",
    "guests' data": "/admin/privacy",
}


@lru_cache(maxsize=1)
def installed() -> Path:
    """The folder with both judges, fetched by npm when they are not there yet."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        assert not os.environ.get("CI"), "CI must have node and npm"
        pytest.skip("node and npm are needed to have the headers judged")
    with (FOLDER / "package.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several test processes may come here at once
        if not (FOLDER / "node_modules" / "csp_evaluator" / "package.json").is_file():
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"]
            subprocess.run(command, cwd=FOLDER, check=True, timeout=300)
    return FOLDER


def judged(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """What both say of each recorded answer, by its name."""
    lines = "\n".join(json.dumps(one) for one in answers)
    command = ["node", str(installed() / "judge.js")]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, check=True, timeout=120)
    return {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}


async def recorded(doors: Doors, store: Store, signed_in: Any) -> list[dict[str, Any]]:
    """Every kind of answer over https: pages of guests, hosts and admins, the API, errors."""
    await ada(store)
    boss = await host(store, "Root", role="admin")
    cookie = (await signed_in(boss))["cookie"].replace("cally=", "__Host-cally=")
    found = []
    async with asking(build(replace(doors, public_url=lambda: HTTPS)), HTTPS) as client:
        form = {**fields(await client.get(OPEN["booking form"])), **CLEO}
        booked = await client.post("/ada/intro", data=form, headers=BROWSER)
        assert booked.status_code == 303
        ticket = booked.headers["location"]
        for name, path in {**OPEN, "ticket": ticket}.items():
            found.append(await _record(client, name, path, {}))
        for name, path in SIGNED_IN.items():
            found.append(await _record(client, name, path, {"cookie": cookie}))
    return found


async def _record(client: httpx2.AsyncClient, name: str, path: str, sent: dict[str, str]) -> dict[str, Any]:
    answer = await client.get(path, headers=sent)
    asked = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    cors = await client.options(path, headers=asked)
    assert answer.status_code != 303, (name, answer.headers)
    return {
        "name": name,
        "url": f"{HTTPS}{path}",
        "status": answer.status_code,
        "headers": {**dict(answer.headers), "set-cookie": answer.headers.get_list("set-cookie")},
        "cors": dict(cors.headers),
        "body": answer.text,
    }


async def test_the_observatory_is_content_with_every_kind_of_page(doors: Doors, store: Store, signed_in: Any) -> None:
    """130 points or more on each, where 100 is an A+ without extras, and no test failed."""
    verdicts = judged(await recorded(doors, store, signed_in))
    assert len(verdicts) == len(OPEN) + len(SIGNED_IN) + 1
    assert {name: (one["score"], one["failed"]) for name, one in verdicts.items() if one["score"] < LEAST_SCORE} == {}
    assert {name: one["failed"] for name, one in verdicts.items() if one["failed"]} == {}


async def test_the_csp_evaluator_finds_nothing_of_weight(doors: Doors, store: Store, signed_in: Any) -> None:
    """Neither high nor medium, nor a fault of syntax, on any page."""
    verdicts = judged(await recorded(doors, store, signed_in))
    assert {name: found for name, one in verdicts.items() if (found := _weighty(one))} == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"content-security-policy", b"default-src *; script-src 'unsafe-inline'"),
        (b"x-content-type-options", b"perhaps"),
        (b"referrer-policy", b"unsafe-url"),
    ],
)
async def test_the_judges_notice_a_header_that_is_worse(
    doors: Doors, store: Store, signed_in: Any, monkeypatch: pytest.MonkeyPatch, name: bytes, value: bytes
) -> None:
    """Proves itself: a laxer header costs points on every page that does not set its own."""
    monkeypatch.setitem(headers.ALWAYS, name, value)
    verdicts = judged(await recorded(doors, store, signed_in))
    assert verdicts["desk"]["failed"]
    assert verdicts["desk"]["score"] < LEAST_SCORE


def _weighty(verdict: dict[str, Any]) -> list[Any]:
    return [finding for finding in verdict["csp"] if finding[0] in WEIGHTY]
