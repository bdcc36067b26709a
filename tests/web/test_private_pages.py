"""Private pages: nothing of them shows without the password or a private link, on no page and in no answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from cally.accounts import set_page_password
from cally.bookings import LinkDraft, create_private_link, revoke_private_link, set_links_only
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.hosts import EventType, Host
from cally.model.private_pages import PrivateLink
from cally.store import Store, event_types, hosts, private_links
from cally.vault import Vault
from tests.cast import HOUR, NOW, ada, event_type, host, schedule
from tests.series import lesson
from tests.web.conftest import Watch, asking
from tests.web.guests import BROWSER, CLEO, fields, look, send, words

PASSWORD = "seven dwarfs at dawn"
SLOT = "2026-09-22T08:00:00Z"
DAYS = "from=2026-09-22&to=2026-09-22"
GUEST = {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"}
BODY = {"host": "ada", "event_type": "intro", "starts_at": SLOT}
WAYS: list[tuple[str, str, Any]] = [
    ("GET", "/ada/intro", None),
    ("GET", "/ada/intro?slot=2026-09-22T08:00Z", None),
    ("POST", "/ada/intro", {"slot": "2026-09-22T08:00Z", **CLEO}),
    ("GET", "/ada/intro/waitlist?slot=2026-09-22T08:00Z", None),
    ("POST", "/ada/intro/waitlist", {"slot": "2026-09-22T08:00Z", **CLEO}),
    ("GET", "/api/v1/hosts/ada/event-types/intro", None),
    ("GET", f"/api/v1/hosts/ada/event-types/intro/slots?{DAYS}", None),
    ("GET", f"/api/v1/full-slots?host=ada&event_type=intro&{DAYS}", None),
    ("POST", "/api/v1/holds", BODY),
    ("POST", "/api/v1/bookings", {**BODY, "guest": GUEST}),
    ("POST", "/api/v1/bookings", {**BODY, "guest": GUEST, "series": {"rhythm": "weekly", "count": 2}}),
    ("POST", "/api/v1/waitlist", {**BODY, "guest": GUEST}),
]


async def _ask(client: httpx2.AsyncClient, method: str, path: str, body: Any, **headers: str) -> httpx2.Response:
    if path.startswith("/api/"):
        return await client.request(method, path, json=body, headers=headers)
    return await client.request(method, path, data=body, headers={**BROWSER, **headers})


def actor(owner: Host) -> Actor:
    return Actor(kind="host", account_id=owner.id)


async def intro(store: Store, owner: Host) -> EventType:
    found = await event_types.by_slug(store.reader, owner.id, "intro")
    assert found is not None
    return found


async def with_password(store: Store, password: str | None = PASSWORD) -> Host:
    owner = await ada(store)
    await set_page_password(store, (await intro(store, owner)).id, password, now=NOW, actor=actor(owner))
    return owner


async def linked(store: Store, vault: Vault, owner: Host, **wanted: Any) -> tuple[PrivateLink, str]:
    draft = LinkDraft(**{"name": "For Cleo", **wanted})
    return await create_private_link(store, vault, await intro(store, owner), draft, now=NOW, actor=actor(owner))


async def entered(client: httpx2.AsyncClient, password: str = PASSWORD) -> dict[str, str]:
    answer = await send(client, "/ada/intro/password", {"password": password, "query": "tz=UTC"})
    assert answer.status_code == 303, words(answer)
    assert answer.headers["location"] == "/ada/intro?tz=UTC"
    client.cookies.clear()
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


@pytest.mark.parametrize(("method", "path", "body"), WAYS)
async def test_every_way_to_a_page_with_a_password_is_closed(
    store: Store, client: httpx2.AsyncClient, method: str, path: str, body: Any
):
    """Pages, free times, holds, bookings, series, waitlist: 403, and neither title nor description is told."""
    await with_password(store)
    answer = await _ask(client, method, path, body)
    assert answer.status_code == 403, answer.text
    assert "Intro call" not in answer.text
    assert "A first chat" not in answer.text
    if path.startswith("/api/"):
        assert answer.json()["code"] == "password_needed"
    else:
        assert "password" in answer.text
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "body"), WAYS)
async def test_every_way_to_what_only_links_open_leads_nowhere(
    store: Store, client: httpx2.AsyncClient, method: str, path: str, body: Any
):
    """As if it were not there."""
    owner = await ada(store)
    await set_links_only(store, (await intro(store, owner)).id, True, now=NOW, actor=actor(owner))
    answer = await _ask(client, method, path, body)
    assert answer.status_code == 404, answer.text
    assert "Intro call" not in answer.text


async def test_a_private_page_is_on_no_list(store: Store, client: httpx2.AsyncClient):
    """Neither on the profile nor in the API's list, but for whoever gave the password."""
    await with_password(store)
    assert "Intro call" not in (await look(client, "/ada")).text
    assert (await client.get("/api/v1/hosts/ada/event-types")).json() == {"event_types": [], "next_cursor": None}
    assert "Intro call" in (await look(client, "/ada", **await entered(client))).text


