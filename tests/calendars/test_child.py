"""Hostile files, read by the real child process: it has limits, and nobody else notices (TRUST fact 7)."""

import asyncio
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

import cally
from cally.calendars.child import read_apart
from cally.calendars.unreadable import UnreadableError
from tests.calendars.files import DATA, calendar, event, orders, spans

MEGABYTE = 1_000_000
ONE = event("UID:x", "SUMMARY:Talk", "DTSTART:20260922T080000Z", "DTEND:20260922T090000Z")


def many(count: int, *, year: int) -> bytes:
    """A file of `count` events of an hour each, all in one year."""
    hours = ((n, f"{year}{n % 12 + 1:02}{n // 12 % 28 + 1:02}T{n // 336 % 24:02}") for n in range(count))
    return calendar(*(event(f"UID:{n}@x", f"SUMMARY:{n}", f"DTSTART:{h}0000Z", f"DTEND:{h}3000Z") for n, h in hours))


PATIENCE = 20  # seconds of a processor, where a test is about what comes of it


async def why(data: bytes, **changes: int) -> str:
    """The sentence with which reading a file is given up."""
    with pytest.raises(UnreadableError) as caught:
        await read_apart(data, msgspec.structs.replace(orders(), **changes))
    return caught.value.sentence


async def test_a_file_is_read_as_here() -> None:
    """The child finds what reading in this process finds."""
    found = await read_apart((DATA / "google.ics").read_bytes(), orders())
    assert spans(found)[:2] == ["2026-09-22 07:30/07:45", "2026-09-22 08:00/09:00"]
    assert found.events == 6


async def test_a_hundred_thousand_events_of_the_past_are_no_trouble() -> None:
    """A long life's calendar is read; how long that may take is not judged here, for machines differ."""
    patient = msgspec.structs.replace(orders(), processor_seconds=PATIENCE)
    found = await read_apart(many(100_000, year=2019), patient)
    assert (found.busy, found.events) == ((), 100_000)


async def test_a_hundred_thousand_events_ahead_are_too_many() -> None:
    """More than can be kept is said to be so, not cut off in silence."""
    assert "more than 20,000 events" in await why(many(100_000, year=2027), processor_seconds=PATIENCE)


async def test_the_loop_goes_on_while_a_file_is_read() -> None:
    """Another task gets its turns all the while."""
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await read_apart(many(50_000, year=2019), orders())
    ticking.cancel()
    assert turns > 20


async def test_a_file_that_needs_too_much_memory() -> None:
    """The child hits its own limit, and says so."""
    assert "too much memory" in await why(many(100_000, year=2019), memory_bytes=32 * 1024 * 1024)


async def test_a_file_that_needs_too_much_time() -> None:
    """The system ends a child that has used up its time."""
    short = ("DTSTART:20260922T080000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;COUNT=2")
    bombs = [event(f"UID:{n}", *short) for n in range(19_000)]
    assert await why(calendar(*bombs), processor_seconds=1) == "The calendar takes too long to read."


async def test_a_child_that_does_not_end_is_ended() -> None:
    """Whatever it waits for, somebody else waits only so long."""
    with pytest.raises(UnreadableError, match="too long"):
        await read_apart(many(100_000, year=2019), orders(), wall_seconds=0.05)


@pytest.mark.parametrize(
    "bomb",
    [
        "\n".join(["BEGIN:VALARM"] * 200_000),
        "BEGIN:VEVENT\n" + "\n".join(["BEGIN:X"] * 200_000) + "\nEND:VEVENT",
        "X-LONG:" + "A" * 10 * MEGABYTE,
        "BEGIN:VEVENT\nSUMMARY:" + "A" * 5 * MEGABYTE + "\nATTENDEE;CN=" + '"' * MEGABYTE + "\nEND:VEVENT",
        "X-FOLDED:" + "\n a" * MEGABYTE,
        "BEGIN:VEVENT\nDTSTART" + ";X=1" * 200_000 + ":20260922T080000Z\nEND:VEVENT",
        "BEGIN:VTIMEZONE\n" * 100_000,
        "\0" * MEGABYTE,
    ],
    ids=["alarms", "nested", "long line", "long values", "folds", "parameters", "zones", "nothing"],
)
async def test_strange_files_hide_nothing(bomb: str) -> None:
    """Deep nesting, endless lines and rubbish: the ordinary event beside them is still found."""
    found = await read_apart(calendar(bomb, ONE), orders())
    assert "2026-09-22 08:00/09:00" in spans(found)


