"""The channels of a host and of the teams they manage, in the browser and by the API."""

from dataclasses import replace
from typing import Any

import httpx2

from cally import notify
from cally.hosts import delete_team
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.rules import EventTypeRules
from cally.model.teams import TeamMember
from cally.notify import list_channels, mail_digest
from cally.store import Store, digests, teams
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada, host, team_event_type
from tests.notify.conftest import Sink, sink
from tests.site import LOCAL
from tests.web.desks import SignedIn, desk, words

__all__ = ["sink"]

AS_ADA = Actor(kind="host")
HOOK = "json://ada:open-sesame-123@127.0.0.1:9/hook"


async def a_team(store: Store) -> tuple[Host, Host, int]:
    """Ada manages the team Support, Ben is on it."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    made = await team_event_type(store, (owner, ben), EventTypeRules(duration_minutes=30, assignment="collective"))
    assert made.team_id is not None
    return owner, ben, made.team_id


async def test_what_a_channel_is_told_is_chosen_in_its_form(app: Any, store: Store, signed_in: SignedIn):
    """And shown in the list, in words."""
    owner = await ada(store)
    sent = {
        "name": "Phone",
        "address": HOOK,
        "chosen": "1",
        "hears": "some",
        "event": ["requested", "cancelled"],
        "pace": "daily",
        "digest_at": "07:30",
    }
    async with desk(app, signed_in, owner) as client:
        made = await client.post("/app/channels", data=sent)
        page = words(await client.get("/app/channels"))
    (kept,) = await list_channels(store.reader, owner.id)
    assert made.headers["location"] == f"/app/channels/{kept.id}"
    assert kept.events == ("requested", "cancelled")
    assert kept.digest is not None
    assert (kept.digest.at_local, kept.digest.tz) == ("07:30", owner.tz)
    assert "Somebody asks for a time, Cancelled · once a day at 07:30" in page


async def test_a_form_without_a_choice_where_one_is_due_comes_back(app: Any, store: Store, signed_in: SignedIn):
    """Each fault beside what it is about; nothing is kept."""
    owner = await ada(store)
    plain = {"name": "Phone", "address": HOOK, "chosen": "1"}
    wrong: list[tuple[dict[str, str], str]] = [
        ({"hears": "some"}, "Please choose at least one message."),
        ({"of": "some"}, "Please choose at least one event type."),
        ({"pace": "daily", "digest_at": "25:00"}, "Please give a time of day"),
        ({"guests": "1"}, "where the guest's number belongs"),
    ]
    async with desk(app, signed_in, owner) as client:
        for more, sentence in wrong:
            answer = await client.post("/app/channels", data=plain | more)
            assert answer.status_code == 422, more
            assert sentence in words(answer)
            assert "open-sesame" not in answer.text
    assert await list_channels(store.reader, owner.id) == []


async def test_a_channel_is_changed_and_keeps_its_address(
    doors: Doors, store: Store, vault: Vault, signed_in: SignedIn, sink: Sink
):
    """An empty address stays as it is; the test still arrives."""
    owner = await ada(store)
    made = await notify.add_channel(store, vault, owner.id, name="Old", address=sink.address, now=NOW, actor=AS_ADA)
    async with desk(build(replace(doors, allowed_networks=LOCAL)), signed_in, owner) as client:
        saved = await client.post(f"/app/channels/{made.id}", data={"name": "New", "address": "", "chosen": "1"})
        assert saved.status_code == 303
        tried = await client.post(f"/app/channels/{made.id}/test", data={"stay": "1"})
        page = await client.get(tried.headers["location"])
    assert "“New” took the test" in words(page)
    assert "open-sesame" not in page.text
    assert len(sink.posts) == 1


async def test_a_hosts_mail_comes_once_a_day_when_they_say_so(app: Any, store: Store, signed_in: SignedIn):
    """And at once again when they say that."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        await client.post("/app/channels/mail", data={"pace": "daily", "digest_at": "06:45"})
        kept = await mail_digest(store.reader, owner.id)
        assert kept is not None
        assert kept.at_local == "06:45"
        assert "Everything, once a day at 06:45" in words(await client.get("/app/channels"))
        wrong = await client.post("/app/channels/mail", data={"pace": "daily", "digest_at": "soon"})
        assert wrong.status_code == 422
        await client.post("/app/channels/mail", data={"pace": "once", "digest_at": "06:45"})
    assert await digests.of_mail(store.reader, owner.id) is None


