"""Ada's browser, without one: her password, her sign-in, her pages."""

import subprocess
import sys
from collections import Counter
from urllib.parse import urlencode

import httpx2

from tests.process.served import ROOT, Served

PASSWORD = "brass engines hum softly"
EMAIL = "ada@example.com"


def set_password(served: Served) -> None:
    """What the operator types."""
    words = [sys.executable, "-m", "cally", "admin", "set-password", "--email", EMAIL, "--password-stdin"]
    subprocess.run(
        words, cwd=ROOT, env=served.environ, input=PASSWORD + "\n", capture_output=True, text=True, check=True
    )


def browser(served: Served) -> httpx2.AsyncClient:
    """It sends forms as a browser without scripts does."""
    base = f"http://127.0.0.1:{served.port}"
    headers = {"origin": base, "content-type": "application/x-www-form-urlencoded"}
    return httpx2.AsyncClient(base_url=base, headers=headers, timeout=120)


async def sign_in(client: httpx2.AsyncClient) -> httpx2.Response:
    """Send the form of the sign-in page."""
    return await client.post("/sign-in", content=urlencode({"email": EMAIL, "password": PASSWORD, "next": ""}))


async def signed_in(served: Served, broken: Counter[str]) -> httpx2.AsyncClient:
    """A browser in which Ada has signed in just now."""
    client = browser(served)
    broken += Counter({"sign-in refused": int((await sign_in(client)).status_code != 303)})
    return client
