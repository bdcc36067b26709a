"""Why a time is (not) offered, told to programs of its hosts; guests learn nothing of it (rule 39)."""

from typing import Any

import httpx2
import pytest

from cally.cli.replay import answered
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.rules import Cap, EventTypeRules
from cally.store import Store, event_types, hosts, occupancy
from tests.cast import DAY, HOUR, NOW, ada, at, cabin, event_type, host, schedule, team_event_type
from tests.web.desks import cleo_books, words

TEN = "2026-09-22T08:00:00Z"
STARTS_AT = at("2026-09-22 08:00")


@pytest.fixture
async def her(store: Store) -> Host:
    return await ada(store)


async def ask(
    client: httpx2.AsyncClient, store: Store, headers: Any, what: str = "why", slug: str = "intro", **query: str
) -> httpx2.Response:
    """Ask about Ada's event type, at ten unless the query says otherwise."""
    owner = await hosts.by_slug(store.reader, "ada")
    found = await event_types.by_slug(store.reader, owner.id, slug) if owner else None
    params = {"at": TEN, **query} if what == "why" else query
    return await client.get(f"/api/v1/event-types/{found.id if found else 0}/{what}", params=params, headers=headers)


async def test_what_is_offered_needs_no_reason(
    client: httpx2.AsyncClient, store: Store, bearer: Any, her: Host
) -> None:
    """Who would be booked, and that is all."""
    told = (await ask(client, store, await bearer(her, "event-types:read"))).json()
    assert (told["offered"], told["refusal"], told["assigned"]) == (True, None, ["ada"])
    assert told["hosts"][0]["free"]
    assert told["alternatives"] == []


async def test_a_booking_in_the_way_is_named_with_what_can_be_had_instead(
    client: httpx2.AsyncClient, store: Store, bearer: Any, her: Host
) -> None:
    """Code, until when, the booking's uid and guest, the nearest slots."""
    booking = await cleo_books(store, STARTS_AT)
    told = (await ask(client, store, await bearer(her))).json()
    assert told["refusal"] == {"code": "booked", "host": "ada", "until": "2026-09-22T08:30:00Z"}
    (claim,) = told["hosts"][0]["in_the_way"]
    assert (claim["uid"], claim["guest"]) == (booking.uid, "Cleo Çelik")
    instead = {slot["starts_at"] for slot in told["alternatives"]}
    assert {"2026-09-22T07:30:00Z", "2026-09-22T08:30:00Z"} < instead


@pytest.mark.rule(44)
async def test_a_cap_says_how_full_it_is(client: httpx2.AsyncClient, store: Store, bearer: Any, her: Host) -> None:
    """Which cap, how much of it is taken, when it frees."""
    rules = EventTypeRules(duration_minutes=30, caps=(Cap(per="week", bookings=1),))
    await event_type(store, await schedule(store, her), "rare", rules=rules)
    await cleo_books(store, STARTS_AT + DAY, slug="rare")
    told = (await ask(client, store, await bearer(her), slug="rare")).json()
    assert told["refusal"]["cap"] == {"per": "week", "bookings": 1, "minutes": None}
    assert told["refusal"]["until"] == "2026-09-27T22:00:00Z"
    assert told["hosts"][0]["facts"]["cap_use"] == {
        "counts": "event_type",
        "used": 1,
        "from": "2026-09-21",
        "to": "2026-09-27",
    }


@pytest.mark.rule(39)
async def test_a_colleague_is_told_when_but_not_what(
    client: httpx2.AsyncClient, store: Store, bearer: Any, her: Host
) -> None:
    """Ben takes part in Ada's event type: he may ask, and learns that she is booked, not with whom."""
    ben = await host(store, "Ben Okri")
    shared = await team_event_type(store, (her, ben), EventTypeRules(duration_minutes=30, assignment="collective"))
    await cleo_books(store, STARTS_AT)
    path = f"/api/v1/event-types/{shared.id}/why"
    told = await client.get(path, params={"at": TEN}, headers=await bearer(ben))
    one, other = told.json()["hosts"]
    assert (one["free"], one["refusal"]["code"], other["free"]) == (False, "booked", True)
    assert [(claim["kind"], claim["starts_at"]) for claim in one["in_the_way"]] == [("booking", TEN)]
    assert "Cleo" not in told.text
    assert "uid" not in told.text


