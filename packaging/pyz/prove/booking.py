"""What is done in every place: start, set up from the command line, book over HTTP, be refused the same time again."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pyz.prove.places import Place, free_port

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SCOPES = "event-types:write,schedules:write,bookings:read"
START_SECONDS = 600


class Seen(NamedTuple):
    """What came of it; times in seconds, `unpacked_mb` of the cache after the first start."""

    python: str
    first_start: float
    next_start: float
    unpacked_mb: float
    first_answer: float
    booked: str
    again: int
    exit_code: int


def seen(place: Place) -> Seen:
    """Go through it once; SystemExit with what was said when a step fails."""
    began = time.monotonic()
    version = place.json("version", "--json")
    first = time.monotonic() - began
    began = time.monotonic()
    place.json("version", "--json")
    warm = time.monotonic() - began
    size = sum(path.stat().st_blocks for path in place.cache.rglob("*")) * 512 / 1e6
    port = free_port()
    began = time.monotonic()
    environ = place.environ(CALLY_BIND=f"127.0.0.1:{port}")
    with (place.folder / "log").open("w") as log:
        serving = subprocess.Popen(place.words("serve"), env=environ, stdout=log, stderr=log, text=True)
    try:
        _until_live(place, serving, port)
        answered = time.monotonic() - began
        booked, again = _book(place, port)
        serving.send_signal(signal.SIGTERM)
        code = serving.wait(60)
    finally:
        serving.kill()
    return Seen(version["python"], first, warm, size, answered, booked, again, code)


def _book(place: Place, port: int) -> tuple[str, int]:
    created = ("admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", "--slug", "ada", "--json")
    place.json(*created)
    token = place.json("token", "create", "--account", "ada@example.com", "--scopes", SCOPES, "--json")["token"]
    hours = {"name": "Long days", "tz": "UTC", "weekly": [{"days": DAYS, "from": "06:00", "to": "22:00"}]}
    schedule = ask(port, "/api/v1/schedules", hours, token=token)[1]["id"]
    kind = {"slug": "intro", "title": "Intro", "duration_minutes": 30, "schedule_id": schedule}
    ask(port, "/api/v1/event-types", kind, token=token)
    at = (datetime.now(UTC) + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
    wanted = {
        "host": "ada",
        "event_type": "intro",
        "starts_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "guest": {"name": "Cleo", "email": "cleo@example.org", "tz": "Europe/Berlin"},
    }
    code, booking = ask(port, "/api/v1/bookings", wanted)
    if code != 201:
        raise SystemExit(f"{place.name}: the booking was answered with {code}: {booking}")
    return booking["uid"], ask(port, "/api/v1/bookings", wanted)[0]


def ask(port: int, path: str, body: dict[str, Any], *, token: str = "") -> tuple[int, Any]:
    """POST as a program does; status and answer."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    url = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - as above
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def _until_live(place: Place, serving: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health/live", timeout=60):
                return
        except OSError:
            if serving.poll() is not None or time.monotonic() > until:
                log = (place.folder / "log").read_text()
                raise SystemExit(f"{place.name}: the server did not start:\n{log}") from None
            time.sleep(0.02)
