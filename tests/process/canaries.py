"""Secrets planted in a running server, and the search for them wherever they must never be.

`live_through` is a day of an instance: set-up, every kind of secret, guests, errors, a kill -9. What was answered or
lies around afterwards is searched for each secret as it is, and in base64, hexadecimal and as in an address.
"""

import base64
import html
import re
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import apsw
import httpx2
import psutil
import pyotp

from cally.store import sqlite
from cally.web.api.v1 import ENDPOINTS
from tests.process.house import midnight
from tests.process.served import Served, free_port

LEAST = 12
TYPED = "once: the e-mail field is shown again as it was typed"
ICS = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Test//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260101T100000Z
DTEND:20260101T110000Z
END:VEVENT
END:VCALENDAR
"""
OPEN_DAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "06:00", "to": "22:00"}
LINK = re.compile(r'(?:href|action)="(/[^"#]*)"')
DANGEROUS = ("/sign-out", "removal", "disabling", "/export/")


class Heard(NamedTuple):
    """An answer: what was asked, and all that came, but for the cookies that a browser is meant to keep."""

    asked: str
    said: bytes


class Canary(NamedTuple):
    """A secret; `shown` are beginnings of requests whose answers have to show it: once, or to its owner."""

    text: str
    shown: tuple[str, ...] = ()


class Hit(NamedTuple):
    """Where which secret was found, and in which spelling."""

    canary: str
    where: str
    spelling: str


class _Calendars(BaseHTTPRequestHandler):
    """A calendar at every address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/calendar")
        self.send_header("content-length", str(len(ICS)))
        self.end_headers()
        self.wfile.write(ICS)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class House:
    """A server that is asked and looked at; `canaries` by their names."""

    def __init__(self, folder: Path, *, mutant: str = "none") -> None:
        self.folder = folder
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.served = Served(
            folder / "state", mutant=mutant, TMPDIR=str(self.temporary), CALLY_ALLOWED_NETWORKS="127.0.0.0/8"
        )
        self.canaries: dict[str, Canary] = {}
        self.heard: list[Heard] = []
        self.children: set[bytes] = set()
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.served.port}", timeout=30)
        self._ended = threading.Event()
        self._calendars = ThreadingHTTPServer(("127.0.0.1", 0), _Calendars)
        threading.Thread(target=self._calendars.serve_forever, daemon=True).start()

    def ask(self, method: str, path: str, *, once: str = "", **given: object) -> httpx2.Response:
        """Ask as a browser on our own page; `once` names the request whose answer may show what it makes."""
        headers = {"origin": str(self.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        headers |= given.pop("headers", {})  # type: ignore[arg-type]
        answer = self.client.request(method, path, headers=headers, **given)  # type: ignore[arg-type]
        kept = [f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie"]
        self.heard.append(Heard(once or f"{method} {path}", "\n".join(kept).encode() + b"\n\n" + answer.content))
        return answer

    def keep(self, name: str, text: str, *shown: str) -> str:
        """Plant one."""
        assert len(text) >= 8, name
        self.canaries[name] = Canary(text, shown)
        return text

    def watch(self) -> None:
        """Look at the environment and the words of every child process, until the end."""
        while not self._ended.wait(0.02):
            process = self.served.process
            if process is None:
                continue
            try:
                for child in psutil.Process(process.pid).children(recursive=True):
                    seen = "\0".join([*child.cmdline(), *(f"{key}={value}" for key, value in child.environ().items())])
                    self.children.add(seen.encode())
            except (psutil.Error, OSError):
                continue

    @property
    def calendar_port(self) -> int:
        """Where a calendar is served, which Cally reads in a child process."""
        return int(self._calendars.server_address[1])

    def end(self) -> None:
        """Stop watching and hang up."""
        self._ended.set()
        self._calendars.shutdown()
        self._calendars.server_close()
        self.client.close()


def live_through(folder: Path, *, mutant: str = "none", actions: int = 200) -> House:
    """A day with at least so many requests, a kill -9 in the middle of it; the server has stopped when it ends."""
    house = House(folder, mutant=mutant)
    watching = threading.Thread(target=house.watch, daemon=True)
    with house.served:
        watching.start()
        try:
            plant(house)
            wander(house, actions // 2)
            house.served.kill()
            house.served.start()
            wander(house, actions)
            house.served.stop()
        finally:
            house.end()
            watching.join()
    return house


def plant(house: House) -> None:
    """Every kind of secret that there is, through the doors by which it comes in or is made."""
    token = re.search(r"/setup/(\S+)", house.served.out())
    assert token is not None
    setup = house.keep("set-up token", token[1], "GET /setup/", "POST /setup/")
    password = house.keep("account password", f"Canary brass {secrets.token_hex(12)} hums", TYPED)
    me = {"name": "Ada Lovelace", "email": "ada@example.com", "password": password, "tz": "UTC", "locale": "en"}
    house.ask("GET", f"/setup/{setup}")
    _is(house.ask("POST", f"/setup/{setup}", data=me), 303)
    for cookie in house.client.cookies.jar:
        if cookie.name in {"cally", "cally-device"} and cookie.value:
            house.keep({"cally": "session token"}.get(cookie.name, "known device"), cookie.value)
    _outside(house)
    _factors(house)
    api = house.keep("API token", house.served.token("ada@example.com"))
    _guests(house, {"authorization": f"Bearer {api}"})
    _mistakes(house, password)


def _outside(house: House) -> None:
    """What other services are reached by."""
    smtp = house.keep("SMTP password", f"Canary+{secrets.token_hex(12)}")
    house.keep("channel secret", f"Canary{secrets.token_hex(12)}")
    house.keep("alert channel secret", f"Canary{secrets.token_hex(12)}")
    house.keep("calendar secret", f"Canary{secrets.token_hex(12)}")
    house.keep("OIDC client secret", f"Canary+{secrets.token_hex(12)}=")
    port = free_port()
    mail = f"smtp://cally:{quote(smtp, safe='')}@127.0.0.1:{port}?starttls=off"
    house.ask("POST", "/admin/settings/mail", data={"smtp_url": mail.replace("smtp:", "smpt:")})
    _is(house.ask("POST", "/admin/settings/mail", data={"smtp_url": mail}), 303)
    house.ask("POST", "/admin/settings/mail/test")
    channel = f"json://ada:{house.canaries['channel secret'].text}@127.0.0.1:{port}/hook"
    house.ask("POST", "/app/channels", data={"name": "Chat", "address": channel.replace("json:", "jsno:")})
    _is(house.ask("POST", "/app/channels", data={"name": "Chat", "address": channel}), 303)
    for name in ("guest way", "broker"):
        house.keep(f"{name} secret", f"Canary{secrets.token_hex(12)}")
    way = f"json://ada:{house.canaries['guest way secret'].text}@127.0.0.1:{port}/{{phone}}"
    _tried(house, {"name": "SMS", "address": way, "guests": "1"})
    _tried(house, {"name": "House", "address": f"mqtt://ada:{house.canaries['broker secret'].text}@127.0.0.1:{port}/x"})
    pager = f"json://ada:{house.canaries['alert channel secret'].text}@127.0.0.1:{port}/hook"
    house.ask("POST", "/admin/alerts/channels", data={"name": "Pager", "address": pager.replace("json:", "jsno:")})
    _is(house.ask("POST", "/admin/alerts/channels", data={"name": "Pager", "address": pager}), 303)
    calendar = f"http://127.0.0.1:{house.calendar_port}/{house.canaries['calendar secret'].text}/basic.ics"
    house.ask("POST", "/app/calendars", data={"name": "Home", "address": calendar.replace("http:", "htpp:")})
    house.ask("POST", "/app/calendars", data={"name": "Home", "address": calendar})
    provider = {"slug": "company", "name": "Company", "issuer": f"https://127.0.0.1:{port}", "client_id": "cally"}
    provider |= {"secret": house.canaries["OIDC client secret"].text, "scopes": "openid email", "enabled": "1"}
    _is(house.ask("POST", "/admin/providers", data=provider), 303)
    bucket = {"address": f"s3://bucket/cally?endpoint=http://127.0.0.1:{port}", "access_key_id": "cally"}
    bucket |= {"secret_access_key": house.keep("backup secret", f"Canary+{secrets.token_hex(12)}=")}
    house.ask("POST", "/admin/backups/targets", data=bucket | {"address": "sx://bucket/cally"})
    _is(house.ask("POST", "/admin/backups/targets", data=bucket), 200)
    _is(house.ask("POST", "/admin/backups"), 303)
    _webhook(house, port)


def _tried(house: House, channel: dict[str, str]) -> None:
    """A channel that is kept, changed and tried; nobody listens there."""
    made = house.ask("POST", "/app/channels", data=channel)
    _is(made, 303)
    address = made.headers["location"]
    house.ask("POST", address, data=channel | {"address": channel["address"].replace("://", ":/")})
    _is(house.ask("POST", address, data=channel), 303)
    _is(house.ask("POST", f"{address}/test", data={"phone": "+15557654321"}), 303)


def _webhook(house: House, port: int) -> None:
    """An address that is a secret itself, and the secret that signs; both change, and are tried."""
    hook = f"http://127.0.0.1:{port}/{house.keep('webhook address', f'Canary{secrets.token_hex(12)}')}/catch"
    house.ask("POST", "/app/webhooks", data={"url": hook.replace("http:", "htpp:")})
    made = house.ask("POST", "/app/webhooks", once="once: webhook", data={"url": hook, "name": "Sheet"})
    _is(made, 201)
    place = re.search(r"/app/webhooks/\d+", made.text)
    assert place is not None
    changed = house.ask("POST", f"{place[0]}/secret", once="once: secret")
    for name, page in (("webhook secret", made), ("second webhook secret", changed)):
        house.keep(name, page.text.partition("whsec_")[2][:44], "once: webhook", "once: secret")
    house.ask("POST", f"{place[0]}/test")


def _factors(house: House) -> None:
    """A second factor and the way in without it."""
    _is(house.ask("POST", "/app/security/totp"), 303)
    page = house.ask("GET", "/app/security/totp", once="once: totp").text
    shown = re.search(r'data-copy="([A-Z2-7 ]{16,})"', page)
    assert shown is not None
    key = house.keep("TOTP secret", shown[1].replace(" ", ""), "once: totp")
    code = {"code": pyotp.TOTP(key).now()}
    codes = re.findall(
        r"<li><code>([^<]+)", house.ask("POST", "/app/security/totp/confirmation", once="once: codes", data=code).text
    )
    house.keep("recovery code", html.unescape(codes[0]), "once: codes")


def _guests(house: House, bearer: dict[str, str]) -> None:
    """A page with a password, and a guest who books."""
    wanted = {"name": "Long days", "tz": "UTC", "weekly": [OPEN_DAYS]}
    schedule = house.ask("POST", "/api/v1/schedules", json=wanted, headers=bearer).json()["id"]
    offer = {"slug": "intro", "title": "Intro", "duration_minutes": 30, "schedule_id": schedule, "notice_minutes": 0}
    for slug in ("intro", "closed"):
        made = house.ask("POST", "/api/v1/event-types", json=offer | {"slug": slug}, headers=bearer).json()
    house.keep("page password", f"Canary page {secrets.token_hex(12)}")
    closing = {"act": "set", "password": house.canaries["page password"].text}
    _is(house.ask("POST", f"/app/event-types/{made['id']}/access/password", data=closing), 303)
    house.ask("GET", "/ada-lovelace/closed")
    feed, keyed = {"name": "Bookings"}, bearer | {"idempotency-key": "canary"}
    made = house.ask("POST", "/api/v1/feeds", once="once: feed", json=feed, headers=keyed).json()
    address = made["url"].rpartition("/")[2].removesuffix(".ics")
    shown = ("once: feed", "GET /app/calendars/feeds", "GET /api/v1/feeds", f"GET /feeds/{address}")
    house.keep("feed address", address, *shown)
    _is(house.ask("POST", "/api/v1/feeds", once="once: feed", json=feed, headers=keyed), 201)
    _is(house.ask("GET", f"/feeds/{address}.ics"), 200)
    house.ask("GET", f"/feeds/{address}x.ics")
    for hour in (9, 10, 11):
        starts_at = midnight(2).replace(hour=hour).strftime("%Y-%m-%dT%H:%M:%SZ")
        guest = {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"}
        booking = {"host": "ada-lovelace", "event_type": "intro", "starts_at": starts_at, "guest": guest}
        made = house.ask("POST", "/api/v1/bookings", once="once: booked", json=booking).json()
    token = next(value for name, value in _leaves(made) if "token" in name or "manage" in name)
    token = token.rstrip("/").rpartition("/")[2]
    house.keep("manage link", token, "once: booked", f"GET /b/{token}", f"POST /b/{token}")
    house.ask("GET", f"/b/{token}")
    house.ask("GET", f"/b/{token}/reschedule")


def _mistakes(house: House, password: str) -> None:
    """Secrets in the wrong field, at the wrong place, in a broken body."""
    stranger = {"cookie": ""}
    house.ask("POST", "/sign-in", once=TYPED, data={"email": password, "password": "x"}, headers=stranger)
    house.ask("POST", "/sign-in", data={"email": "ada@example.com", "password": password + "x"}, headers=stranger)
    for name in ("API token", "session token", "manage link", "set-up token"):
        text = house.canaries[name].text
        house.ask("GET", "/api/v1/bookings", headers={"authorization": f"Bearer {text}x"})
        house.ask("POST", "/api/v1/bookings", content=f'{{"x": "{text}"'.encode())
        house.ask("POST", "/app/profile", content=text.encode(), headers={"content-type": "text/plain"})
        house.ask("GET", "/api/v1/bookings/nothing", headers={"x-manage-token": text})


def wander(house: House, actions: int) -> None:
    """Follow the links of the desk, ask every endpoint that only looks, and come upon errors, until that many."""
    bearer = {"authorization": f"Bearer {house.canaries['API token'].text}"}
    seen, ahead = set[str](), ["/app", "/admin/audit", "/app/security", "/app/security/history", "/nothing/here"]
    while ahead and len(house.heard) < actions:
        path = ahead.pop(0)
        if path in seen or any(word in path for word in DANGEROUS):
            continue
        seen.add(path)
        page = house.ask("GET", path)
        if "text/html" in page.headers.get("content-type", ""):
            ahead += [html.unescape(link) for link in LINK.findall(page.text)]
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            house.ask("GET", "/api/v1" + re.sub(r"\{\w+\}", "1", endpoint.path), headers=bearer)
    for path in ("/admin/audit/export/csv", "/admin/audit/export/jsonl"):
        house.ask("GET", path)
    while len(house.heard) < actions:
        house.ask("POST", "/api/v1/bookings", content=b"[" * 40, headers={"content-type": "application/json"})
        time.sleep(0)


def search(house: House) -> list[Hit]:
    """Every place where a secret was found, that has no business there."""
    places = [*_files(house), *_rows(house), *((f"child {number}", seen) for number, seen in enumerate(house.children))]
    hits = []
    for name, canary in house.canaries.items():
        for spelling, texts in spellings(canary.text).items():
            hits += [Hit(name, where, spelling) for where, said in places if any(text in said for text in texts)]
            for answer in house.heard:
                if not answer.asked.startswith(canary.shown or ("\0",)) and any(text in answer.said for text in texts):
                    hits.append(Hit(name, answer.asked.replace(canary.text, "…"), spelling))
    return hits


def spellings(text: str) -> dict[str, list[bytes]]:
    """How a secret could be written: base64 wherever in a longer text it stands, and packed as it is in an address."""
    encoded = {quote(text, safe=""), quote(text), html.escape(text)} - {text}
    raws = [text.encode(), *(one.encode() for one in encoded)]
    return {
        "as it is": raws[:1],
        "as in an address": raws[1:],
        "base64": [packed for raw in raws for packed in _base64(raw)],
        "hexadecimal": [packed for raw in raws for packed in (raw.hex().encode(), raw.hex().upper().encode())],
    }


def _base64(raw: bytes) -> Iterator[bytes]:
    """What stays of it whatever stands before and after, in both alphabets."""
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + raw)
        inner = whole[(0, 2, 3)[shift] : len(whole) - 4]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def _files(house: House) -> Iterator[tuple[str, bytes]]:
    """All that lies around; what was printed once at the first start is the set-up token's own place."""
    for file in sorted(house.folder.rglob("*")):
        if file.is_file() and file != house.served.out_file:
            yield str(file.relative_to(house.folder)), file.read_bytes()


def _rows(house: House) -> Iterator[tuple[str, bytes]]:
    """What the encryption hides: every value of every table, as its owner could read it."""
    state = house.folder / "state"
    connection = sqlite.connect(state / "cally.db", bytes.fromhex((state / "cally.key").read_text().strip()))
    try:
        tables = [str(name) for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            for number, row in enumerate(_all(connection, table)):
                yield (
                    f"table {table}, row {number}",
                    b"\0".join(value if isinstance(value, bytes) else str(value).encode() for value in row),
                )
    finally:
        connection.close()


def _all(connection: apsw.Connection, table: str) -> Iterator[tuple[object, ...]]:
    yield from connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}")
    elif isinstance(value, str):
        yield name, value


def _is(answer: httpx2.Response, status: int) -> None:
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
    assert answer.status_code == status, (answer.status_code, answer.headers.get("location"), words[-800:])
