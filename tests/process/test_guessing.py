"""A flood of wrong passwords on a real server with the real Argon2: a handful is judged, and the owner gets in."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from tests.process.served import ROOT, Served

TRIES, AT_ONCE = 2_000, 16  # 10,000 go as well, in more time: what is refused is never judged
HANDFUL = 30  # five free ones, then one each time the doubling wait is over, while the flood lasts
LONG = 45  # seconds; the wait doubles from 15
PASSWORD = "brass engines hum softly"
MALLORY, HOME = "203.0.113.66", "192.0.2.1"
EMAILS = ("ada@example.com", "nobody@example.com")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("guessing")]


def browser(served: Served, address: str) -> httpx2.AsyncClient:
    """A browser behind the trusted proxy, coming from an address."""
    base = f"http://127.0.0.1:{served.port}"
    headers = {"origin": base, "sec-fetch-site": "same-origin", "x-forwarded-for": address}
    return httpx2.AsyncClient(base_url=base, headers=headers, timeout=60)


async def sign_in(client: httpx2.AsyncClient, email: str, password: str) -> httpx2.Response:
    """Send the form of the sign-in page."""
    body = urlencode({"email": email, "password": password, "next": ""})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return await client.post("/sign-in", content=body, headers=kind)


async def flood(served: Served) -> Counter[int]:
    """Wrong passwords from one address, for an account and for none in turns, as fast as they go."""
    left, found = iter(range(TRIES)), Counter[int]()

    async def guess() -> None:
        async with browser(served, MALLORY) as client:
            for number in left:
                told = await sign_in(client, EMAILS[number % 2], f"wrong {number} wrong")
                found[told.status_code] += 1

    await asyncio.gather(*(guess() for _ in range(AT_ONCE)))
    return found


async def shut_for_a_while(served: Served) -> None:
    """Go on guessing until the door is shut for longer than what follows takes."""
    async with browser(served, MALLORY) as client:
        while True:
            told = await sign_in(client, EMAILS[0], "wrong once more")
            left = int(told.headers.get("retry-after", 0))
            if left > LONG:
                return
            await asyncio.sleep(left)


def hashed(served: Served, token: str) -> int:
    """How many passwords were judged: each leaves its line in the audit log."""
    asked = {"authorization": f"Bearer {token}"}
    told = httpx2.get(f"http://127.0.0.1:{served.port}/api/v1/audit?limit=200", headers=asked, timeout=60).json()
    return sum(entry["tag"] == "guest:session:refuse" for entry in told["entries"])


def set_password(served: Served) -> None:
    """What the operator types."""
    words = [sys.executable, "-m", "cally", "admin", "set-password", "--email", EMAILS[0], "--password-stdin"]
    subprocess.run(words, cwd=ROOT, env=served.environ, input=PASSWORD + "\n", text=True, check=True)


async def test_thousands_of_guesses_are_a_handful_of_hashes(tmp_path: Path) -> None:
    """Kill -9 forgets none of it; the owner signs in from elsewhere, before and after."""
    with Served(tmp_path / "state", limits="on", CALLY_TRUSTED_PROXIES="127.0.0.1") as served:
        token = served.admin_token()
        set_password(served)
        found = await flood(served)
        assert found.keys() <= {401, 429}
        assert found[401] == hashed(served, token) <= HANDFUL
        async with browser(served, HOME) as ada:
            assert (await sign_in(ada, EMAILS[0], PASSWORD)).status_code == 303
        await shut_for_a_while(served)
        assert MALLORY in served.command("lockout", "list")
        served.kill()
        served.start()
        async with browser(served, MALLORY) as mallory:
            assert (await sign_in(mallory, EMAILS[0], PASSWORD)).status_code == 429
        async with browser(served, HOME) as ada:
            assert (await sign_in(ada, EMAILS[0], PASSWORD)).status_code == 303
        served.command("lockout", "lift", "--all")
        async with browser(served, MALLORY) as mallory:
            assert (await sign_in(mallory, EMAILS[0], PASSWORD)).status_code == 303
