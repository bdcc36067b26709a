"""Which passwords are taken: long ones, not built from what everybody guesses first (NIST SP 800-63B-4, 3.1.1.2)."""

import re
import unicodedata
from functools import lru_cache
from importlib import resources

from cally.errors import CallyError, invalid

SHORTEST = 15  # without a second factor
LONGEST = 256
UNGUESSABLE = 9  # what must be left without everything guessable: a letter counts 2, a digit 1, for dates are guessed
SHORTEST_WORD = 3
WORD_LIST = "guessed_first.txt"


def check_password_rules(password: str, *, name: str = "", email: str = "") -> None:
    """Raise `invalid` (field `password`) unless a password is long enough and hard enough to guess.

    No kind of character is asked for: length decides, and what is left without the words that are tried first, those
    of the account's own name and address included.
    """
    text = unicodedata.normalize("NFKC", password[: LONGEST * 4])
    if len(text) < SHORTEST:
        raise _refused(f"A password needs at least {SHORTEST} characters; four or five random words are a good one.")
    if len(text) > LONGEST:
        raise _refused(f"A password can have at most {LONGEST} characters.")
    own = _words(f"{name} {email}")
    if _rest(text, _guessed_first()) < UNGUESSABLE:
        raise _refused("This password is one of those that are guessed first; please take a less common one.")
    if _rest(text, (*own, *_guessed_first())) < UNGUESSABLE:
        raise _refused("This password is made of your name or e-mail address; please take another one.")


@lru_cache(maxsize=1)
def _guessed_first() -> tuple[str, ...]:
    """What people build passwords from, longest first: what was found most often in stolen lists."""
    listed = (resources.files("cally.accounts") / WORD_LIST).read_text(encoding="utf-8").split()
    return tuple(sorted(listed, key=len, reverse=True))


def _rest(text: str, guessed: tuple[str, ...]) -> int:
    """What remains without guessed words, and with whatever repeats itself counted once."""
    left = text.casefold()
    for word in guessed:
        left = left.replace(word, " ")
    once = re.sub(r"(.+?)\1+", r"\1", re.sub(r"[\W_]+", "", left))
    return sum(1 if character.isdigit() else 2 for character in once) if len(set(once)) > 2 else 0


def _words(text: str) -> tuple[str, ...]:
    """The account's own words, longest first."""
    words = set(re.split(r"[\W_]+", unicodedata.normalize("NFKC", text).casefold()))
    return tuple(sorted((word for word in words if len(word) >= SHORTEST_WORD), key=len, reverse=True))


def _refused(sentence: str) -> CallyError:
    return invalid("password", sentence)