async def test_the_password_opens_page_and_api_for_twelve_hours(store: Store, client: httpx2.AsyncClient, watch: Watch):
    """The cookie is good for pages and for the script that holds a slot; then it is over."""
    await with_password(store)
    key = await entered(client)
    assert "Intro call" in (await look(client, "/ada/intro", **key)).text
    held = await client.post("/api/v1/holds", json=BODY, headers={**key, "origin": "http://cally.test"})
    assert held.status_code == 201, held.text
    watch.now += 12 * HOUR - 1
    assert (await look(client, "/ada/intro", **key)).status_code == 200
    watch.now += 1
    assert (await look(client, "/ada/intro", **key)).status_code == 403


async def test_a_changed_password_ends_what_the_old_one_opened(store: Store, client: httpx2.AsyncClient):
    """Also when it is the same one again."""
    owner = await with_password(store)
    key = await entered(client)
    await set_page_password(store, (await intro(store, owner)).id, PASSWORD, now=NOW, actor=actor(owner))
    assert (await look(client, "/ada/intro", **key)).status_code == 403


async def test_the_cookie_of_one_page_opens_no_other(store: Store, client: httpx2.AsyncClient):
    """Each has its own."""
    await with_password(store)
    mallory = await host(store, "Mallory")
    own = await event_type(store, await schedule(store, mallory))
    await set_page_password(store, own.id, PASSWORD, now=NOW, actor=actor(mallory))
    answer = await send(client, "/mallory/intro/password", {"password": PASSWORD})
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    client.cookies.clear()
    assert (await look(client, "/mallory/intro", cookie=f"{name}={value}")).status_code == 200
    assert (await look(client, "/ada/intro", cookie=f"{name}={value}")).status_code == 403
    ada_id = (await intro(store, (await _ada(store)))).id
    assert (await look(client, "/ada/intro", cookie=f"cally-page-{ada_id}={value}")).status_code == 403


async def _ada(store: Store) -> Host:
    found = await hosts.by_slug(store.reader, "ada")
    assert found is not None
    return found


async def test_what_is_remembered_for_one_visitor_is_not_shown_to_another(store: Store, client: httpx2.AsyncClient):
    """The page and the free times are in memory when the next one asks without the key, a 304 included."""
    await with_password(store)
    key = await entered(client)
    for path in ("/ada/intro", f"/api/v1/hosts/ada/event-types/intro/slots?{DAYS}"):
        seen = await look(client, path, **key)
        assert seen.status_code == 200
        again = await look(client, path, **key, **{"if-none-match": seen.headers["etag"]})
        assert again.status_code == 304
        for headers in ({}, {"if-none-match": seen.headers["etag"]}):
            assert (await look(client, path, **headers)).status_code == 403


async def test_what_was_remembered_before_the_password_is_closed_with_it(store: Store, client: httpx2.AsyncClient):
    """A page that was open is not answered from memory afterwards."""
    owner = await ada(store)
    slots = f"/api/v1/hosts/ada/event-types/intro/slots?{DAYS}"
    assert {(await look(client, path)).status_code for path in ("/ada/intro", slots)} == {200}
    await set_page_password(store, (await intro(store, owner)).id, PASSWORD, now=NOW, actor=actor(owner))
    assert {(await look(client, path)).status_code for path in ("/ada/intro", slots)} == {403}


