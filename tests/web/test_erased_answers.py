"""What a program was answered about a guest goes with the guest, and what it asked for is not done again (rule 81)."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from cally.bookings.erasing import erase_guest
from cally.model.accounts import Actor
from cally.store import Store, api_answers
from cally.store.erased_file import ErasedFile
from cally.vault import Vault
from tests.cast import NOW, ada
from tests.web.test_api_bookings import AT_ELEVEN, BOOKINGS, booked, manage

pytestmark = pytest.mark.rule(81)
AS_ADMIN = Actor(kind="admin", account_id=1, address="192.0.2.1")


async def moved(client: httpx2.AsyncClient, made: Any, key: str, to: str) -> httpx2.Response:
    return await client.post(
        f"{BOOKINGS}/{made['uid']}/reschedule",
        json={"starts_at": to},
        headers=manage(made) | {"idempotency-key": key},
    )


async def test_no_answer_names_who_was_erased(
    client: httpx2.AsyncClient, store: Store, vault: Vault, tmp_path: Path
) -> None:
    """Cleo's is lost, under a key that stays taken; Gil's is told again."""
    await ada(store)
    hers = await booked(client)
    gil = {"name": "Gil", "email": "gil@example.org", "tz": "UTC"}
    his = await booked(client, "2026-09-23T08:00:00Z", guest=gil)
    assert "cleo@example.org" in (await moved(client, hers, "k1", AT_ELEVEN)).text
    first = await moved(client, his, "k2", "2026-09-23T09:00:00Z")
    assert (await moved(client, hers, "k1", AT_ELEVEN)).headers["idempotency-replayed"] == "true"
    await erase_guest(store, vault, ErasedFile(tmp_path), "cleo@example.org", mail=False, now=NOW + 60, actor=AS_ADMIN)
    again = await moved(client, hers, "k1", AT_ELEVEN)
    assert again.status_code >= 400
    assert "cleo" not in again.text.lower()
    assert (await moved(client, his, "k2", "2026-09-23T09:00:00Z")).content == first.content
    kept = [
        vault.open(one.answer or b"", table="api_answer", row=one.id, column="answer")
        for one in await api_answers.list_answered(store.reader)
    ]
    assert len(kept) == 1
    assert "gil@example.org" in kept[0]
