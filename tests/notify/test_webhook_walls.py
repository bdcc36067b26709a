"""Webhooks go to public addresses only, to the one that was checked, and nowhere that an answer points to."""

import socket
from typing import Any

import pytest

from cally.errors import CallyError
from cally.notify import outgoing
from cally.notify import webhooks as hooks
from cally.store import Store
from cally.vault import Vault
from tests.cast import NOW, ada
from tests.notify.receivers import LOCAL, receiving
from tests.notify.webhook_world import AS_ADA, cleo_books, hooked, kept, work

INNER = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f.1:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/",
    "http://0:{port}/",
    "http://example.org@127.0.0.1:{port}/",
]


@pytest.mark.parametrize("address", INNER)
async def test_no_webhook_reaches_the_inside(store: Store, vault: Vault, address: str) -> None:
    """Neither an event nor a test arrives, whatever way the address is written."""
    async with receiving() as honeypot:
        webhook, _ = await hooked(store, vault, await ada(store), address.format(port=honeypot.port))
        await cleo_books(store)
        await work(store, vault, allowed=())
        answered = await hooks.test_webhook(store, vault, webhook, now=NOW, allowed=(), actor=AS_ADA)
        assert answered.status is None
        assert honeypot.got == []
        assert (await kept(store, webhook)).failures == 1


async def test_a_name_that_changes_its_mind_gains_nothing(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked up once, and the connection goes to the very address that was judged."""
    monkeypatch.setattr(outgoing, "CONNECT_SECONDS", 0.3)
    asked: list[str] = []

    async with receiving() as honeypot:

        def answer(host: str, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
            asked.append(host)
            address = "192.0.3.1" if len(asked) == 1 else "127.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, honeypot.port))]

        webhook, _ = await hooked(store, vault, await ada(store), f"http://mallory.example:{honeypot.port}/")
        monkeypatch.setattr(socket, "getaddrinfo", answer)
        for _ in range(2):
            answered = await hooks.test_webhook(store, vault, webhook, now=NOW, allowed=(), actor=AS_ADA)
            assert answered.status is None
        assert len(asked) == 2, "once for each attempt"
        assert "private network" in answered.said
        assert honeypot.got == []


async def test_no_redirect_is_followed(store: Store, vault: Vault) -> None:
    """A receiver cannot send Cally on to somebody else; its event is not taken."""
    async with receiving() as honeypot, receiving() as receiver:
        place = f"location: http://127.0.0.1:{honeypot.port}/\r\n"
        receiver.answers.append(f"HTTP/1.1 307 Over\r\n{place}content-length: 0\r\n\r\n".encode())
        webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
        await cleo_books(store)
        await work(store, vault)
        assert (len(receiver.got), honeypot.got) == (1, [])
        (delivery,) = await hooks.list_deliveries(store.reader, webhook)
        assert (delivery.state, "forwards" in delivery.answer) == ("waiting", True)


async def test_an_endless_answer_is_cut(store: Store, vault: Vault) -> None:
    """Two kilobytes are kept, the rest is left unread; what is no text is shown as such."""
    async with receiving() as receiver:
        webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
        receiver.answers.append((200, b"\x00\xff\x1b[2J" + b"x" * 5_000_000))
        answered = await hooks.test_webhook(store, vault, webhook, now=NOW, allowed=LOCAL, actor=AS_ADA)
        assert answered.is_taken
        assert len(answered.body) <= 2_048
        assert answered.body.startswith("���[2J")


async def test_a_compressed_answer_is_not_unpacked(store: Store, vault: Vault) -> None:
    """It counts by its status; what it says is not looked at."""
    async with receiving() as receiver:
        webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
        receiver.answers.append(
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00"
        )
        answered = await hooks.test_webhook(store, vault, webhook, now=NOW, allowed=LOCAL, actor=AS_ADA)
        assert (answered.is_taken, answered.body) == (True, "")


@pytest.mark.parametrize(
    "address", ["", "ftp://example.org/", "file:///etc/passwd", "https://", "javascript:alert(1)", "https://a b/", "x"]
)
async def test_what_is_no_web_address_is_refused(store: Store, vault: Vault, address: str) -> None:
    """At once, beside its field."""
    with pytest.raises(CallyError) as caught:
        await hooked(store, vault, await ada(store), address)
    assert caught.value.facts["field"] == "url"
