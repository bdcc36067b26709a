"""Log files: one a day, compressed and removed in time, and never a reason to stop."""

import gzip
import json
import logging
import os
import resource
import signal
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cally.ops import log_files
from cally.ops.log_files import DailyFile, tidy

NOON = datetime(2026, 9, 21, 12, tzinfo=UTC).timestamp()
DAY = 86_400


@pytest.fixture
def daily(tmp_path: Path) -> Iterator[DailyFile]:
    made = DailyFile(tmp_path / "logs", days=3)
    yield made
    made.close()


def say(daily: DailyFile, words: str, at: float = NOON) -> None:
    record = logging.LogRecord("cally", logging.INFO, "", 0, words, (), None)
    record.created = at
    daily.handle(record)


def lines(file: Path) -> list[str]:
    return [json.loads(line)["message"] for line in file.read_text().splitlines()]


def test_a_line_is_json_in_a_file_of_its_owners(daily: DailyFile, tmp_path: Path):
    """Nobody else reads it, nor the directory; what is secret is masked as everywhere."""
    say(daily, "told https://cally.test/b/abcdefghijklmnopqrstuvwxyz")
    file = tmp_path / "logs" / "cally.log"
    assert lines(file) == ["told https://cally.test/b/…"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_new_day_has_a_new_file(daily: DailyFile, tmp_path: Path):
    """The old one is named after its day, and compressed."""
    folder = tmp_path / "logs"
    say(daily, "monday")
    os.utime(folder / "cally.log", (NOON, NOON))
    say(daily, "tuesday", NOON + DAY)
    tidy(folder, date(2026, 9, 22), 3)
    assert lines(folder / "cally.log") == ["tuesday"]
    with gzip.open(folder / "cally-2026-09-21.log.gz", "rt") as packed:
        assert json.loads(packed.read())["message"] == "monday"


def test_a_process_that_starts_the_next_day_puts_the_old_file_away(tmp_path: Path):
    """Beside one of that day that is there already."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "cally-2026-09-20.log.gz").write_bytes(b"older")
    (folder / "cally.log").write_text('{"message":"sunday"}\n')
    os.utime(folder / "cally.log", (NOON - DAY, NOON - DAY))
    made = DailyFile(folder, days=30)
    say(made, "monday")
    made.close()
    assert lines(folder / "cally.log") == ["monday"]
    assert {file.name.partition(".log")[0] for file in folder.glob("cally-2026-09-20.1*")} == {"cally-2026-09-20.1"}


def test_old_files_go_and_others_stay(tmp_path: Path):
    """Only what has our form of name."""
    for name in ("cally-2026-09-18.log.gz", "cally-2026-09-19.1.log", "cally-2026-09-20.log.gz", "notes.txt"):
        (tmp_path / name).write_text("x")
    tidy(tmp_path, date(2026, 9, 22), 3)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cally-2026-09-20.log.gz", "notes.txt"]


def test_what_logrotate_moved_away_is_begun_anew(daily: DailyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without a signal; and what it copied and cut goes on where it is."""
    monkeypatch.setattr(log_files, "LOOK_SECONDS", 0.0)
    file = tmp_path / "logs" / "cally.log"
    say(daily, "one")
    file.rename(file.with_name("cally.log.1"))
    say(daily, "two")
    assert (lines(file), lines(file.with_name("cally.log.1"))) == (["two"], ["one"])
    os.truncate(file, 0)
    say(daily, "three")
    assert lines(file) == ["three"]
    file.unlink()
    say(daily, "four")
    assert lines(file) == ["four"]


def test_a_full_disk_costs_lines_and_says_how_many(daily: DailyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A real limit of the file's size: half a line is left, and the next whole one begins on a line of its own."""
    monkeypatch.setattr(log_files, "RETRY_SECONDS", 0.0)
    file = tmp_path / "logs" / "cally.log"
    say(daily, "one")
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 10, before[1]))
    try:
        say(daily, "two")
        say(daily, "three")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert daily.lost == 2
    say(daily, "four")
    first, torn, *rest = file.read_text().splitlines()
    assert json.loads(first)["message"] == "one"
    assert len(torn) == 10
    assert [json.loads(line)["message"] for line in rest] == [
        "Lines that could not be written to this file: 2.",
        "four",
    ]


def test_a_directory_that_cannot_be_made_is_said_and_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    """Where it should be is a file; once that is gone, lines are kept."""
    monkeypatch.setattr(log_files, "RETRY_SECONDS", 0.0)
    folder = tmp_path / "logs"
    folder.write_text("")
    root = logging.getLogger()
    known = list(root.handlers)
    log_files.keep(folder, days=3)
    (made,) = [one for one in root.handlers if one not in known]
    try:
        assert "cannot be written to" in caplog.text
        folder.unlink()
        logging.getLogger("cally").warning("now")
        assert lines(folder / "cally.log") == ["Lines that could not be written to this file: 1.", "now"]
    finally:
        root.removeHandler(made)
        made.close()
