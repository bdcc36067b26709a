"""Every unexpected error is taken in from wherever it happens, kept by kind, and never makes another one."""

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.errors import ErrorKind
from cally.ops.errors import Inbox, change_state, code_of, error_by_code, standing, write_errors
from cally.ops.errors.keeping import MOST_KINDS, MOST_OF_ONE_PLACE
from cally.store import Store, error_kinds
from tests.cast import DAY, HOUR, NOW

ADMIN = Actor(kind="admin", account_id=1)
log = logging.getLogger("cally.test")


class Clock:
    """What time it is when an error is taken in."""

    now = NOW

    def __call__(self) -> int:
        """That."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(clock: Clock) -> Iterator[Inbox]:
    made = Inbox(now=clock)
    made.listen()
    yield made
    made.leave()


def boom(text: str = "it broke") -> None:
    raise ValueError(text)


def note(text: str = "it broke") -> None:
    try:
        boom(text)
    except ValueError:
        log.exception("The thing about %s failed.", "cleo@example.org")


async def kept(store: Store, inbox: Inbox, now: int = NOW) -> list[ErrorKind]:
    await write_errors(store, inbox, now)
    return await error_kinds.list_all(store.reader)


async def test_an_error_is_kept_once_with_its_count(store: Store, inbox: Inbox, clock: Clock):
    """Three times in two hours is one row, and two counts."""
    note()
    note()
    clock.now += HOUR
    note()
    (found,) = await kept(store, inbox)
    assert (found.times, found.first_at, found.last_at, found.state) == (3, NOW, NOW + HOUR, "open")
    assert found.fault.message == "it broke"
    assert found.fault.said == "The thing about %s failed."
    assert [one.times for one in await error_kinds.hours(store.reader, since=0)] == [2, 1]
    note()
    assert (await kept(store, inbox))[0].times == 4


async def test_wherever_it_happens_it_is_taken_in(store: Store, inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    """A thread, a callback of the loop, a task that nobody waited for, a finaliser."""
    monkeypatch.setattr(inbox, "_before", (sys.excepthook, lambda _: None, lambda _: None))
    thread = threading.Thread(target=boom, args=("in a thread",), name="channel 7")
    thread.start()
    thread.join()
    loop = asyncio.get_running_loop()
    loop.call_soon(boom, "in a callback")
    task = asyncio.create_task(asyncio.to_thread(boom, "in a task"), name="job mail 4711")
    await asyncio.wait([task])
    del task

    class Left:
        def __del__(self) -> None:
            boom("in a finaliser")

    Left()
    gc.collect()
    await asyncio.sleep(0)
    found = {one.fault.message: one.fault for one in await kept(store, inbox)}
    assert set(found) == {"in a thread", "in a callback", "in a task", "in a finaliser"}
    assert found["in a thread"].origin == "thread channel"


async def test_what_it_was_about_is_nowhere(store: Store, inbox: Inbox):
    """Not in the message, not in the words of the log line, not in the name of the task."""

    async def working() -> None:
        note("no host ada-lovelace for 'Cleo' at cleo@example.org")

    await asyncio.create_task(working(), name="job mail 4711")
    (found,) = await kept(store, inbox)
    said = str(found)
    assert "cleo" not in said.lower().replace("clock", "")
    assert found.fault.origin == "job mail"


async def test_what_is_expected_is_no_error(store: Store, inbox: Inbox):
    """A line without an exception, and the end of a task."""
    log.error("The disk is full.")
    try:
        raise asyncio.CancelledError
    except asyncio.CancelledError:
        log.exception("cancelled")
    assert await kept(store, inbox) == []


async def test_what_is_resolved_and_comes_back_is_open_again(store: Store, inbox: Inbox, clock: Clock):
    """And counts as new; what is known stays known."""
    note()
    (found,) = await kept(store, inbox)
    await change_state(store, found.fault.code, "resolved", now=NOW, actor=ADMIN)
    assert (await standing(store.reader, NOW))[0] == "ok"
    clock.now += HOUR
    note()
    (again,) = await kept(store, inbox)
    assert (again.state, again.opened_at) == ("open", NOW + HOUR)
    await change_state(store, found.fault.code, "known", now=NOW, actor=ADMIN)
    note()
    (again,) = await kept(store, inbox)
    assert (again.state, again.times) == ("known", 3)
    assert (await standing(store.reader, NOW))[0] == "ok"


async def test_the_health_check_names_the_last_for_a_day(store: Store, inbox: Inbox):
    """Then it is quiet, though nobody has looked."""
    note()
    await kept(store, inbox)
    status, detail = await standing(store.reader, NOW + HOUR)
    assert (status, detail.startswith("An unexpected error within a day, the last: ValueError (")) == ("degraded", True)
    assert (await standing(store.reader, NOW + DAY))[0] == "ok"


async def test_a_database_that_fails_loses_nothing_and_makes_no_error(
    store: Store, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
):
    """It waits in memory, and is written with what came meanwhile."""
    note()

    def full(_: object) -> None:
        raise CallyError("storage_full", "The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(type(store), "write", full)
        assert await write_errors(store, inbox, NOW) == 0
        note()
    assert [one.times for one in await kept(store, inbox)] == [2]


async def test_a_flood_of_kinds_is_bounded(store: Store, inbox: Inbox):
    """In memory a hundred wait; in the file one place has a few kinds, and the rest are one."""
    for number in range(150):
        note("word " + "abcdefghij"[number % 10] * (number // 10 + 1))
    assert inbox.left_out == 50
    found = await kept(store, inbox)
    assert len(found) == MOST_OF_ONE_PLACE + 1
    assert sum(one.times for one in found) == 100
    folded = next(one for one in found if one.fault.code.endswith("-0000"))
    assert folded.times == 100 - MOST_OF_ONE_PLACE


async def test_the_code_that_a_guest_was_shown_leads_there_even_when_folded(store: Store, inbox: Inbox):
    """Its first half names the place."""
    for letter in "abcdefghijkl":
        note(f"word {letter * 3}")
    await kept(store, inbox)
    try:
        boom("word zzz")
    except ValueError as error:
        code = code_of(error)
    found = await error_by_code(store.reader, code)
    assert found is not None


async def test_only_so_many_kinds_are_kept(store: Store, inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    """Resolved ones go first, then what did not happen for longest."""
    monkeypatch.setattr("cally.ops.errors.keeping.MOST_KINDS", 2)
    assert MOST_KINDS == 200
    for number, word in enumerate(("aaa", "bbb", "ccc")):
        note(f"word {word}")
        await kept(store, inbox)
        if number == 1:
            found = next(one for one in await kept(store, inbox) if one.fault.message == "word bbb")
            await change_state(store, found.fault.code, "resolved", now=NOW, actor=ADMIN)
    assert {one.fault.message for one in await kept(store, inbox)} == {"word aaa", "word ccc"}


async def test_an_error_of_the_inbox_is_no_error(inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    """Whoever reports one gets no other."""
    monkeypatch.setattr("cally.ops.errors.collecting.described", boom)
    note()
    assert inbox.left_out == 1
    assert inbox.taken() == []