async def test_programs_show_the_password_in_a_header(store: Store, client: httpx2.AsyncClient):
    """And are told when it is wrong; pages do not take it there."""
    await with_password(store)
    right, wrong = {"x-page-password": PASSWORD}, {"x-page-password": "guessed it"}
    path = f"/api/v1/hosts/ada/event-types/intro/slots?{DAYS}"
    assert (await client.get(path, headers=right)).status_code == 200
    refused = await client.get(path, headers=wrong)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_needed")
    booked = await client.post("/api/v1/bookings", json={**BODY, "guest": GUEST}, headers=right)
    assert booked.status_code == 201, booked.text
    shown = (await client.get("/api/v1/hosts/ada/event-types/intro", headers=right)).json()
    assert shown["password_protected"] is True
    assert PASSWORD not in str(shown)
    assert "argon2" not in str(shown)
    assert (await look(client, "/ada/intro", **right)).status_code == 403


async def test_passwords_of_pages_are_not_guessed_quickly(store: Store, app: Any):
    """After five wrong ones this network waits, also for the right one; another network does not."""
    await with_password(store)
    async with asking(app, address="198.51.100.7") as guesser:
        for _ in range(5):
            assert (await send(guesser, "/ada/intro/password", {"password": "guessed"})).status_code == 403
        answer = await send(guesser, "/ada/intro/password", {"password": PASSWORD})
        assert answer.status_code == 429
        assert "set-cookie" not in answer.headers
        path = f"/api/v1/hosts/ada/event-types/intro/slots?{DAYS}"
        assert (await guesser.get(path, headers={"x-page-password": PASSWORD})).status_code == 429
    async with asking(app, address="203.0.113.7") as cleo:
        await entered(cleo)


async def test_the_host_never_sees_the_password_again(
    store: Store, client: httpx2.AsyncClient, bearer: Callable[..., Any], signed_in: Callable[..., Any]
):
    """Kept as Argon2id; neither the desk nor the API tells it or its hash."""
    owner = await with_password(store)
    item = await intro(store, owner)
    row = await store.reader.row("SELECT password_hash FROM page_access")
    assert row is not None
    assert row[0].startswith("$argon2id$")
    api = await client.get(f"/api/v1/event-types/{item.id}/access", headers=await bearer(owner))
    assert api.json() == {"password_protected": True, "only_by_link": False}
    page = await client.get(f"/app/event-types/{item.id}/access", headers=await signed_in(owner))
    assert page.status_code == 200
    assert PASSWORD not in page.text
    assert "argon2" not in page.text


async def test_a_private_link_opens_what_is_closed(store: Store, vault: Vault, client: httpx2.AsyncClient):
    """Also what has a password and no address; the form is filled in, one length is left, and it books."""
    owner = await with_password(store)
    item = await intro(store, owner)
    await set_links_only(store, item.id, True, now=NOW, actor=actor(owner))
    _, code = await linked(store, vault, owner, guest_name="Cleo Çelik", guest_email="cleo@example.org")
    assert len(code) == 26  # 128 bits in base 32
    page = await look(client, f"/p/{code}")
    assert "Intro call" in page.text
    assert 'name="robots" content="noindex"' in page.text
    assert f'href="/p/{code}?' in page.text
    assert "/ada/intro" not in page.text
    form = await look(client, f"/p/{code}?slot=2026-09-22T08:00Z")
    assert fields(form)["name"] == "Cleo Çelik"
    assert fields(form)["email"] == "cleo@example.org"
    booked = await send(client, f"/p/{code}", fields(form))
    assert booked.status_code == 303
    assert booked.headers["location"].startswith("/b/")


