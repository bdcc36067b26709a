"""JSON is read strictly: nothing doubled, nothing coerced, nothing unknown, and every fault has its path."""

import json
from typing import Any

import httpx2
import pytest

from cally.errors import CallyError
from cally.store import Store, event_types, hosts
from cally.web.api.bodies import _unique
from tests.cast import ada, host

HOLD = {"host": "ada", "event_type": "intro", "starts_at": "2026-09-22T08:00:00Z"}
JSON = {"content-type": "application/json"}
BOOKING = {**HOLD, "guest": {"name": "Cleo", "email": "cleo@example.org", "tz": "America/New_York"}}


async def sent(client: httpx2.AsyncClient, body: bytes | str, kind: str = "application/json") -> httpx2.Response:
    return await client.post("/api/v1/holds", content=body, headers={"content-type": kind})


@pytest.fixture(autouse=True)
async def _ada(store: Store) -> None:
    await ada(store)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
async def test_only_json_is_json(client: httpx2.AsyncClient, kind: str) -> None:
    """JSON under another name could come from another site's form."""
    told = await sent(client, json.dumps(HOLD), kind)
    assert (told.status_code, told.json()["code"]) == (415, "unsupported_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
async def test_its_usual_spellings_are_taken(client: httpx2.AsyncClient, kind: str) -> None:
    """A charset that says what JSON is anyway is no fault."""
    assert (await sent(client, json.dumps(HOLD), kind)).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"host":' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"host": NaN}',
        b'{"host": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b'{"host": ' + b"1" * 5_000 + b"}",
        b'{"host": 1e999}',
        b"[]",
        b"null",
        b'"text"',
    ],
)
async def test_what_is_no_json_object_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    """Broken, deep, lenient or foreign JSON is 400, never 500."""
    told = await sent(client, body)
    assert (told.status_code, told.json()["code"]) == (400, "malformed")


def test_a_doubled_name_is_found_in_one_pass() -> None:
    """Thousands of names before it cost one look each; looking anew for each would take seconds of everybody's time."""
    looks = 0

    class Name(str):
        def __eq__(self, other: object) -> bool:
            nonlocal looks
            looks += 1
            return super().__eq__(other)

        __hash__ = str.__hash__

    pairs = [(Name(f"a{number}"), 1) for number in range(1_000)]
    with pytest.raises(CallyError):
        _unique([*pairs, (Name("a999"), 1)])
    assert looks < 5_000


async def test_a_doubled_name_is_malformed(client: httpx2.AsyncClient) -> None:
    """Two readers could take different ones."""
    told = await sent(
        client, '{"host": "ada", "host": "ben", "event_type": "intro", "starts_at": "2026-09-22T08:00:00Z"}'
    )
    assert (told.status_code, told.json()["field"]) == (400, "host")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"surprise": 1}, 400, "surprise"),
        ({"host": 1}, 400, "host"),
        ({"duration_minutes": "30"}, 400, "duration_minutes"),
        ({"duration_minutes": 30.0}, 400, "duration_minutes"),
        ({"guest": {"name": "Cleo", "email": 7, "tz": "UTC"}}, 400, "guest.email"),
        ({"guest": {"name": "Cleo", "email": "c@example.org", "tz": "UTC", "admin": True}}, 400, "guest.admin"),
        ({"companions": [{"email": 1}]}, 400, "companions[0].email"),
        ({"guest": {"name": "Cleo", "tz": "UTC"}}, 422, "guest.email"),
        ({"guest": {"name": "Cleo", "email": "nobody", "tz": "UTC"}}, 422, "guest.email"),
        ({"guest": {"name": "Cleo", "email": "c@example.org", "tz": "Mars/Olympus"}}, 422, "guest.tz"),
        ({"guest": {"name": "", "email": "c@example.org", "tz": "UTC"}}, 422, "guest.name"),
        ({"starts_at": "tomorrow"}, 422, "starts_at"),
        ({"starts_at": "2026-09-22T08:00:00"}, 422, "starts_at"),
        ({"starts_at": "2026-09-22T08:00:00.5Z"}, 422, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, 422, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, 422, "starts_at"),
        ({"duration_minutes": 31}, 422, "duration_minutes"),
        ({"answers": {"why": "so"}}, 422, "answers.why"),
        ({"hold": 5}, 400, "hold"),
    ],
)
async def test_each_fault_has_its_path(
    client: httpx2.AsyncClient, change: dict[str, Any], status: int, field: str
) -> None:
    """Shape is 400, content is 422; both name the field."""
    told = await client.post("/api/v1/bookings", json={**BOOKING, **change})
    assert (told.status_code, told.json()["field"]) == (status, field)


