"""Log lines: one object each, nothing secret, nothing forged."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from cally.ops import logs

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