async def test_a_link_with_a_length_leaves_that_one(store: Store, vault: Vault, client: httpx2.AsyncClient):
    """The others cannot be had through it."""
    owner = await ada(store)
    item = await event_type(store, await schedule(store, owner), "talk", durations=(30, 60))
    draft = LinkDraft(name="Short", duration_minutes=60)
    _, code = await create_private_link(store, vault, item, draft, now=NOW, actor=actor(owner))
    path = f"/api/v1/hosts/ada/event-types/talk/slots?{DAYS}"
    refused = await client.get(f"{path}&duration=30", headers={"x-private-link": code})
    assert refused.status_code == 422
    assert (await client.get(f"{path}&duration=30")).status_code == 200  # its address is open


async def test_a_one_time_link_books_once(store: Store, vault: Vault, client: httpx2.AsyncClient):
    """Then it says so, and nobody learns whose it was; the same form sent twice leads to the ticket."""
    owner = await ada(store)
    link, code = await linked(store, vault, owner, most_uses=1)
    form = {**fields(await look(client, f"/p/{code}?slot=2026-09-22T08:00Z")), **CLEO}
    first = await send(client, f"/p/{code}", form)
    assert first.status_code == 303
    again = await send(client, f"/p/{code}", form)
    assert again.headers["location"] == first.headers["location"].partition("?")[0]
    for answer in (await look(client, f"/p/{code}"), await send(client, f"/p/{code}", {**form, "key": "another"})):
        assert answer.status_code == 410
        assert "works no more" in answer.text
        assert "Ada" not in answer.text
        assert "Intro" not in answer.text
    uses = await private_links.uses_of(store.reader, link.id)
    assert [use.guest for use in uses] == ["Cleo Çelik"]


async def test_two_at_once_do_not_share_the_last_use(store: Store, vault: Vault, client: httpx2.AsyncClient):
    """It is counted in the transaction that books: one gets it, and of the other nothing stays."""
    owner = await ada(store)
    link, code = await linked(store, vault, owner, most_uses=1)
    times = [f"2026-09-22T{hour:02}:00:00Z" for hour in (8, 9, 10, 11)]
    answers = await asyncio.gather(
        *(
            client.post(
                "/api/v1/bookings",
                json={**BODY, "starts_at": at, "guest": {**GUEST, "email": f"guest{at[11:13]}@example.org"}},
                headers={"x-private-link": code},
            )
            for at in times
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 410, 410, 410]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 410} == {"link_ended"}
    row = await store.reader.row("SELECT (SELECT count(*) FROM booking), (SELECT count(*) FROM occupancy)")
    assert row == (1, 1)
    kept = await private_links.by_id(store.reader, link.id)
    assert kept is not None
    assert kept.uses == 1


async def test_each_date_of_a_series_uses_the_link(store: Store, vault: Vault, client: httpx2.AsyncClient):
    """One booking left is not enough for two; nothing of the series stays."""
    owner = await ada(store)
    item = await lesson(store)
    draft = LinkDraft(name="Once", most_uses=1)
    _, code = await create_private_link(store, vault, item, draft, now=NOW, actor=actor(owner))
    body = {**BODY, "event_type": "lesson", "starts_at": "2026-11-03T13:00:00Z", "guest": GUEST}
    wanted = {**body, "series": {"rhythm": "weekly", "count": 2}}
    answer = await client.post("/api/v1/bookings", json=wanted, headers={"x-private-link": code})
    assert answer.status_code == 410, answer.text
    assert await store.reader.row("SELECT count(*) FROM booking") == (0,)


@pytest.mark.parametrize("how", ["revoked", "ended", "unknown"])
async def test_a_dead_link_opens_nothing(
    store: Store, vault: Vault, client: httpx2.AsyncClient, watch: Watch, how: str
):
    """Taken back, ended, never made."""
    owner = await with_password(store)
    link, code = await linked(store, vault, owner, expires_at=NOW + HOUR)
    assert (await look(client, f"/p/{code}")).status_code == 200
    if how == "revoked":
        await revoke_private_link(store, link, now=NOW, actor=actor(owner))
    elif how == "ended":
        watch.now += HOUR
    else:
        code = "a" * 26
    answer = await look(client, f"/p/{code}")
    assert answer.status_code == (404 if how == "unknown" else 410)
    assert "Ada" not in answer.text
    assert "Intro" not in answer.text
    slots = f"/api/v1/hosts/ada/event-types/intro/slots?{DAYS}"
    closed = await client.get(slots, headers={"x-private-link": code})
    assert closed.status_code == (403 if how == "unknown" else 410)