async def test_a_body_that_is_needed_is_asked_for(client: httpx2.AsyncClient) -> None:
    """No body where one is needed is 400, not 500."""
    assert (await client.post("/api/v1/bookings", headers=JSON)).status_code == 400


async def test_a_body_too_large_is_refused(client: httpx2.AsyncClient) -> None:
    """A megabyte is no booking."""
    assert (await sent(client, b" " * 1_000_000)).status_code == 413


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("from=2026-09-22&to=2026-09-23&x=1", 400, "x"),
        ("from=2026-09-22&from=2026-09-22&to=2026-09-23", 400, "from"),
        ("to=2026-09-23", 422, "from"),
        ("from=2026-09-22", 422, "to"),
        ("from=yesterday&to=2026-09-23", 422, "from"),
        ("from=2026-09-31&to=2026-10-01", 422, "from"),
        ("from=2026-09-23&to=2026-09-22", 422, "to"),
        ("from=2026-09-22&to=2027-09-22", 422, "to"),
        ("from=0001-01-01&to=0001-01-02", 422, "from"),
        ("from=9999-12-31&to=9999-12-31", 422, "from"),
        ("from=2026-09-22&to=2026-09-23&tz=Mars/Olympus", 422, "tz"),
        ("from=2026-09-22&to=2026-09-23&tz=", 422, "tz"),
        ("from=2026-09-22&to=2026-09-23&tz=../../etc/passwd", 422, "tz"),
        ("from=2026-09-22&to=2026-09-23&duration=long", 422, "duration"),
        ("from=2026-09-22&to=2026-09-23&duration=45", 422, "duration"),
        ("from=%ff&to=2026-09-23", 400, None),
    ],
)
async def test_queries_are_read_as_strictly(
    client: httpx2.AsyncClient, query: str, status: int, field: str | None
) -> None:
    """Unknown and doubled parameters are 400, contents are 422, with the name."""
    told = await client.get(f"/api/v1/hosts/ada/event-types/intro/slots?{query}")
    assert (told.status_code, told.json().get("field")) == (status, field)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("full-slots?host=ada&event_type=intro&from=9999-12-31&to=9999-12-31", "to"),
        ("bookings?to=9999-12-31", "to"),
        ("sessions?to=9999-12-31", "to"),
        ("waitlist?to=9999-12-31", "to"),
        ("event-types/{id}/capsule?to=9999-12-31", "to"),
        ("event-types/{id}/capsule?from=9999-12-31", "from"),
    ],
)
async def test_the_last_day_of_the_calendar_has_no_day_after_it(
    client: httpx2.AsyncClient, store: Store, bearer: Any, path: str, field: str
) -> None:
    """It is refused like every other year that no calendar is kept for."""
    owner = await hosts.by_slug(store.reader, "ada")
    assert owner is not None
    (known,) = await event_types.list_of(store.reader, owner.id)
    told = await client.get(f"/api/v1/{path.format(id=known.id)}", headers=await bearer(owner))
    assert (told.status_code, told.json()["field"]) == (422, field)


@pytest.mark.parametrize("cursor", ["x", "!!", "MS4y", "Lg", "é", "MTIz" * 20])
async def test_a_cursor_is_ours_or_refused(client: httpx2.AsyncClient, store: Store, bearer: Any, cursor: str) -> None:
    """Whatever is sent as a cursor, it is 422 or a page."""

    headers = await bearer(await host(store, "Ben"))
    told = await client.get("/api/v1/bookings", params={"cursor": cursor}, headers=headers)
    assert told.status_code in {200, 422}
