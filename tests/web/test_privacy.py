"""Guests' data: agreed to, looked at, taken along, erased; by the guest, by an admin, never by anybody else."""

from typing import Any

import httpx2
import pytest

from cally.bookings import guest_links
from cally.bookings.consents import MISSING, change_consent
from cally.model.accounts import Actor
from cally.notify import MailSettings
from cally.store import Store, bookings, consents, guest_requests
from cally.store.erased_file import beside
from cally.vault import Vault
from tests.cast import HOUR, NOW, ada, host
from tests.web.conftest import Watch
from tests.web.desks import SignedIn, desk
from tests.web.guests import CLEO, booked, fields, filled, look, send, words
from tests.web.test_guest_ticket import booking_of

TEN = "2026-09-22T08:00Z"
ADMIN = Actor(kind="admin", account_id=1)
TEXT = "I agree that *Ada* keeps my name."


async def asks(store: Store, text: str = TEXT, url: str = "https://example.org/privacy") -> None:
    """From now on guests must agree."""
    await change_consent(store, text=text, url=url, now=NOW, actor=ADMIN)


async def mailed(store: Store, vault: Vault, address: str, monkeypatch: pytest.MonkeyPatch, *, now: int = NOW) -> str:
    """The secret of the link that an address was sent; empty when it was sent none."""
    sent: list[str] = []

    class Taking:
        def __init__(self, *_: Any) -> None:
            """A server that takes everything."""

        async def send(self, _sender: str, recipient: str, content: bytes, **_: Any) -> str:
            """Take a mail."""
            assert recipient == address
            text = content.decode().replace("=\r\n", "")
            sent.append(text.partition("/privacy/link/")[2][:43])
            return "250 taken"

    monkeypatch.setattr(guest_links, "Conversation", Taking)
    server = MailSettings(
        host="mail.test", port=25, security="none", account="", password="", sender="cally@cally.test"
    )
    for (row,) in await store.reader.rows("SELECT id FROM guest_request WHERE kind = 'link'"):
        await guest_links.work_on(
            store, vault, beside(store), mail=server, public_url="http://cally.test", request_id=row, now=now
        )
    return sent[0] if sent else ""


