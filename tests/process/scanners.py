"""`make attack`: sqlmap and wapiti against a real, furnished server, as a stranger and as a signed-in host.

Prints what they found as JSON; exits with 1 when it was anything. Both come with Debian (`apt install sqlmap wapiti`).
Everything stays on this machine: modules that ask a server elsewhere are left out.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.process.served import Served

PASSWORD = "brass engines hum softly"
HOST = "mallory@example.com"
PAGES = "blindsql,cookieflags,crlf,csp,csrf,exec,file,methods,permanentxss,redirect,shellshock,sql,xss"
EXPLAINED = {
    # wapiti looks for a token in each form; Cally judges Origin and Sec-Fetch-Site, see tests/web/test_origin.py
    "Cross Site Request Forgery",
    # judged at http on loopback, where there is no https to promise
    "HTTP Secure Headers",
    "Secure Flag cookie",
}
INJECTED = re.compile(r"identified the following injection point")
REACHED = re.compile(r"Wapiti found (\d+) URLs and forms")
SCAN_SECONDS = 600
WAPITI = """
import re
import sys

from wapitiCore.main.wapiti import wapiti_main
from wapitiCore.net import crawler

# Debian's wapiti writes a pattern that Python 3.11 refuses as soon as an address is excluded
crawler.wildcard_translate = lambda pattern: re.compile(".*".join(map(re.escape, pattern.split("*"))) + "$", re.S)
sys.argv[0] = "wapiti"
wapiti_main()
"""


def main() -> int:
    """Run both; 0 when nothing was found."""
    missing = [name for name in ("sqlmap", "wapiti") if shutil.which(name) is None]
    if missing:
        print(f"Missing: {', '.join(missing)}. On Debian: apt install {' '.join(missing)}", file=sys.stderr)  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory(prefix="cally-attack-") as name, Served(Path(name) / "state") as served:
        furnish(served)
        figures = {"sqlmap": sqlmap(served, Path(name)), "wapiti": wapiti(served, Path(name))}
    print(json.dumps(figures, indent=2))  # noqa: T201 - the figures are the result
    return 1 if any(part["found"] for part in figures.values()) else 0


def furnish(served: Served) -> None:
    """The populated instance of `cally demo`, and Mallory, a host of her own."""
    served.stop()
    served.command("demo")
    words = ("admin", "create", "--email", HOST, "--name", "Mallory Mayhem", "--slug", "mallory", "--role", "host")
    typed = subprocess.run(
        [sys.executable, "-m", "cally", *words, "--password-stdin"],
        env=served.environ,
        input=PASSWORD + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert typed.returncode == 0, typed.stderr
    served.start()


def sqlmap(served: Served, directory: Path) -> dict[str, Any]:
    """Every parameter of requests that reach the database: queries, path parts, forms and JSON bodies."""
    base = f"http://127.0.0.1:{served.port}"
    host, slug = public_page(served)
    cookie = f"Cookie: cally={sign_in(served)}\nOrigin: {base}"
    bearer = f"Authorization: Bearer {host_token(served)}"
    json_body = "Content-Type: application/json\n" + bearer
    slots = f"/api/v1/hosts/{host}/event-types/{slug}/slots?from=2027-01-04*&to=2027-01-08*&tz=Europe/Berlin*"
    wanted: list[tuple[str, str, str]] = [
        (f"/{host}*/{slug}*?month=2027-01*&tz=Europe/Berlin*&slot=1*", "", ""),
        (slots, "", ""),
        (f"/api/v1/hosts/{host}*/event-types", "", ""),
        ("/api/v1/bookings?status=confirmed*&q=a*&host=1*&cursor=a*", "", bearer),
        ("/api/v1/event-types/1*", "", bearer),
        ("/b/abc*", "", ""),
        ("/sign-in", "email=a@example.com*&password=x*&next=/app*", f"Origin: {base}"),
        ("/app/bookings?q=a*&status=all*", "", cookie),
        ("/app/profile", "name=Mallory*&slug=mallory*&tz=UTC*&locale=en*&week_starts_on=mon*&about=a*", cookie),
        ("/api/v1/schedules", '{"name": "a*", "tz": "UTC*", "weekly": []}', json_body),
    ]
    found = []
    for path, data, headers in wanted:
        words = ["sqlmap", "-u", base + path, "--batch", "--level", "2", "--risk", "2", "--flush-session"]
        words += ["--disable-coloring", "--timeout", "10", "--output-dir", str(directory / "sqlmap")]
        words += ["--dbms", "sqlite", "--skip-waf", "--ignore-code", "*"]
        words += ["--data", data] if data else []
        words += ["--headers", headers] if headers else []
        said = subprocess.run(words, capture_output=True, text=True, check=False, timeout=SCAN_SECONDS).stdout
        _say(f"sqlmap {path}")
        assert "testing" in said, said[-2_000:]
        lines = [line for line in said.splitlines() if INJECTED.search(line)]
        found += [f"{path}: {line}" for line in lines]
    return {"requests": len(wanted), "found": found}


def wapiti(served: Served, directory: Path) -> dict[str, Any]:
    """Everything it reaches by itself, once as a stranger and once with Mallory's cookie."""
    base, found, pages = f"http://127.0.0.1:{served.port}", [], 0
    host, slug = public_page(served)
    for name, cookie in (("stranger", ""), ("host", f"Cookie: cally={sign_in(served)}")):
        report = directory / f"{name}.json"
        words = [
            "/usr/bin/python3",
            "-c",
            WAPITI,
            "-u",
            f"{base}/",
            "-s",
            f"{base}/{host}/{slug}",
            "-s",
            f"{base}/sign-in",
            "--scope",
            "domain",
        ]
        words += ["-s", f"{base}/app"] if cookie else []
        words += ["-x", f"{base}/sign-out", "-x", f"{base}/app/theme", "-m", PAGES, "--flush-session", "--no-bugreport"]
        words += ["--store-session", str(directory / name), "--store-config", str(directory / "config")]
        words += ["--max-scan-time", "150", "--max-attack-time", "45", "--max-links-per-page", "40", "-d", "4"]
        words += ["-H", f"Origin: {base}", "-f", "json", "-o", str(report)]
        words += ["-H", cookie] if cookie else []
        ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=2 * SCAN_SECONDS)
        assert report.exists(), ran.stdout[-2_000:] + ran.stderr[-2_000:]
        _say(f"wapiti as a {name}")
        told = json.loads(report.read_text(encoding="utf-8"))
        reached = REACHED.search(ran.stdout)
        assert reached is not None, ran.stdout[-2_000:]
        pages += int(reached[1])
        for kind, cases in told["vulnerabilities"].items():
            if kind not in EXPLAINED:
                found += [f"{name}: {kind}: {case['method']} {case['path']} {case['info']}" for case in cases]
        found += [
            f"{name}: {kind}: {case['path']} {case['info']}"
            for kind, cases in told["anomalies"].items()
            for case in cases
        ]
    return {"pages": pages, "found": found}