async def test_a_hundred_thousand_events_that_say_nothing_are_refused() -> None:
    """Nothing in them tells when they are; that is not the same as free."""
    assert "more than 20,000 events" in await why(
        calendar("\n".join(["BEGIN:VEVENT"] * 100_000), ONE), processor_seconds=PATIENCE
    )


async def test_bombs_of_recurrence_end_within_the_limits() -> None:
    """Every second, every seventh minute, never: all are answered for, none is counted out."""
    rules = ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=7", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"]
    hour = ("DTSTART:20270101T000000Z", "DURATION:PT1H")
    bombs = [event(f"UID:{rule}", f"SUMMARY:{rule}", *hour, f"RRULE:{rule}") for rule in rules]
    found = await read_apart(calendar(*bombs, ONE), orders())
    assert "2026-09-22 08:00/09:00" in spans(found)
    assert len(found.warnings) == 3


async def test_a_zone_that_is_a_bomb_is_an_unknown_zone() -> None:
    """Clocks that change every second are not believed."""
    begin = ("BEGIN:VTIMEZONE", "TZID:Mad", "BEGIN:STANDARD", "DTSTART:16010101T000000")
    end = ("TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "RRULE:FREQ=SECONDLY", "END:STANDARD", "END:VTIMEZONE")
    mad = event("UID:y", "DTSTART;TZID=Mad:20260922T080000", "DURATION:PT1H")
    found = await read_apart(calendar(*begin, *end, mad), orders())
    assert "“Mad” is unknown" in found.warnings[0]


@pytest.mark.rule(38)
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<!DOCTYPE html><html>Sign in</html>", "The address does not answer with a calendar."),
        (b"", "The address does not answer with a calendar."),
        (calendar(ONE)[:-20], "The calendar is cut off: its end is missing."),
        (calendar("CALSCALE:HEBREW", ONE), "The calendar does not count days in the Gregorian way."),
    ],
)
async def test_what_is_no_whole_calendar_is_not_taken_for_an_empty_one(data: bytes, sentence: str) -> None:
    """Nothing that is wrong with a file makes everything free."""
    assert await why(data) == sentence


async def test_an_empty_calendar_is_empty() -> None:
    """That is no fault."""
    assert (await read_apart(calendar(), orders())).busy == ()


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cally in one archive, as the only Cally there is to import."""
    root = Path(cally.__file__).parent.parent
    with zipfile.ZipFile(tmp_path / "cally.pyz", "w") as archive:
        for file in sorted((root / "cally").rglob("*.py")):
            archive.write(file, file.relative_to(root))
    elsewhere = [entry for entry in sys.path if Path(entry or ".").resolve() != root]
    monkeypatch.setattr("sys.path", [str(tmp_path / "cally.pyz"), *elsewhere])


@pytest.mark.usefixtures("packed")
async def test_a_child_of_a_program_in_one_file() -> None:
    """Cally packed into an archive reads calendars as well: the child is given the parent's path, archives included."""
    assert spans(await read_apart(calendar(ONE), orders())) == ["2026-09-22 08:00/09:00"]


PROBE = """
import json, os, sys
sys.path[:] = json.loads(sys.stdin.buffer.readline())
from cally.calendars.reading import Orders, give_up_powers
give_up_powers(Orders(window=(0, 1), tz="UTC"))
try:
    with open(PATH, "wb", buffering=0) as file:
        wrote = file.write(b"x")
except OSError:
    wrote = 0
print(json.dumps({"error": f"{sorted(os.environ)} {wrote}"}))
"""


async def test_the_child_has_no_environment_and_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the server knows by its environment, a file cannot get at; and nothing is left on the disk."""
    monkeypatch.setenv("CALLY_SMTP_URL", "smtp://account:secret@mail.example.org")
    probe = PROBE.replace("PATH", repr(str(tmp_path / "probe"))).replace("{", "{{").replace("}", "}}")
    monkeypatch.setattr("cally.apart.START", probe)
    assert await why(calendar()) == "['LC_CTYPE'] 0"
