"""What an error says, without whom and what it says it about: the kind of a value instead of the value."""

import os
import re

from cally.ops.logs import masked

LONGEST = 300
KEPT_WORDS = frozenset(
    (
        *("None", "True", "False", "Python", "Error", "Errno", "Expected", "Invalid", "Object", "Field", "String"),
        *("Value", "Key", "Type", "Index", "File", "Database", "Connection", "Server", "Client", "Request", "Response"),
        *("Disk", "Column", "Table", "The", "This", "That", "It", "No", "Not", "A", "An", "Cannot", "Could", "Please"),
    )
)
TELL_NAMES = frozenset({"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError"})
URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"“”)\]]+", re.IGNORECASE)
MAIL = re.compile(r"[^\s@<>\"'(),;:=“”]+@[^\s@<>\"'(),;:“”]+")
PATH = re.compile(r"(?<![\w<])(?:/[\w.+~%-]+){1,}/?")
NUMBERS = re.compile(r"\+?\d[\d ()./:-]{5,}\d|\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\b")
QUOTED = re.compile(r"(?<!\w)(?:'[^']*'|\"[^\"]*\"|“[^”]*”|‘[^’]*’|`[^`]*`)(?!\w)")
TOKEN = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{12,}\b|\b[\w-]{32,}\b")
LONG_NUMBER = re.compile(r"\b\d{4,}\b")
WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W\d_]+)*")
CODE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
DIGITS = re.compile(r"\d+")


def message_of(error: BaseException) -> str:
    """The message of an error with every value in it replaced by what it is: ‹mail›, ‹text›, ‹number› …"""
    if isinstance(error, OSError) and error.errno is not None and os.strerror(error.errno):
        return f"[Errno {error.errno}] {os.strerror(error.errno)}"
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an error that cannot even be said is one all the same
        return "‹unsayable›"
    return without_values(text, names_of_code=type(error).__name__ in TELL_NAMES)


def without_values(text: str, *, names_of_code: bool = False) -> str:
    """A sentence on one line, at most 300 characters, its values masked; `names_of_code`: what it quotes is code."""
    text = masked(" ".join(text[: 4 * LONGEST].split()))
    text = QUOTED.sub(lambda found: _quoted(found[0], names_of_code), text)
    for pattern, kind in (
        (URL, "‹url›"),
        (MAIL, "‹mail›"),
        (PATH, "‹path›"),
        (NUMBERS, "‹number›"),
        (TOKEN, "‹token›"),
    ):
        text = pattern.sub(kind, text)
    text = LONG_NUMBER.sub("‹number›", text)
    return _nameless(text)[:LONGEST]


def normal(text: str) -> str:
    """The masked message without its small numbers as well: equal for errors of one kind."""
    return DIGITS.sub("0", text)


def _quoted(text: str, names_of_code: bool) -> str:
    inside = text[1:-1]
    is_name = CODE_NAME.fullmatch(inside) is not None
    return text if is_name and (names_of_code or "_" in inside) else "‹text›"


def _nameless(text: str) -> str:
    """Without words that may be somebody's name: capitals within the sentence, and letters beyond ASCII."""
    first = next(iter(WORD.finditer(text)), None)

    def judged(found: re.Match[str]) -> str:
        word = found[0]
        if text[found.start() - 1 : found.start()] == "‹" or word in KEPT_WORDS:
            return word
        if not word.isascii():
            return "‹name›"
        is_title = word[0].isupper() and word[1:].islower()
        alone = first is not None and found.start() == first.start() and not _goes_on(text, found.end())
        return "‹name›" if is_title and not alone else word

    return WORD.sub(judged, text)


def _goes_on(text: str, end: int) -> bool:
    """Whether another capitalised word follows, as in a full name."""
    following = text[end:].lstrip()
    return following[:1].isupper() and following.split(" ")[0] not in KEPT_WORDS
