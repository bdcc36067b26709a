"""The main job by the outer contract alone: commands, HTTP and a mail server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from tests.jobs.conftest import until
from tests.notify.calendars import by_ical_js, by_icalendar, invitation
from tests.notify.conftest import MailServer, serving
from tests.process.asking import Answer, Caller
from tests.process.house import furnish, slot, wanted
from tests.process.served import Served

SECRETS = ("Cleo", "cleo1@", "Ada Lovelace", "ada@example", "cally_")


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with serving() as server:
        yield server


@pytest.fixture
async def office(tmp_path: Path, mail: MailServer) -> AsyncIterator[Served]:
    """A fresh instance that mails through the server, furnished by commands and the API."""
    smtp = f"smtp://127.0.0.1:{mail.settings.port}?starttls=off&from=cally@example.net"
    with Served(tmp_path / "state", limits="on", CALLY_SMTP_URL=smtp) as served:
        await furnish(served, await asyncio.to_thread(served.admin_token))
        yield served


@pytest.mark.rule(47, 48, 49, 55)
async def test_a_guest_is_booked_moved_and_cancelled_and_both_are_told(office: Served, mail: MailServer) -> None:
    """Read slots, book, be refused twice, retry, move, cancel; each step is mailed to both, and calendars follow it."""
    guest = Caller(office.port)
    starts_at = slot(3)
    assert _iso(starts_at) in await _free(guest, starts_at)

    made = await guest.post("/api/v1/bookings", wanted(starts_at, 1), idempotency_key="first")
    booking = made.json()
    assert (made.status, booking["sequence"], booking["status"]) == (201, 0, "confirmed")

    await _is_refused(guest, wanted(starts_at, 2))
    await _is_refused(guest, wanted(slot(2), 2, "long"))

    again = await guest.post("/api/v1/bookings", wanted(starts_at, 1), idempotency_key="first")
    assert (again.status, again.json()["uid"]) == (200, booking["uid"])

    manage = booking["manage_url"].rpartition("/b/")[2]
    moved = await _change(guest, booking["uid"], "reschedule", {"starts_at": _iso(slot(9))}, manage)
    assert (moved.json()["uid"], moved.json()["sequence"]) == (booking["uid"], 1)
    gone = await _change(guest, booking["uid"], "cancellation", {"reason": "Ill, sorry."}, manage)
    assert (gone.json()["status"], gone.json()["sequence"]) == ("cancelled", 2)
    assert _iso(slot(9)) in await _free(guest, slot(9))
    guest.close()

    for address in ("cleo1@example.org", "ada@example.com"):
        seen = [(one.method, one.uid, one.sequence) for one in await _invitations(mail, address, 3)]
        assert [(method, sequence) for method, _, sequence in seen] == [("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2)]
        assert len({uid for _, uid, _ in seen}) == 1


async def test_the_state_directory_tells_nothing_without_its_key(office: Served) -> None:
    """No file has a name or a token in clear; stock SQLCipher opens the database with its key, while it is in use."""
    guest = Caller(office.port)
    assert (await guest.post("/api/v1/bookings", wanted(slot(1), 1))).status == 201
    guest.close()
    for file in (path for path in office.state_dir.rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert not [secret for secret in SECRETS if secret.encode() in content], file.name

    key = (office.state_dir / "cally.key").read_text().strip()
    database = sqlcipher3.connect(str(office.state_dir / "cally.db"))
    database.execute(f"PRAGMA key = \"x'{key}'\"")
    assert database.execute("SELECT guest_name FROM booking").fetchall() == [("Cleo 1",)]
    database.close()


async def test_an_overlap_typed_by_hand_is_refused_by_the_database_itself(office: Served) -> None:
    """Beside the running server, in `cally db shell`: no writer gets past the guard."""
    guest = Caller(office.port)
    assert (await guest.post("/api/v1/bookings", wanted(slot(1), 1))).status == 201
    guest.close()
    typed = (
        "INSERT INTO occupancy (id, owner_id, kind, uid, starts_at, ends_at) "
        "SELECT 1, owner_id, 'block', 'by-hand', starts_at + 60, ends_at + 60 FROM occupancy"
    )
    await asyncio.to_thread(office.command, "db", "shell", typed, ok=False)
    counted = await asyncio.to_thread(office.command, "db", "shell", "SELECT count(*) FROM occupancy")
    assert counted.strip() == "1"


async def _free(guest: Caller, day: datetime) -> list[str]:
    date = day.strftime("%Y-%m-%d")
    answer = await guest.get(f"/api/v1/hosts/ada/event-types/intro/slots?from={date}&to={date}&tz=UTC")
    assert answer.status == 200, answer.content
    return [one["starts_at"] for one in answer.json()["slots"]]


async def _is_refused(guest: Caller, body: dict[str, Any]) -> None:
    answer = await guest.post("/api/v1/bookings", body)
    assert (answer.status, answer.json()["code"]) == (409, "slot_taken")
    assert answer.json()["alternatives"]


async def _change(guest: Caller, uid: str, change: str, body: dict[str, Any], manage: str) -> Answer:
    answer = await guest.post(f"/api/v1/bookings/{uid}/{change}", body, x_manage_token=manage)
    assert answer.status == 200, answer.content
    return answer


async def _invitations(mail: MailServer, address: str, count: int) -> list[Any]:
    """What two calendars agree on about each mail to an address."""
    await until(lambda: mail.postbox.recipients.count(address) >= count)
    arrived = zip(mail.postbox.recipients, mail.postbox.mails, strict=True)
    files = [invitation(one) for to, one in arrived if to == address]
    assert all(by_icalendar(file) == by_ical_js(file) for file in files)
    return [by_icalendar(file) for file in files]


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