async def test_whoever_manages_a_team_manages_its_channels(app: Any, store: Store, vault: Vault, signed_in: SignedIn):
    """Its other members, and anybody else, find none of them."""
    owner, ben, team_id = await a_team(store)
    async with desk(app, signed_in, owner) as client:
        await client.post("/app/channels", data={"name": "Room", "address": HOOK, "whose": str(team_id)})
        assert "Support is told" in words(await client.get("/app/channels"))
    (kept,) = await list_channels(store.reader, team_id)
    async with desk(app, signed_in, ben) as client:
        assert "Room" not in words(await client.get("/app/channels"))
        for act in ("", "/test", "/removal"):
            assert (await client.post(f"/app/channels/{kept.id}{act}", data={"name": "x"})).status_code == 404
        added = await client.post("/app/channels", data={"name": "x", "address": HOOK, "whose": str(team_id)})
        assert added.status_code == 404
    async with store.write() as tx:
        await teams.update_member(tx, TeamMember(team_id=team_id, host_id=ben.id, manages=True))
    async with desk(app, signed_in, ben) as client:
        assert (await client.post(f"/app/channels/{kept.id}/removal")).status_code == 303
    assert await list_channels(store.reader, team_id) == []


async def test_a_team_that_goes_takes_its_channels_along(store: Store, vault: Vault):
    """Nobody could see or remove them afterwards."""
    owner, _, team_id = await a_team(store)
    await notify.add_channel(store, vault, team_id, of_team=True, name="Room", address=HOOK, now=NOW, actor=AS_ADA)
    await delete_team(store, team_id, now=NOW, actor=AS_ADA)
    assert await list_channels(store.reader, team_id) == []
    assert owner.slug == "ada"


async def test_a_program_chooses_the_same(client: httpx2.AsyncClient, store: Store, bearer: Any):
    """Events, digest and team; what is not sent stays, null takes back."""
    owner, ben, _ = await a_team(store)
    headers = await bearer(owner)
    wanted = {"name": "Room", "address": HOOK, "team": "support", "events": ["cancelled"], "digest_at": "08:00"}
    made = await client.post("/api/v1/channels", json=wanted, headers=headers)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["team"], shown["events"], shown["digest_at"]) == ("support", ["cancelled"], "08:00")
    address = f"/api/v1/channels/{shown['id']}"
    changed = (await client.patch(address, json={"name": "Hall", "digest_at": None}, headers=headers)).json()
    assert (changed["name"], changed["events"], changed["digest_at"]) == ("Hall", ["cancelled"], None)
    listed = (await client.get("/api/v1/channels?team=support", headers=headers)).json()
    assert [one["id"] for one in listed["channels"]] == [shown["id"]]
    theirs = await bearer(ben)
    assert (await client.get(address, headers=theirs)).status_code == 404
    assert (await client.get("/api/v1/channels?team=support", headers=theirs)).status_code == 404
    wrong = await client.patch(address, json={"events": ["party"]}, headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")


async def test_a_program_books_with_a_way_to_be_reminded(
    client: httpx2.AsyncClient, store: Store, vault: Vault, bearer: Any
):
    """The event type says which there are; a number that is none is refused with its field."""
    owner = await ada(store)
    way = await notify.add_channel(
        store, vault, owner.id, name="SMS", address="json://h/{phone}", for_guests=True, now=NOW, actor=AS_ADA
    )
    offered = (await client.get("/api/v1/hosts/ada/event-types/intro")).json()["reminder_ways"]
    assert offered == [{"id": str(way.id), "name": "SMS"}]
    asked = {
        "host": "ada",
        "event_type": "intro",
        "starts_at": "2026-09-22T08:00:00Z",
        "guest": {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"},
        "reminder": {"way": str(way.id), "phone": "0170"},
    }
    refused = await client.post("/api/v1/bookings", json=asked)
    assert (refused.status_code, refused.json()["field"]) == (422, "reminder_phone")
    asked["reminder"] = {"way": str(way.id), "phone": "+49 170 1234567"}
    assert (await client.post("/api/v1/bookings", json=asked)).status_code == 201