async def test_a_link_opens_its_own_event_type_only(store: Store, vault: Vault, client: httpx2.AsyncClient):
    """It is no key to another page of the same host."""
    owner = await with_password(store)
    other = await event_type(store, await schedule(store, owner), "talk")
    draft = LinkDraft(name="Talk")
    _, code = await create_private_link(store, vault, other, draft, now=NOW, actor=actor(owner))
    path = f"/api/v1/hosts/ada/event-types/intro/slots?{DAYS}"
    assert (await client.get(path, headers={"x-private-link": code})).status_code == 403


async def test_a_code_is_sealed_in_the_database(store: Store, vault: Vault):
    """Found by its hash; a copy of the file opens nothing."""
    _, code = await linked(store, vault, await ada(store))
    row = await store.reader.row("SELECT * FROM private_link")
    assert row is not None
    assert not any(code in str(value) or code.encode() in bytes(str(value), "utf8") for value in row)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": ""}, "name"),
        ({"most_uses": 0}, "most_uses"),
        ({"duration_minutes": 45}, "duration_minutes"),
        ({"expires_at": NOW - 1}, "expires_at"),
        ({"guest_email": "nobody"}, "guest_email"),
    ],
)
async def test_a_link_that_makes_no_sense_is_refused(store: Store, vault: Vault, wanted: dict[str, Any], field: str):
    """With the field at fault."""
    owner = await ada(store)
    with pytest.raises(CallyError) as refused:
        await linked(store, vault, owner, **wanted)
    assert refused.value.facts["field"] == field


async def test_hosts_make_and_take_back_links_at_their_desk(
    store: Store, client: httpx2.AsyncClient, signed_in: Callable[..., Any]
):
    """The page shows the address to copy; Mallory finds nothing there."""
    owner, mallory = await ada(store), await host(store, "Mallory")
    item, cookie = await intro(store, owner), await signed_in(owner)
    path = f"/app/event-types/{item.id}/access"
    headers = {**BROWSER, **cookie}
    wanted = {"name": "For Cleo", "most_uses": "1", "expires_on": "2026-10-01", "guest_name": "Cleo"}
    assert (await client.post(f"{path}/links", data=wanted, headers=headers)).status_code == 303
    (link,) = await private_links.list_of(store.reader, item.id)
    page = await client.get(path, headers=cookie)
    assert "http://cally.test/p/" in page.text
    assert "0 of 1 used" in page.text
    assert (await client.get(path, headers=await signed_in(mallory))).status_code == 404
    assert (await client.post(f"{path}/links/{link.id}/revocation", headers=headers)).status_code == 303
    page = await client.get(path, headers=cookie)
    assert "taken back" in page.text
    assert "/p/" not in page.text


async def test_links_in_the_api(store: Store, client: httpx2.AsyncClient, bearer: Callable[..., Any]):
    """Made, listed, shown with what was booked, taken back; the address only to tokens that may write."""
    owner = await ada(store)
    item, headers = await intro(store, owner), await bearer(owner)
    base = f"/api/v1/event-types/{item.id}/links"
    made = (await client.post(base, json={"name": "Cleo", "most_uses": 2}, headers=headers)).json()
    code = made["url"].rpartition("/")[2]
    booked = await client.post("/api/v1/bookings", json={**BODY, "guest": GUEST}, headers={"x-private-link": code})
    shown = (await client.get(f"{base}/{made['id']}", headers=headers)).json()
    assert (shown["uses"], [use["uid"] for use in shown["used_by"]]) == (1, [booked.json()["uid"]])
    reading = (await client.get(base, headers=await bearer(owner, "event-types:read"))).json()
    assert "url" not in reading["links"][0]
    assert (await client.delete(f"{base}/{made['id']}", headers=headers)).status_code == 204
    assert (await client.get(f"{base}/{made['id']}", headers=headers)).json()["is_live"] is False