async def opened(client: httpx2.AsyncClient, store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cleo's browser has opened the link that she was sent."""
    await guest_links.ask_for_link(store, vault, "Cleo@Example.org", now=NOW)
    secret = await mailed(store, vault, CLEO["email"], monkeypatch)
    answer = await send(client, f"/privacy/link/{secret}", {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/privacy/data")
    client.cookies.set("cally-data", answer.headers["set-cookie"].partition("=")[2].partition(";")[0])


async def test_nobody_books_without_agreeing_where_that_is_asked(store: Store, client: httpx2.AsyncClient) -> None:
    """The page says so beside its box, the API with 422 and the field; what was typed is kept."""
    await ada(store)
    await asks(store)
    form = await filled(client, TEN)
    refused = await send(client, "/ada/intro", form)
    assert refused.status_code == 422
    assert MISSING in words(refused)
    body = {"host": "ada", "event_type": "intro", "starts_at": "2026-09-22T08:00:00Z", "guest": {**CLEO, "tz": "UTC"}}
    answer = await client.post("/api/v1/bookings", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"] if "errors" in answer.json() else "consent") == (
        422,
        "consent",
    )
    assert (await client.post("/api/v1/bookings", json={**body, "consent": True})).status_code == 201


async def test_a_booking_keeps_which_wording_was_agreed_to(
    store: Store, client: httpx2.AsyncClient, app: Any, signed_in: SignedIn
) -> None:
    """Another text later does not change it; its host reads both when and what."""
    owner = await ada(store)
    await asks(store)
    version = consents.text_hash(TEXT).hex()[:16]
    ticket = await booked(client, TEN, consent=version)
    await asks(store, "Something else.")
    booking = await booking_of(store, ticket)
    kept = await consents.of_booking(store.reader, booking.id)
    assert kept is not None
    assert (kept.text, kept.given_at) == (TEXT, NOW)
    async with desk(app, signed_in, owner) as browser:
        said = words(await browser.get(f"/app/bookings/{booking.uid}"))
    assert "I agree that Ada keeps my name." in said


async def test_the_page_of_times_has_the_box_as_soon_as_it_is_asked(store: Store, client: httpx2.AsyncClient) -> None:
    """Its script shows the form without asking again; a page kept in memory is no excuse."""
    await ada(store)
    assert 'name="consent"' not in (await look(client, "/ada/intro")).text
    await asks(store)
    assert 'name="consent"' in (await look(client, "/ada/intro")).text
    await asks(store, "", "")
    assert 'name="consent"' not in (await look(client, "/ada/intro")).text


async def test_who_read_another_text_is_asked_again(store: Store, client: httpx2.AsyncClient) -> None:
    """Agreeing counts for the wording that was shown."""
    await ada(store)
    await asks(store, "Something else.")
    form = await filled(client, TEN, consent=consents.text_hash(TEXT).hex()[:16])
    assert (await send(client, "/ada/intro", form)).status_code == 422


async def test_the_answer_to_asking_is_the_same_for_known_and_unknown(
    store: Store, client: httpx2.AsyncClient, vault: Vault, doors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word for word; only the known address gets a mail."""
    await ada(store)
    await booked(client, TEN)
    answers = []
    for address in ("cleo@example.org", "nobody@example.org"):
        await guest_links.ask_for_link(store, vault, address, now=NOW)
        answers.append(await mailed(store, vault, address, monkeypatch))
    assert answers[0]
    assert not answers[1]
    said = [
        (await send(client, "/privacy", {"email": address})) for address in ("cleo@example.org", "dodo@example.org")
    ]
    assert said[0].status_code == said[1].status_code == 200
    assert said[0].text.replace("cleo", "dodo") == said[1].text


async def test_a_link_works_once_and_not_by_looking(
    store: Store, client: httpx2.AsyncClient, vault: Vault, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """A scanner that follows it uses nothing up; a second browser gets nothing; nor does anybody after half an hour."""
    await ada(store)
    await booked(client, TEN)
    await guest_links.ask_for_link(store, vault, "cleo@example.org", now=NOW)
    secret = await mailed(store, vault, "cleo@example.org", monkeypatch)
    for _ in range(2):
        assert (await look(client, f"/privacy/link/{secret}")).status_code == 200
    assert (await send(client, f"/privacy/link/{secret}", {})).status_code == 303
    assert (await send(client, f"/privacy/link/{secret}", {})).status_code == 404
    await guest_links.ask_for_link(store, vault, "cleo@example.org", now=NOW)
    late = await mailed(store, vault, "cleo@example.org", monkeypatch)
    watch.now += HOUR
    assert (await send(client, f"/privacy/link/{late}", {})).status_code == 404


async def test_a_guest_sees_and_takes_along_everything(
    store: Store, client: httpx2.AsyncClient, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page and file have the booking with all that was written."""
    await ada(store)
    await booked(client, TEN, notes="My knee hurts.")
    await opened(client, store, vault, monkeypatch)
    assert "My knee hurts." in words(await look(client, "/privacy/data"))
    data = (await look(client, "/privacy/data.json")).json()
    assert data["format"] == "cally-guest-data/1"
    assert data["bookings"][0]["person"]["email"] == "cleo@example.org"
    assert data["bookings"][0]["notes"] == "My knee hurts."
    assert data["messages"]
    assert data["log"][0]["network_address"]


async def test_without_the_secret_nothing_is_shown(store: Store, client: httpx2.AsyncClient) -> None:
    """Neither page nor file nor erasure."""
    await ada(store)
    await booked(client, TEN)
    for cookie in ("", "guess"):
        client.cookies.set("cally-data", cookie)
        for answer in (
            await look(client, "/privacy/data"),
            await look(client, "/privacy/data.json"),
            await send(client, "/privacy/data/erasure", {"sure": "1"}),
        ):
            assert (answer.status_code, answer.headers["location"]) == (303, "/privacy")


@pytest.mark.rule(81)
async def test_a_guest_erases_themselves(
    store: Store, client: httpx2.AsyncClient, vault: Vault, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """Only when they say that they mean it; then their booking names nobody, and its page is gone."""
    await ada(store)
    ticket = await booked(client, TEN)
    booking = await booking_of(store, ticket)
    watch.now = booking.ends_at + 60
    await guest_links.ask_for_link(store, vault, "cleo@example.org", now=watch.now)
    secret = await mailed(store, vault, "cleo@example.org", monkeypatch, now=watch.now)
    answer = await send(client, f"/privacy/link/{secret}", {})
    client.cookies.set("cally-data", answer.headers["set-cookie"].partition("=")[2].partition(";")[0])
    assert (await send(client, "/privacy/data/erasure", {})).status_code == 422
    done = await send(client, "/privacy/data/erasure", {"sure": "1"})
    assert "You are forgotten here" in words(done)
    left = await bookings.by_id(store.reader, booking.id)
    assert left is not None
    assert "cleo" not in left.guest.email
    assert (await look(client, ticket)).status_code == 404


async def test_a_ticket_hands_over_what_is_kept_of_its_booking(store: Store, client: httpx2.AsyncClient) -> None:
    """At once, by the secret address alone."""
    await ada(store)
    ticket = await booked(client, TEN)
    assert "Cleo Çelik" in words(await look(client, f"{ticket}/data"))
    assert (await look(client, f"{ticket}/data.json")).json()["bookings"][0]["status"] == "confirmed"
    assert (await look(client, f"{ticket[:-1]}~/data.json")).status_code == 404


@pytest.mark.rule(81)
async def test_an_admin_looks_hands_over_and_erases(
    store: Store, client: httpx2.AsyncClient, app: Any, signed_in: SignedIn, watch: Watch
) -> None:
    """For a guest who wrote a letter; after five minutes only with a new proof of who the admin is."""
    await ada(store)
    ticket = await booked(client, TEN)
    booking = await booking_of(store, ticket)
    boss = await host(store, "Root", role="admin")
    async with desk(app, signed_in, boss) as browser:
        found = await browser.post("/admin/privacy/search", data={"email": "cleo@example.org"})
        assert "Intro call" in words(found)
        assert (await browser.post("/admin/privacy/export", data={"email": "cleo@example.org"})).json()["bookings"]
        refused = await browser.post("/admin/privacy/erasure", data={"email": "cleo@example.org"})
        assert refused.status_code == 422
        done = await browser.post("/admin/privacy/erasure", data={"email": "cleo@example.org", "sure": "1"})
        assert done.status_code == 303
        watch.now += HOUR
        for act in ("search", "export", "erasure"):
            late = await browser.post(f"/admin/privacy/{act}", data={"email": "cleo@example.org", "sure": "1"})
            assert late.headers["location"].startswith("/sign-in/again"), act
    assert await guest_requests.count(store.reader, "erasure") == 0
    left = await bookings.by_id(store.reader, booking.id)
    assert left is not None
    assert left.status == "cancelled"
    assert "cleo" not in left.guest.email


async def test_the_page_of_facts_says_what_is_set(store: Store, client: httpx2.AsyncClient) -> None:
    """Made from the settings: nobody can forget to change it."""
    from cally.bookings.retention import change_retention  # noqa: PLC0415 - used here alone

    await ada(store)
    assert "Until you have it erased." in words(await look(client, "/privacy"))
    await change_retention(store, 30, now=NOW, actor=ADMIN)
    await asks(store)
    page = await look(client, "/privacy")
    assert "forgotten 30 days after your meeting" in words(page)
    assert "I agree that Ada keeps my name." in words(page)
    assert 'href="https://example.org/privacy"' in page.text


async def test_settings_are_an_admins(store: Store, app: Any, signed_in: SignedIn) -> None:
    """Kept, shown again, and refused with the field at fault."""
    boss = await host(store, "Root", role="admin")
    async with desk(app, signed_in, boss) as browser:
        wrong = await browser.post("/admin/privacy/consent", data={"consent_text": TEXT, "privacy_url": "javascript:1"})
        assert wrong.status_code == 422
        good = {"consent_text": TEXT, "privacy_url": "https://example.org/p"}
        assert (await browser.post("/admin/privacy/consent", data=good)).status_code == 303
        assert (await browser.post("/admin/privacy/retention", data={"days": "0"})).status_code == 422
        assert (await browser.post("/admin/privacy/retention", data={"days": "90"})).status_code == 303
        page = await browser.get("/admin/privacy")
    assert fields(page)["consent_text"].strip() == TEXT
    assert fields(page)["days"] == "90"
