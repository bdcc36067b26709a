"""Every field that can be written × every hostile text, in every place that shows it (TRUST "input")."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
import pytest
import pytest_asyncio
from icalendar import Calendar

from cally.accounts import visit
from cally.accounts.sessions import session as live_session
from cally.accounts.sessions import start_session
from cally.bookings import Availability
from cally.model import texts
from cally.model.accounts import SCOPES, ApiToken
from cally.model.ids import new_id
from cally.model.messages import Message
from cally.model.second_factors import Passkey
from cally.notify.compose import compose
from cally.notify.letter_words import compose_letter
from cally.store import Store, accounts, api_tokens, letters, messages, open_store, passkeys
from cally.vault import Vault, new_token, token_hash
from cally.web import build
from cally.web.doors import Doors
from tests import cast
from tests.bookings.waiting import with_waitlist
from tests.hostile import FORMULAS, TEXTS, WORST, calendar_faults, faults, is_one_line, mail_faults, tamed
from tests.web.conftest import BASE, WELL, Watch, asking
from tests.web.desks import FORM
from tests.web.filling import API, SHORTEST, Filled, Filler

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = cast.NOW
RECIPIENTS = ("guest", "companion", "host")
SENDER = "cally@example.net"
CLASS = "2026-09-24T09:00:00Z"
PAGES = """
    app app/bookings app/event-types app/event-types/new app/availability app/time-off app/calendars app/channels
    app/outbox app/profile app/look app/teams app/resources app/together app/waitlist app/security app/assistants
    app/security/apps app/security/history app/security/devices app/why app/time-law app/teams/new app/resources/new
    admin/accounts admin/alerts admin/audit admin/privacy admin/protection admin/providers admin/settings admin/system
    ada privacy api/v1/docs app/webhooks
"""
READ = "event-types teams schedules resources channels webhooks calendars time-off bookings sessions waitlist accounts"
OWN_HEADERS = {
    *("Content-Type", "MIME-Version", "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("X-Auto-Response-Suppress",),
}


class World(msgspec.Struct, kw_only=True):
    """Ada's instance after everybody has written everything, and who asks it."""

    store: Store
    vault: Vault
    api: httpx2.AsyncClient
    desk: httpx2.AsyncClient
    made: Filled


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    vault = Vault(bytes(32))
    store = open_store(tmp_path_factory.mktemp("hostile") / "cally.db", vault.database_key)

    async def health() -> Any:
        return WELL

    doors = Doors(
        store=store,
        vault=vault,
        clock=Watch(NOW),
        availability=Availability(store),
        public_url=lambda: BASE,
        mail=lambda: None,
        wake=lambda: None,
        health=health,
    )
    app = build(doors)
    owner = await cast.ada(store, role="admin")
    async with asking(app) as api, asking(app) as desk:
        api.headers["authorization"] = f"Bearer {await _token(store, owner.id)}"
        desk.cookies.set("cally", await _session(store, owner.id))
        desk.headers.update(FORM)
        filler = Filler(api, desk, owner.id, ("2026-09-28", "2026-10-09"))
        for name, text in TEXTS.items():
            await filler.fill(text, every_page=name in WORST)
            await filler.fill_forms(text)
        await with_waitlist(store, owner)
        line = Filler(api, desk, owner.id, ("", ""))
        for text in TEXTS.values():
            await line.queue(text, CLASS)
        await _name_passkeys(store, owner.id)
        await _visits(store, owner.id)
        yield World(store=store, vault=vault, api=api, desk=desk, made=filler.made)
    await store.close()


async def test_no_page_has_more_on_it_than_we_put_there(world: World) -> None:
    """No script but our own, no handler, no style, no link that runs; each page is whole to its end."""
    wrong, shown = {}, 0
    for path in [f"/{page}" for page in PAGES.split()] + world.made.pages:
        page = await world.desk.get(path)
        assert page.status_code == 200, path
        wrong[path] = faults(page.text)
        shown += page.text.count("hostile=1")
    assert {path: found for path, found in wrong.items() if found} == {}
    assert shown > len(TEXTS), "the texts are on no page: nothing was tried"


