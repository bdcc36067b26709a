"""Log lines: one object each, nothing secret, nothing forged."""

import io
import json
import logging
import unicodedata
from collections.abc import Iterator

import pytest

from cally.ops import logs
from tests.hostile import TEXTS

TOKEN = "abcdefghijklmnopqrstuvwxyz.0123456789"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The root logger is as it was afterwards."""
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = kept


def written(kind: str, message: str, *given: object, **extra: object) -> str:
    stream = io.StringIO()
    logs.set_up("json" if kind == "json" else "text", stream)
    logging.getLogger("cally.test").warning(message, *given, extra=extra)
    return stream.getvalue()


def test_a_line_is_one_object():
    """Instant, level, logger, sentence, and the facts beside it."""
    line = json.loads(written("json", "Booked %s", "a slot", uid="x"))
    assert line | {"at": ""} == {
        "at": "",
        "level": "warning",
        "logger": "cally.test",
        "message": "Booked a slot",
        "uid": "x",
    }
    assert line["at"].endswith("Z")


@pytest.mark.parametrize("kind", ["json", "text"])
@pytest.mark.parametrize(
    "secret",
    [f"GET /b/{TOKEN}", f"/setup/{TOKEN}?x", "Bearer cally_abcdefghijkl", "smtp://cally:hush@mail.example.org"],
)
def test_what_opens_something_is_masked(kind: str, secret: str):
    """Links, tokens and passwords never get into a log, not even in an error's trace."""
    line = written(kind, "It failed: %s", secret)
    assert not any(word in line for word in (TOKEN, "abcdefghijkl", "hush"))
    assert "…" in line


def test_templates_are_no_secrets():
    """A trace that cannot be read helps nobody."""
    assert logs.masked("web/pages/setup/you.py") == "web/pages/setup/you.py"


def test_a_line_cannot_be_forged():
    """Line breaks in what somebody sent stay within their line."""
    assert written("text", "agent: %s", "x\n2026-01-01 error forged").count("\n") == 1


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_nothing_that_is_logged_forges_a_line(text: str):
    """As JSON one object on one line, whoever splits lines; as text nothing that steers a terminal."""
    (line,) = written("json", "It failed: %s", text, about=text).removesuffix("\n").splitlines()
    assert set(json.loads(line)) == {"at", "level", "logger", "message", "about"}
    (shown,) = written("text", "It failed: %s", text).removesuffix("\n").splitlines()
    assert not [character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Cs"}]


def test_a_trace_cannot_steer_a_terminal_either():
    """What an error says may come from outside; its own lines stay lines."""
    stream = io.StringIO()
    logs.set_up("text", stream)
    try:
        raise ValueError("a\x1b[2J\u202eb")
    except ValueError:
        logging.getLogger("cally.test").exception("It failed.")
    assert "Traceback" in stream.getvalue().splitlines()[1]
    assert not {"\x1b", "\u202e"} & set(stream.getvalue())
