"""What an error says is kept without whom and what it says it about."""

import pytest

from cally.ops.errors.describing import code_of, described
from cally.ops.errors.masking import message_of, without_values

CANARIES = (
    "cleo@example.org",
    "Cleo Çelik",
    "+49 151 2345678",
    "192.0.2.77",
    "2001:db8::7:1",
    "https://cally.test/b/q1w2e3r4t5y6u7i8o9p0aa",
    "cally_Zx9pQ2mN4kL8vB6c",
    "smtp://cally:hunter2-secret@mail.example.org:587",
    "4111111111111111",
    "/home/cleo/letters/private.ics",
    "2026-09-22T08:00:00Z",
)


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize(
    "sentence", ["{} cannot be booked", "no host for '{}' at this time", "bad value {}: refused", "got {}"]
)
def test_no_value_is_kept(canary: str, sentence: str):
    """Addresses, names, numbers, links and secrets, wherever in the sentence they stand."""
    kept = message_of(ValueError(sentence.format(canary)))
    for piece in (canary, *canary.replace("/", " ").replace("@", " ").split()):
        assert len(piece) < 4 or piece not in kept, kept


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (KeyError("starts_at"), "'starts_at'"),
        (KeyError("cleo"), "‹text›"),
        (AttributeError("'Host' object has no attribute 'slugg'"), "'Host' object has no attribute 'slugg'"),
        (TypeError("book() missing 1 required keyword-only argument: 'now'"), None),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (FileNotFoundError(2, "No such file or directory", "/home/cleo/x"), "[Errno 2] No such file or directory"),
        (IsADirectoryError(21, "Is a directory"), None),
        (ZeroDivisionError("division by zero"), None),
        (ValueError("Invalid isoformat string: '2026-13-77'"), "Invalid isoformat string: ‹text›"),
        (RuntimeError("dictionary changed size during iteration"), None),
    ],
)
def test_what_helps_is_kept(error: Exception, kept: str | None):
    """The words of Python and of libraries, names of attributes and arguments, numbers of errors."""
    assert message_of(error) == (str(error) if kept is None else kept)


def test_an_error_that_cannot_be_said_is_one_all_the_same():
    """Its message raises."""

    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert message_of(MuteError()) == "‹unsayable›"


def test_a_sentence_is_one_line_and_not_long():
    """However long the message was."""
    assert len(without_values("no such thing\n" * 10_000)) <= 300


def fails(name: str, number: int = 1) -> None:
    password = "hunter2-in-a-local"  # a local variable, which nobody looks at
    try:
        raise KeyError(name)
    except KeyError as error:
        assert password
        raise ValueError(f"no slot {number} for {name}@example.org") from error


def caught(name: str, number: int = 1) -> Exception:
    try:
        fails(name, number)
    except ValueError as error:
        return error
    raise AssertionError


def test_the_way_there_has_places_and_causes_but_no_values():
    """Neither locals nor arguments; no path of this machine."""
    fault = described(caught("cleo"))
    assert "hunter2-in-a-local" not in fault.trace.replace('password = "hunter2-in-a-local"', "")
    assert "cleo" not in fault.trace
    assert "… which caused:" in fault.trace
    assert fault.trace.splitlines()[-1] == "ValueError: no slot 1 for ‹mail›"
    assert "/work" not in fault.trace
    assert "/home" not in fault.trace


def test_equal_errors_have_one_code_and_others_another():
    """Whoever it was about; but another type, place or message is another kind."""
    assert code_of(caught("cleo")) == code_of(caught("ben", 7))
    assert code_of(caught("cleo")) != code_of(ValueError("no slot"))
    assert len(code_of(caught("cleo"))) == 11


def test_a_group_names_its_first_errors():
    """As a task group raises them."""
    fault = described(ExceptionGroup("several", [ValueError("one"), KeyError("two_three")]))
    assert "ValueError: one" in fault.trace
    assert "KeyError: 'two_three'" in fault.trace