async def test_what_is_refused_is_shown_again_harmlessly(world: World) -> None:
    """A form that comes back holds what was typed; the API names the field and repeats no markup as HTML."""
    pages = [answer for answer in world.made.told if answer.status_code == 422 and answer.text.startswith("<!doc")]
    assert len(pages) > 5
    assert [found for page in pages if (found := faults(page.text))] == []
    for answer in world.made.told:
        kind = answer.headers.get("content-type", "")
        assert kind.startswith(("application/json", "application/problem+json", "text/html")) or not answer.content
        if answer.status_code in {400, 422} and "json" in kind:
            assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(
    "path",
    [
        "/app/bookings?q=",
        "/app/why?at=",
        "/ada/intro?tz=",
        "/ada/intro?slot=",
        "/nobody/",
        "/sign-in?next=",
        "/admin/audit?text=",
        "/ada/intro?date=",
        "/b/",
        "/app?notice=",
    ],
)
async def test_what_stands_in_an_address_does_no_harm(world: World, path: str) -> None:
    """Asked back or not found: the page that says so is as clean as any."""
    for name in WORST:
        page = await world.desk.get(path + quote(TEXTS[name], safe=""))
        if page.headers.get("content-type", "").startswith("text/html"):
            assert faults(page.text) == [], (path, name)
        assert "evil" not in page.headers.get("location", ""), (path, name)


async def test_the_api_says_what_was_written_and_nothing_else(world: World) -> None:
    """As JSON that no browser takes for a page, each text as the model keeps it."""
    said = {}
    for path in READ.split():
        query = {"sessions": "?from=2026-09-21&to=2026-10-09", "bookings": "?limit=100"}.get(path, "")
        answer = await world.api.get(f"{API}/{path}{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        said[path] = answer.text
    for number, text in zip(world.made.event_types, TEXTS.values(), strict=True):
        shown = (await world.api.get(f"{API}/event-types/{number}")).json()
        assert shown["title"] == kept(text)
        assert shown["places"][0] == {"kind": "in_person", "detail": kept(text)}
        written = msgspec.json.encode(kept(text)).decode()
        assert written in said["teams"]
        assert written in said["bookings"]
    whole = (await world.api.get(f"{API}/openapi.json")).text
    assert "hostile" not in whole


async def test_a_calendar_file_is_one_event_that_says_the_same(world: World) -> None:
    """Whatever the texts would begin or end; with the very title, place and notes."""
    host = (await world.api.get(f"{API}/hosts/ada/event-types/intro")).json()["host"]["name"]
    for ticket, text in zip(world.made.tickets[::2], TEXTS.values(), strict=True):
        answer = await world.desk.get(f"{ticket}/invite.ics")
        assert answer.headers["content-type"].startswith("text/calendar")
        assert answer.headers["content-disposition"].startswith('attachment; filename="hostile-')
        found = calendar_faults(answer.content, SUMMARY=f"{kept(text)}: {host}", LOCATION=f"{kept(text)}, {kept(text)}")
        assert found == [], text
        said = str(Calendar.from_ical(answer.content).walk("VEVENT")[0]["description"])
        notes = texts.paragraph(text, "notes") if len(text) < 1_000 and "\ud800" not in text else kept(text)
        assert said.startswith(f"{notes}\n\n"), text
        assert f"\n\n{notes}\n\nReschedule or cancel: {BASE}/b/" in said, text


async def test_no_mail_gets_a_header_an_address_or_a_script(world: World) -> None:
    """Every message and letter that was planned, to guests, companions and hosts."""
    addresses = {SENDER, "ada@example.com", "cleo@example.org"}
    addresses |= {f"{who}{n}@example.org" for who in ("guest", "with", "waits") for n in range(1, len(TEXTS) + 1)}
    found = {(one.snapshot.booking.terms.title, one.kind, one.recipient): one for one in await _messages(world.store)}
    # beside the guest's confirmation one reader in turn: the other two are told the same in the same words
    planned = [
        one
        for n, one in enumerate(found.values())
        if (one.kind, one.recipient) == ("confirmed", "guest") or one.recipient == RECIPIENTS[n % 7 % 3]
    ]
    wrong = []
    for message in planned:
        mail = compose(message, world.vault, sender=SENDER, public_url=BASE, invited=True, now=NOW)
        own = OWN_HEADERS | {"Reply-To", "References"}
        wrong += [(message.kind, message.recipient, one) for one in mail_faults(mail.content, own, addresses=addresses)]
    assert wrong == []
    told = {(message.kind, message.recipient) for message in planned}
    assert told >= {(kind, who) for kind in ("confirmed", "cancelled") for who in RECIPIENTS}
    assert ("declined", "guest") in told
    assert len(planned) > 2 * len(TEXTS)


async def test_no_letter_does_either(world: World) -> None:
    """To people whose names, and whose inviters' names, are such texts."""
    rows = await world.store.reader.rows("SELECT id FROM letter")
    found = [await letters.by_id(world.store.reader, int(str(row[0]))) for row in rows]
    assert found
    base = next(letter for letter in found if letter is not None)
    for text in TEXTS.values():
        facts = {**base.facts, "name": kept(text), "by": kept(text), "what": kept(text), "device": kept(text)}
        for kind in ("invitation", "second_factor_added"):
            letter = msgspec.structs.replace(base, kind=kind, facts=facts, address="cleo@example.org")
            secret = "s" * 43 if kind == "invitation" else ""
            mail = compose_letter(letter, secret=secret, sender=SENDER, public_url=BASE, now=NOW)
            assert mail_faults(mail.content, OWN_HEADERS, addresses={SENDER, "cleo@example.org"}) == [], (kind, text)


async def test_exports_are_rows_whose_cells_no_spreadsheet_runs(world: World) -> None:
    """CSV and JSON Lines of the audit log: one row an entry, however it reads."""
    table = (await world.desk.get("/admin/audit/export/csv")).text
    rows = list(csv.reader(io.StringIO(table, newline="")))
    lines = (await world.desk.get("/admin/audit/export/jsonl")).text.removesuffix("\n").split("\n")
    assert len(rows) == len(lines) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if cell.startswith(FORMULAS)] == []
    assert all(json.loads(line)["tag"] for line in lines)
    assert "hostile=1" in table


