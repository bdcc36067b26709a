"""A guest and a host at 127.0.0.1:8080, with nothing but the standard library: what `python -m deb.prove.guest` asks.

`furnish TOKEN` · `book SLOT` · `count TOKEN` · `live` · `hammer` (until SIGTERM)
"""

import json
import signal
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

URL = "http://127.0.0.1:8080"
OPEN = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "06:00", "to": "22:00"}
PATIENCE = 900


def main() -> None:
    """Do what the words say; exit 1 when the answer was a no."""
    word, *rest = sys.argv[1:]
    sys.exit({"furnish": furnish, "book": book, "count": count, "live": live, "hammer": hammer}[word](*rest))


def furnish(token: str) -> int:
    """Long days and one event type."""
    schedule = ask("POST", "/api/v1/schedules", {"name": "Long days", "tz": "UTC", "weekly": [OPEN]}, token)
    wanted = {"slug": "intro", "title": "Intro", "duration_minutes": 30, "schedule_id": schedule[1].get("id")}
    return 0 if ask("POST", "/api/v1/event-types", wanted, token)[0] == 201 else 1


def book(number: str) -> int:
    """Take the half-hour slot of that number, from the day after tomorrow on; prints the status."""
    day = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=2)
    starts_at = (day + timedelta(minutes=30 * int(number))).strftime("%Y-%m-%dT%H:%M:%SZ")
    guest = {"name": "Cleo", "email": f"cleo{number}@example.org", "tz": "Europe/Berlin"}
    status, body = ask(
        "POST", "/api/v1/bookings", {"host": "ada", "event_type": "intro", "starts_at": starts_at, "guest": guest}
    )
    print(status, body.get("code", body.get("status", "")))
    return 0 if status == 201 else 1


def count(token: str) -> int:
    """Print how many bookings there are."""
    status, body = ask("GET", "/api/v1/bookings", None, token)
    print(len(body.get("bookings", body.get("items", []))))
    return 0 if status == 200 else 1


def live() -> int:
    """Is it answered?"""
    return 0 if ask("GET", "/api/health/live", None)[0] == 200 else 1


def hammer() -> int:
    """Ask again and again, a connection each, and say in the end how it went."""
    going = True

    def stop(_number: int, _frame: object) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, stop)
    answered = refused = 0
    longest = 0.0
    while going:
        start = time.monotonic()
        if live() == 0:
            answered += 1
        else:
            refused += 1
        longest = max(longest, time.monotonic() - start)
        time.sleep(0.05)
    print(json.dumps({"answered": answered, "refused": refused, "longest": round(longest, 1)}))
    return 0


def ask(method: str, path: str, body: object, token: str = "") -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer; 0 when there was none."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, headers, method=method)  # noqa: S310 - http, as URL says
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
            return answer.status, _object(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _object(error.read())
    except OSError as error:
        print(error, file=sys.stderr)
        return 0, {}


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"items": found}


if __name__ == "__main__":
    main()
