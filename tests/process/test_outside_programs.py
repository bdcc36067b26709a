"""Programs that are not ours use a served instance: khal and vdirsyncer read its feed, a generated client books."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import icalendar
import pytest

from tests.process.house import furnish, slot, wanted
from tests.process.served import Served

SECONDS = 180
GENERATOR = Path(sys.executable).with_name("openapi-python-client")
VDIRSYNCER = """
[general]
status_path = "{folder}/status/"

[pair bookings]
a = "there"
b = "here"
collections = null

[storage there]
type = "http"
url = "{url}"

[storage here]
type = "filesystem"
path = "{folder}/calendars/bookings/"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[bookings]]
path = {folder}/calendars/bookings/

[sqlite]
path = {folder}/khal.db

[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


class House:
    """A served instance with Ada's office, her token, and a program that asks."""

    def __init__(self, served: Served, token: str) -> None:
        self.token, self.url = token, f"http://127.0.0.1:{served.port}"
        self.client = httpx2.Client(base_url=self.url, headers={"authorization": f"Bearer {token}"}, timeout=60)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """What is answered, which must be good."""
        told = self.client.request(method, f"/api/v1{path}", json=body)
        assert told.is_success, told.text
        return told.json() if told.content else None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Served(tmp_path_factory.mktemp("outside") / "state") as served:
        token = served.admin_token()
        furnish_now(served, token)
        made = House(served, token)
        yield made
        made.client.close()


def furnish_now(served: Served, token: str) -> None:
    import asyncio  # noqa: PLC0415 - for this one alone

    asyncio.run(furnish(served, token))


def run(*words: str, folder: Path, **environ: str) -> str:
    """What a program says; it must succeed."""
    if shutil.which(words[0]) is None:
        assert not os.environ.get("CI"), f"CI must have {words[0]}"
        pytest.skip(f"{words[0]} is needed")
    known = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL"}}
    done = subprocess.run(
        words,
        cwd=folder,
        env=known | {"HOME": str(folder), "LC_ALL": "C.UTF-8"} | environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_feed_is_kept_by_vdirsyncer_and_shown_by_khal(house: House, tmp_path: Path) -> None:
    """What is booked stands there, what is moved moves, what is cancelled leaves, and nothing is there twice."""
    url = house.send("POST", "/feeds", {"name": "Bookings"})["url"]
    path = url.partition("/feeds/")[2]
    (tmp_path / "vdirsyncer").write_text(VDIRSYNCER.format(folder=tmp_path, url=f"{house.url}/feeds/{path}"))
    (tmp_path / "khal").write_text(KHAL.format(folder=tmp_path))
    kept = tmp_path / "calendars" / "bookings"
    kept.mkdir(parents=True)
    series = {"rhythm": "weekly", "count": 3}
    kind = house.send("GET", "/event-types")["event_types"][1]["id"]
    offered = {"rhythms": ["weekly"], "most": 5, "clashes": "refuse"}
    house.send("PATCH", f"/event-types/{kind}", {"series": offered})
    first, second = (house.send("POST", "/bookings", wanted(slot(number), number)) for number in (40, 42))
    lessons = house.send("POST", "/bookings", wanted(slot(70), 70, "long") | {"series": series})

    def shown() -> list[str]:
        run("vdirsyncer", "-c", str(tmp_path / "vdirsyncer"), "discover", folder=tmp_path)
        run("vdirsyncer", "-c", str(tmp_path / "vdirsyncer"), "sync", folder=tmp_path)
        day = slot(0).strftime("%Y-%m-%d")
        listed = run(
            "khal",
            "-c",
            str(tmp_path / "khal"),
            "list",
            "--format",
            "{start} {title}",
            "--day-format",
            "",
            day,
            "40d",
            folder=tmp_path,
        )
        return [line.strip() for line in listed.splitlines() if line.strip()]

    def line(at: Any, title: str, number: int) -> str:
        return f"{at:%Y-%m-%d %H:%M} {title}: Cleo {number}"

    weeks = [line(slot(70) + timedelta(weeks=week), "Long", 70) for week in range(3)]
    assert sorted(shown()) == sorted([line(slot(40), "Intro", 40), line(slot(42), "Intro", 42), *weeks])
    house.send("POST", f"/bookings/{first['uid']}/reschedule", {"starts_at": f"{slot(44):%Y-%m-%dT%H:%M:%SZ}"})
    house.send("POST", f"/bookings/{second['uid']}/cancellation", {})
    middle = house.send("GET", f"/series/{lessons['series']['id']}")["bookings"][1]
    house.send("POST", f"/bookings/{middle['uid']}/cancellation", {})
    assert sorted(shown()) == sorted([line(slot(44), "Intro", 40), weeks[0], weeks[2]])
    names = {str(event["uid"]) for file in kept.iterdir() for event in events(file)}
    assert len(names) == 2  # vdirsyncer calls them by names of its own


def events(file: Path) -> list[Any]:
    return list(icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT"))


@pytest.fixture
def generated(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A client that openapi-python-client makes of our document."""
    document = tmp_path / "openapi.json"
    document.write_bytes(house.client.get("/api/v1/openapi.json").content)
    config = tmp_path / "config.yml"
    config.write_text("package_name_override: cally_client\nproject_name_override: cally-client\npost_hooks: []\n")
    folder = tmp_path / "made"
    done = subprocess.run(
        [str(GENERATOR), "generate", "--path", str(document), "--config", str(config), "--output-path", str(folder)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Unable to" not in done.stdout + done.stderr, done.stdout
    monkeypatch.syspath_prepend(str(folder))
    return importlib.import_module("cally_client")


def test_a_generated_client_books_lists_and_cancels(house: House, generated: ModuleType) -> None:
    """With the types that it made of our schemas, none of them by hand."""
    api = "cally_client.api.bookings"
    make, show_all, cancel = (
        importlib.import_module(f"{api}.{name}") for name in ("make_booking", "list_bookings", "cancel_booking")
    )
    models = importlib.import_module("cally_client.models")
    with generated.AuthenticatedClient(base_url=house.url, token=house.token) as client:
        body = models.BookingWanted.from_dict(wanted(slot(100), 100))
        made = make.sync_detailed(client=client, body=body, idempotency_key="generated")
        again = make.sync_detailed(client=client, body=body, idempotency_key="generated")
        assert (made.status_code, again.status_code) == (201, 200)
        assert again.parsed.uid == made.parsed.uid
        listed = show_all.sync(client=client, q="Cleo 100")
        assert [one.uid for one in listed.bookings] == [made.parsed.uid]
        gone = cancel.sync(made.parsed.uid, client=client, body=models.Cancellation(reason="Sorry."))
        assert (gone.uid, gone.status, gone.reason) == (made.parsed.uid, "cancelled", "Sorry.")
        taken = make.sync_detailed(client=client, body=models.BookingWanted.from_dict(wanted(slot(-4_000), 1)))
        assert json.loads(taken.content)["code"] == "slot_taken"
