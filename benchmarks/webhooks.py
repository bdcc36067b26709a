"""Webhooks a second from the outbox to a receiver's 204, beside the same receiver driven directly, same bytes."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from cally import clock
from cally.bookings import Availability, book
from cally.jobs import Worker
from cally.model.accounts import Actor
from cally.model.webhooks import Webhook
from cally.notify import webhooks
from cally.store import Store, open_store
from cally.vault import KEY_BYTES, Vault
from tests import cast

EVENTS = 400
AT_ONCE = 5  # as many as the worker has places for webhooks
LOCAL = ("127.0.0.0/8",)
ADA = Actor(kind="host")
GONE = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


def measure() -> dict[str, Any]:
    """Each event is of another booking, so that no order keeps one waiting; every request has its own connection."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    receiver = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.webhooks", stdout=asyncio.subprocess.PIPE
    )
    assert receiver.stdout is not None  # noqa: S101 - for the type checker
    port = int(await receiver.stdout.readline())
    try:
        with tempfile.TemporaryDirectory(prefix="cally-bench-") as name:
            return await _both(Path(name), port)
    finally:
        receiver.terminate()
        await receiver.wait()


async def _both(folder: Path, port: int) -> dict[str, Any]:
    vault = Vault(bytes(KEY_BYTES))
    store = open_store(folder / "cally.db", vault.database_key)
    try:
        made = await _plan(store, vault, port)
        (delivery,) = await webhooks.list_deliveries(store.reader, made, limit=1)
        body = webhooks.request_of(made, delivery)[1].encode()
        ceiling = await _directly(port, body)
        figures = await _worked_off(store, vault, made)
    finally:
        await store.close()
    figures |= {"body_bytes": len(body), "ceiling_per_second": round(ceiling)}
    return figures | {"of_ceiling": round(figures["webhooks_per_second"] / ceiling, 2)}


async def _plan(store: Store, vault: Vault, port: int) -> Webhook:
    """Bookings, each with an event that waits; the webhook that is to be told."""
    now = clock.now()
    ada = await cast.ada(store, now=now)
    draft = webhooks.WebhookDraft(url=f"http://127.0.0.1:{port}/hook")
    made, _ = await webhooks.add_webhook(store, vault, webhooks.Owner(host_id=ada.id), draft, now=now, actor=ADA)
    availability = Availability(store)
    starts_at, booked = now - now % 86_400 + 86_400, 0
    while booked < EVENTS:
        answer = await book(store, availability, cast.request(starts_at), now=now, actor=cast.AS_CLEO)
        booked += hasattr(answer, "booking")
        starts_at += 1_800
    return made


async def _worked_off(store: Store, vault: Vault, made: Webhook) -> dict[str, Any]:
    async def send(subject: int, now: int) -> None:
        await webhooks.deliver_webhook(store, vault, delivery_id=subject, now=now, allowed=LOCAL)

    worker = Worker(store, clock.now, {webhooks.JOB: send})
    process = psutil.Process()
    cpu, began = sum(process.cpu_times()[:2]), time.monotonic()
    working, ended = asyncio.create_task(worker.run()), 0
    while ended < EVENTS:
        ended = (await webhooks.count_deliveries(store.reader, made)).get("sent", 0)
        await asyncio.sleep(0.02)
    took, spent = time.monotonic() - began, sum(process.cpu_times()[:2]) - cpu
    await worker.drain(5)
    working.cancel()
    return {"webhooks_per_second": round(EVENTS / took), "cpu_ms_per_webhook": round(1_000 * spent / EVENTS, 2)}


async def _directly(port: int, body: bytes) -> float:
    """Requests a second of a client that does nothing else."""
    head = f"POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    left = iter(range(EVENTS))

    async def ask() -> None:
        for _ in left:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head + body)
            await reader.read()
            writer.close()

    began = time.monotonic()
    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return EVENTS / (time.monotonic() - began)


async def _receive() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        writer.write(GONE)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1_024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_receive())
