"""The page of wordings: what is sent is seen there, written anew, tried, and taken back; a frame shows how it reads."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from cally.model.hosts import Host
from cally.model.wordings import Whose, Wording
from cally.notify.wordings import list_wordings
from cally.store import Store, audit, letters
from tests.cast import ada, host
from tests.hostile import TEXTS, faults
from tests.web.desks import FORM, SignedIn

PAGE = "/app/messages/wording"
CONFIRMED = f"{PAGE}/confirmed/guest"
WORDS = {"of": "", "locale": "", "subject": "See you {when_short}", "body": "Hello {name}", "chat": "", "act": "save"}


@pytest.fixture
async def owner(store: Store) -> Host:
    return await ada(store)


@pytest.fixture
async def desk(client: httpx2.AsyncClient, owner: Host, signed_in: SignedIn) -> httpx2.AsyncClient:
    client.headers.update({**FORM, **await signed_in(owner)})
    return client


async def kept(store: Store, owner: Host) -> list[Wording]:
    return await list_wordings(store.reader, Whose(owner="host", id=owner.id))


async def test_words_are_kept_shown_and_taken_back(desk: httpx2.AsyncClient, store: Store, owner: Host) -> None:
    """Saved, marked in the list, in the form again; reset, they are gone. Both are noted, without the words."""
    answer = await desk.post(CONFIRMED, data=WORDS)
    assert answer.status_code == 303
    [wording] = await kept(store, owner)
    assert (wording.kind, wording.recipient, wording.subject) == ("confirmed", "guest", "See you {when_short}")
    assert "your words" in (await desk.get(PAGE)).text
    assert "See you {when_short}" in (await desk.get(CONFIRMED)).text
    await desk.post(CONFIRMED, data={**WORDS, "act": "reset"})
    assert await kept(store, owner) == []
    entries = [one for one in await audit.list_latest(store.reader, limit=50) if ":wording:" in one.tag]
    assert [one.tag for one in entries] == ["host:wording:reset", "host:wording:update"]
    assert "See you" not in str(entries)
