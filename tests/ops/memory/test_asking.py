"""The operator asks a running process about its memory; nobody else gets an answer."""

import asyncio
import contextlib
import stat
from pathlib import Path
from typing import Any

import pytest

from cally.cli.memory import drawn
from cally.errors import CallyError
from cally.ops.memory import Answering, MemoryReport, ask_memory, memory_report
from cally.ops.memory import asking as asking_module


class Room:
    """Something of ours that holds entries."""

    def __init__(self) -> None:
        self.remembered = dict.fromkeys(range(1_000))
        self._deeper = Inner()


class Inner:
    """What is held by that."""

    def __init__(self) -> None:
        self.queue = [1, 2, 3]


Room.__module__ = Inner.__module__ = "cally.invented"


async def reported(seconds: int) -> MemoryReport:
    return await memory_report({"room": Room()}, trace_seconds=seconds)


async def test_the_process_says_what_it_uses_its_memory_for(tmp_path: Path):
    """Over a socket in a directory that lies deeper than an address may be long."""
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    answering = Answering(deep, reported)
    await answering.open()
    assert stat.S_IMODE((deep / "cally.sock").stat().st_mode) == 0o600
    found = await ask_memory(deep)
    answering.close()
    assert found.used_bytes >= found.own_bytes > 0
    assert {held.name: held.count for held in found.caches if held.name.startswith("room")} == {
        "room.remembered": 1_000,
        "room.deeper.queue": 3,
    }
    assert any(held.name == "dict" for held in found.types)
    assert not (deep / "cally.sock").exists()


async def test_what_grows_is_named_by_its_line():
    """While somebody watches, and by file and line."""
    kept: list[bytes] = []

    async def leak() -> None:
        while True:
            kept.append(bytes(50_000))
            await asyncio.sleep(0.01)

    leaking = asyncio.create_task(leak())
    found = await memory_report({}, trace_seconds=1)
    leaking.cancel()
    assert found.grown[0].name.startswith("memory/test_asking.py:")
    assert (found.grown[0].size_bytes or 0) > 100_000
    said = "\n".join(drawn(found))
    assert "What grew within 1 seconds, by line" in said
    assert "█" * 24 in said


async def test_nobody_else_gets_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another user's question is hung up on, and so is nonsense."""
    answering = Answering(tmp_path, reported)
    await answering.open()
    for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b'{"about": "memory", "and": 1}\n', b"x" * 100_000):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "cally.sock")
        with contextlib.suppress(ConnectionError):
            writer.write(nonsense)
            writer.write_eof()
            assert await reader.read() == b""
        writer.close()

    monkeypatch.setattr(asking_module, "_is_trusted", lambda _: False)
    with pytest.raises(CallyError, match="did not answer"):
        await ask_memory(tmp_path)
    answering.close()


async def test_where_no_process_serves_nobody_can_be_asked(tmp_path: Path):
    """Said in words; also beside a socket that a killed process has left, which the next one takes over."""
    with pytest.raises(CallyError, match="No Cally serves"):
        await ask_memory(tmp_path)
    first: Any = Answering(tmp_path, reported)
    await first.open()
    first._server.close()
    with pytest.raises(CallyError, match="No Cally serves"):
        await ask_memory(tmp_path)
    second = Answering(tmp_path, reported)
    await second.open()
    assert (await ask_memory(tmp_path)).pid > 0
    second.close()
