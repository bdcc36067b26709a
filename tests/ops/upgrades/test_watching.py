"""Looking for updates: off by default, believed only when signed and fresh, and nothing about anybody goes out."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.notify import outgoing
from cally.ops import health
from cally.ops.upgrades import watching
from cally.ops.upgrades.minisign import public_key
from cally.ops.upgrades.notices import Notice, read_notice
from cally.ops.upgrades.watching import Source
from cally.store import Store
from tests.cast import DAY, NOW
from tests.ops.upgrades.keys import Signer

RELEASE, MALLORY = Signer(1), Signer(2)
URL = "https://updates.example.org/cally.json"
ROOT = Actor(kind="cli")


def document(**changes: Any) -> bytes:
    """A notice of 9.0.0, published yesterday."""
    usual = {
        "format": 1,
        "kind": "cally release",
        "version": "9.0.0",
        "sha256": "0" * 64,
        "url": "https://updates.example.org/cally-9.0.0.pyz",
        "notes": "Faster.",
        "published_at": instant(NOW - DAY),
        "expires_at": instant(NOW + 30 * DAY),
        "security": False,
    }
    return msgspec.json.encode(usual | changes)


def instant(at: int) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def read(data: bytes, *, signer: Signer = RELEASE, seen: Notice | None = None, now: int = NOW) -> Notice:
    """As the job reads it."""
    return read_notice(data, signer.sign(data), public_key(RELEASE.public), now=now, seen=seen)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (document(expires_at=instant(NOW - 1)), "over its date"),
        (document(published_at=instant(NOW + 2 * DAY)), "from the future"),
        (document(published_at="2026-09-20T00:00:00"), "cannot be read"),
        (document(format=2), "cannot be read"),
        (document(kind="something else"), "cannot be read"),
        (document(version="newest"), "cannot be read"),
        (document(notes="x" * 6_000), "cannot be read"),
        (document(url="http://updates.example.org/x"), "not https"),
        (document(url="javascript:alert(1)"), "not https"),
        (b"[]", "cannot be read"),
    ],
)
def test_what_is_not_fresh_or_makes_no_sense_is_refused(data: bytes, why: str):
    """Though it is signed."""
    with pytest.raises(CallyError, match=why):
        read(data)


def test_only_the_release_key_is_believed_and_nothing_goes_back():
    """Another key, a changed byte, an older notice, an older version."""
    known = read(document())
    with pytest.raises(CallyError, match="another key"):
        read(document(), signer=MALLORY)
    with pytest.raises(CallyError, match="not the bytes"):
        read_notice(document(security=True), RELEASE.sign(document()), public_key(RELEASE.public), now=NOW, seen=None)
    for older in (document(published_at=instant(NOW - 2 * DAY)), document(version="8.0.0")):
        with pytest.raises(CallyError, match="older than one"):
            read(older, seen=known)
    assert read(document(version="9.1.0"), seen=known).version == "9.1.0"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> "Requests":
    """What goes out; a signed notice comes back, of whatever `asked.answer` holds."""
    requests = Requests()

    async def get(url: str, *, headers: dict[str, str], **_: Any) -> outgoing.Received:
        requests.append((url, headers))
        body = RELEASE.sign(requests.answer).encode() if url.endswith(".minisig") else requests.answer
        return outgoing.Received(status=requests.status, headers={}, body=body)

    monkeypatch.setattr(outgoing, "get", get)
    return requests


class Requests(list[tuple[str, dict[str, str]]]):
    """Addresses and headers, in order."""

    answer = document(security=True)
    status = 200


async def looked(store: Store, *, now: int = NOW) -> watching.Seen | None:
    """The job runs."""
    await watching.look(store, Source(url=URL, key=RELEASE.public), now=now, allowed=())
    return await watching.seen(store.reader)


async def test_nothing_is_asked_until_an_admin_wants_it(store: Store, asked: Requests):
    """Off by default; and then two files, and not a word about who asks."""
    assert await looked(store) is None
    await watching.change_wanted(store, wanted=True, now=NOW, actor=ROOT)
    await watching.look(store, Source(url=URL, key=None), now=NOW, allowed=())
    assert asked == []
    found = await looked(store)
    assert found is not None
    assert found.newer is not None
    assert found.newer.security
    said = {"user-agent": "Cally", "accept": "application/json"}
    assert asked == [(URL, said), (URL + ".minisig", said)]
    await watching.change_wanted(store, wanted=False, now=NOW, actor=ROOT)
    await looked(store)
    assert len(asked) == 2


async def test_a_fault_is_kept_and_what_was_known_stays(store: Store, asked: Requests):
    """Somebody holds newer ones back, or the server is down: the security update is not forgotten."""
    await watching.change_wanted(store, wanted=True, now=NOW, actor=ROOT)
    await looked(store)
    asked.answer = document(version="0.0.1")
    found = await looked(store, now=NOW + DAY)
    assert found is not None
    assert "older than one" in found.fault
    assert found.notice is not None
    assert found.notice.version == "9.0.0"
    asked.status = 500
    found = await looked(store, now=NOW + 2 * DAY)
    assert found is not None
    assert "answered 500" in found.fault


async def test_a_waiting_security_update_is_a_health_check(store: Store, asked: Requests):
    """Another one is news, and nothing to be alarmed about."""
    assert (await health.version(store.reader)).status == "ok"
    await watching.change_wanted(store, wanted=True, now=NOW, actor=ROOT)
    await looked(store)
    check = await health.version(store.reader)
    assert (check.status, "mends a security hole" in check.detail) == ("degraded", True)
    asked.answer = document(version="9.0.1", published_at=instant(NOW))
    await looked(store)
    assert (await health.version(store.reader)).status == "ok"


def test_not_all_ask_in_the_same_minute():
    """Once a day, give or take four hours."""
    found = {watching.cadence() for _ in range(50)}
    assert len(found) > 10
    assert all(20 * 3_600 <= cadence <= 28 * 3_600 for cadence in found)
