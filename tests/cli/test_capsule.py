"""`cally capsule`: a question from the live database, answered by `cally replay` as the page answers it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cally.bookings import Availability, book, offer
from cally.clock import now
from cally.model.fields import instant_text
from cally.model.rules import EventTypeRules
from cally.store import Store, hosts, open_store
from cally.vault import Vault, read_or_make_key
from tests import cast
from tests.cli.conftest import Cally

DAY = 86_400
NOON = "2030-03-05T12:00:00Z"
DATES = ("--from", "2030-03-01", "--to", "2030-03-31", "--at", "2030-03-01T08:00:00Z")
TEN = cast.at("2030-03-05 09:00")


def opened(state: Path) -> Store:
    """The instance that the commands work on."""
    return open_store(state / "cally.db", Vault(read_or_make_key(state / "cally.key")).database_key)


@pytest.fixture
def offering(cally: Cally, ada: dict[str, str], state: Path) -> None:
    """Ada offers an intro call in Berlin, and Cleo has booked one."""

    async def make() -> None:
        store = opened(state)
        host = await hosts.by_slug(store.reader, ada["slug"])
        assert host is not None
        await cast.event_type(store, await cast.schedule(store, host), durations=(30, 60))
        wish = cast.request(TEN, host=ada["slug"])
        cast.booked(await book(store, Availability(store), wish, now=now(), actor=cast.AS_CLEO))
        ben = await cast.host(store, "Ben Okri")
        await cast.team_event_type(store, (host, ben), EventTypeRules(duration_minutes=30, assignment="round_robin"))
        await store.close()

    asyncio.run(make())


def page(state: Path, slug: str, first: int, days: int, at: int) -> list[str]:
    """The starts that the page shows."""

    async def read() -> list[str]:
        store = opened(state)
        found = await offer(store.reader, slug, "intro")
        until = first + days * DAY
        slots = await Availability(store).slots(found, now=at, from_at=first, to_at=until + 1_800)
        await store.close()
        return [instant_text(slot.starts_at) for slot in slots if slot.starts_at < until]

    return asyncio.run(read())


def replayed(cally: Cally, capsule: str, tmp_path: Path) -> Any:
    """What `cally replay` answers."""
    file = tmp_path / "capsule.json"
    file.write_text(capsule, encoding="utf-8")
    return cally("replay", str(file)).json


def test_it_replays_to_the_slots_of_the_page(
    cally: Cally, offering: None, ada: dict[str, str], state: Path, tmp_path: Path
):
    """March, in Berlin's dates, clocks going forward on its last day."""
    ran = cally("capsule", f"{ada['slug']}/intro", *DATES, "--ask", NOON, "--ask", "2030-03-05T09:00:00Z")
    assert (ran.code, ran.err) == (0, "")
    answer = replayed(cally, ran.out, tmp_path)
    first, days = cast.at("2030-02-28 23:00"), 31
    assert answer["slots"] == page(state, ada["slug"], first, days, cast.at("2030-03-01 08:00"))
    assert answer["refusals"][NOON] is None
    assert answer["refusals"]["2030-03-05T09:00:00Z"]["code"] == "booked"


def test_it_names_nobody(cally: Cally, offering: None, ada: dict[str, str]):
    """Neither hosts nor guests nor what they meet for."""
    text = cally("capsule", "intro", "--for", ada["slug"], *DATES).out.lower()
    assert '"h1"' in text
    assert not [word for word in (ada["slug"], "lovelace", "cleo", "example", "intro") if word in text]


def test_a_team_is_named_by_its_address(cally: Cally, offering: None, tmp_path: Path):
    """As in the browser, or as the API names it; both are the same capsule."""
    one, other = (cally("capsule", f"{owner}/intro", *DATES) for owner in ("team/support", "team:support"))
    assert one.json == other.json
    assert [host["id"] for host in one.json["hosts"]] == ["h1", "h2"]


def test_it_covers_31_days_from_today(cally: Cally, offering: None, ada: dict[str, str]):
    """Unless dates are given, and in the default length."""
    made = cally("capsule", f"{ada['slug']}/intro", "--at", NOON).json
    assert made["window"] == ["2030-03-04T23:00:00Z", "2030-04-04T22:29:59Z"]
    assert made["event_type"]["duration_minutes"] == 30
    assert cally("capsule", f"{ada['slug']}/intro", "--duration", "60").json["event_type"]["duration_minutes"] == 60


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nobody/intro",), 1),
        (("ada/nothing",), 1),
        (("intro",), 2),
        (("ada/intro", "--for", "ben"), 2),
        (("ada/intro", "--from", "tomorrow"), 2),
        (("ada/intro", "--from", "2030-03-02", "--to", "2030-03-01"), 2),
        (("ada/intro", "--from", "2030-03-02", "--to", "2035-03-01"), 2),
        (("ada/intro", "--ask", "2030-03-02T09:00:00"), 2),
        (("ada/intro", "--duration", "45"), 2),
    ],
)
def test_wrong_words_print_no_capsule(
    cally: Cally, offering: None, ada: dict[str, str], words: tuple[str, ...], code: int
):
    """And say what would be right."""
    ran = cally("capsule", words[0].replace("ada/", f"{ada['slug']}/"), *words[1:])
    assert (ran.code, ran.out) == (code, "")
    assert ran.err
