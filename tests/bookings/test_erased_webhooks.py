"""What webhooks were told of a guest is erased with the guest; the end of a booking is told all the same (rule 81)."""

import json
from pathlib import Path

import pytest

from cally.bookings.erasing import erase_guest
from cally.model.hosts import Place
from cally.notify import webhooks as hooks
from cally.store import Store
from cally.store.erased_file import ErasedFile
from cally.vault import Vault
from tests.bookings.test_erasing import ADDRESS, AS_ADMIN, traces, zoe_books
from tests.cast import NOW, ada, event_type, schedule
from tests.notify.receivers import receiving
from tests.notify.webhook_world import hooked, work

pytestmark = pytest.mark.rule(81)


@pytest.mark.parametrize("template", ["", '{"who": "{{data.guest.name}}", "mail": "{{data.guest.email}}"}'])
async def test_nothing_of_the_guest_is_left(store: Store, vault: Vault, tmp_path: Path, template: str) -> None:
    """Neither in what was sent nor in what was answered; what waits is sent without the person, shaped or not."""
    owner = await ada(store)
    await event_type(store, await schedule(store, owner), "call", places=(Place(kind="guest_phone"),))
    async with receiving() as receiver:
        webhook, _ = await hooked(store, vault, owner, receiver.url, template=template)
        await zoe_books(store)
        receiver.answers.append((200, b"thanks for zoe.quill"))
        await work(store, vault)
        assert "zoe.quill" in traces(store)
        await erase_guest(store, vault, ErasedFile(tmp_path), ADDRESS, mail=False, now=NOW, actor=AS_ADMIN)
        assert traces(store) == []
        await work(store, vault, NOW + 60)
        assert len(receiver.got) == 2
        if not template:
            told = json.loads(receiver.got[1].body)
            assert told["type"] == "booking.cancelled"
            assert (told["data"]["guest"]["name"], told["data"]["notes"]) == ("Erased guest", "")
        assert b"zoe" not in receiver.got[1].body.lower()
        kept = await hooks.list_deliveries(store.reader, webhook)
        assert [one.state for one in kept] == ["sent", "sent"]