async def test_guests_data_is_a_file_of_json(world: World) -> None:
    """What a guest takes along is what they wrote."""
    for ticket, text in zip(world.made.tickets[::2], TEXTS.values(), strict=True):
        answer = await world.desk.get(f"{ticket}/data.json")
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert kept(text) in _all_texts(answer.json())


def kept(text: str) -> str:
    """What a field of one line keeps of it."""
    fits = is_one_line(text) and len(text) <= SHORTEST
    return texts.line(text if fits else tamed(text, SHORTEST), "field")


def _all_texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for one in inner for text in _all_texts(one)]
    return [str(value)]


async def _messages(store: Store) -> list[Message]:
    rows = await store.reader.rows("SELECT id FROM message WHERE medium = 'mail'")
    found = [await messages.by_id(store.reader, int(str(row[0]))) for row in rows]
    return [message for message in found if message is not None]


async def _session(store: Store, account_id: int) -> str:
    account = await accounts.by_id(store.reader, account_id)
    assert account is not None
    async with store.write() as tx:
        return await start_session(tx, account, now=NOW, address="192.0.2.1", device=TEXTS["a script"])


async def _token(store: Store, account_id: int) -> str:
    secret = f"cally_{new_token()}"
    token = ApiToken(
        id=new_id(NOW),
        account_id=account_id,
        name="test",
        scopes=SCOPES,
        created_at=NOW,
        expires_at=None,
        last_used_at=None,
    )
    async with store.write() as tx:
        await api_tokens.insert(tx, token, token_hash=token_hash(secret))
    return secret


async def _name_passkeys(store: Store, account_id: int) -> None:
    async with store.write() as tx:
        for number, text in enumerate(TEXTS.values()):
            key = Passkey(
                id=new_id(NOW),
                account_id=account_id,
                credential_id=bytes([number]),
                public_key=b"x",
                sign_count=0,
                site="cally.test",
                name=kept(text),
                created_at=NOW,
                last_used_at=None,
            )
            await passkeys.insert(tx, key)


async def _visits(store: Store, host_id: int) -> None:
    """An admin works at Ada's desk, for each of these reasons; she reads them on her desk and in her history."""
    root = await cast.host(store, "Root", role="admin")
    for text in TEXTS.values():
        acting = await live_session(store.reader, await _session(store, root.id), NOW)
        assert acting is not None
        await visit(store, acting, host_id, reason=kept(text), now=NOW, address="192.0.2.1")