@pytest.mark.rule(39)
@pytest.mark.parametrize("kind", ["booking", "block", "hold"])
async def test_guests_learn_only_that_a_time_cannot_be_had(
    client: httpx2.AsyncClient, store: Store, her: Host, kind: Any
) -> None:
    """Whatever takes it, the answers to a booking, a hold and a look at the page are the same."""
    async with store.write() as tx:
        await occupancy.insert(
            tx,
            id=new_id(NOW),
            owner_id=her.id,
            kind=kind,
            uid="secret",
            event_type_id=None,
            starts_at=STARTS_AT,
            ends_at=STARTS_AT + HOUR,
            buffer_before=0,
            buffer_after=0,
            session=None,
            seats=1,
            expires_at=NOW + HOUR if kind == "hold" else None,
        )
    guest = {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"}
    wish = {"host": "ada", "event_type": "intro", "starts_at": TEN}
    for path, body in (("/api/v1/bookings", {**wish, "guest": guest}), ("/api/v1/holds", wish)):
        told = (await client.post(path, json=body)).json()
        assert told.keys() <= {"type", "title", "status", "detail", "code", "alternatives"}
        assert told["detail"] == "This time cannot be had; these are the nearest that can."
    page = words(await client.get("/ada/intro", params={"slot": TEN})).lower()
    assert not [word for word in ("busy", "booked", "block", "held", "secret") if word in page]


async def test_the_capsule_replays_to_the_slots(
    client: httpx2.AsyncClient, store: Store, bearer: Any, her: Host
) -> None:
    """What the API lists as slots, and the refusal of what was asked about."""
    await cleo_books(store, STARTS_AT)
    dates = {"from": "2026-09-22", "to": "2026-09-23"}
    made = await ask(client, store, await bearer(her), "capsule", ask=TEN, **dates)
    told = answered(made.content)
    listed = await client.get("/api/v1/hosts/ada/event-types/intro/slots", params=dates)
    assert told["slots"] == [slot["starts_at"] for slot in listed.json()["slots"]]
    assert told["refusals"][TEN]["code"] == "booked"
    assert not [word for word in ("ada", "Cleo", "intro") if word in made.text]


@pytest.mark.parametrize(
    ("what", "query", "field"),
    [
        ("why", {"at": "yesterday"}, "at"),
        ("why", {"at": "2026-09-22T08:00:00"}, "at"),
        ("why", {"duration": "45"}, "duration_minutes"),
        ("why", {"nights": "2"}, "nights"),
        ("capsule", {"ask": "noon"}, "ask"),
        ("capsule", {"from": "2026-09-22", "to": "2026-09-21"}, "to"),
        ("capsule", {"from": "2026-09-22", "to": "2030-09-21"}, "to"),
    ],
)
async def test_what_cannot_be_asked_is_said(
    client: httpx2.AsyncClient, store: Store, bearer: Any, her: Host, what: str, query: dict[str, str], field: str
) -> None:
    """With the field at fault."""
    refused = await ask(client, store, await bearer(her), what, **query)
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text


@pytest.mark.rule(69)
async def test_a_stay_is_asked_by_nights_and_has_no_capsule(
    client: httpx2.AsyncClient, store: Store, bearer: Any, her: Host
) -> None:
    """Two nights from a check-in on end at 11:00."""
    await cabin(store, her)
    headers = await bearer(her)
    check_in = {"at": "2026-10-23T13:00:00Z", "nights": "2"}
    told = (await ask(client, store, headers, slug="cabin", **check_in)).json()
    assert (told["offered"], told["ends_at"]) == (True, "2026-10-25T10:00:00Z")
    assert (await ask(client, store, headers, "capsule", slug="cabin")).status_code == 409
    refused = await ask(client, store, headers, slug="cabin", nights="2")
    assert refused.json()["refusal"]["rule"] == "check_in"