def public_page(served: Served) -> tuple[str, str]:
    """A host of the demo with an event type, as parts of its address."""
    text = served.command("admin", "list", "--json")
    for account in json.loads(text):
        with _open(f"http://127.0.0.1:{served.port}/api/v1/hosts/{account['slug']}/event-types") as answer:
            offers = json.loads(answer.read())["event_types"]
        if offers:
            return account["slug"], offers[0]["slug"]
    raise AssertionError("the demo offers nothing")


def host_token(served: Served) -> str:
    """A token of Mallory's program with a host's scopes."""
    scopes = "bookings:read,bookings:write,event-types:read,schedules:read,schedules:write"
    printed = served.command("token", "create", "--account", HOST, "--scopes", scopes)
    return re.findall(r"cally_[A-Za-z0-9_-]+", printed)[0]


def sign_in(served: Served) -> str:
    """The secret of a session of Mallory's."""
    base = f"http://127.0.0.1:{served.port}"
    form = urllib.parse.urlencode({"email": HOST, "password": PASSWORD}).encode()
    request = urllib.request.Request(f"{base}/sign-in", data=form, headers={"Origin": base})  # noqa: S310 - loopback
    opener = urllib.request.build_opener(_Stay)
    answer = opener.open(request, timeout=30)
    return re.findall(r"cally=([^;]+)", ";".join(answer.headers.get_all("set-cookie") or ()))[0]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Looks at a redirect instead of following it."""

    def http_error_303(self, _req: Any, fp: Any, _code: int, _msg: str, _headers: Any) -> Any:
        """The answer itself."""
        return fp


def _open(url: str) -> Any:
    return urllib.request.urlopen(url, timeout=30)  # noqa: S310 - loopback


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)  # noqa: T201 - progress


if __name__ == "__main__":
    raise SystemExit(main())
