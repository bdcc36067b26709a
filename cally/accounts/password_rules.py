"""Which passwords are taken: long ones, not built from what everybody guesses first (NIST SP 800-63B-4, 3.1.1.2)."""

import re
import unicodedata
from functools import lru_cache
from importlib import resources

from cally.accounts.strength import STRONG_ENOUGH, STRONG_ENOUGH_WITH_SECOND_FACTOR, strength
from cally.errors import CallyError, invalid

SHORTEST = 15  # without a second factor
SHORTEST_WITH_SECOND_FACTOR = 8
LONGEST = 256
UNGUESSABLE = 9  # what must be left without everything guessable: a letter counts 2, a digit 1, for dates are guessed
SHORTEST_WORD = 3
WORD_LIST = "guessed_first.txt"
KINDS = (
    ("a small letter", str.islower),
    ("a capital letter", str.isupper),
    ("a digit", str.isdigit),
    ("a sign that is neither", lambda one: not one.isalnum()),
)


def check_password_rules(
    password: str,
    *,
    name: str = "",
    email: str = "",
    site: str = "",
    second_factor: bool = False,
    composition: bool = False,
) -> None:
    """Raise `invalid` (field `password`) unless a password is long enough and hard enough to guess.

    Length decides, and what is left without the words that are tried first, those of the account's own name and
    address and of the server's name (`site`) included. No kind of character is asked for unless `composition` says so.
    An account with a second factor may have a shorter one.
    """
    text = unicodedata.normalize("NFKC", password[: LONGEST * 4])
    shortest = shortest_password(second_factor=second_factor)
    if len(text) < shortest:
        raise _refused(f"A password needs at least {shortest} characters; four or five random words are a good one.")
    if len(text) > LONGEST:
        raise _refused(f"A password can have at most {LONGEST} characters.")
    if composition:
        _require_kinds(text)
    own = _words(f"{name} {email} {site}")
    if _rest(text, _guessed_first()) < UNGUESSABLE:
        raise _refused("This password is one of those that are guessed first; please take a less common one.")
    if _rest(text, (*own, *_guessed_first())) < UNGUESSABLE:
        raise _refused("This password is made of your name or e-mail address; please take another one.")
    judged, enough = strength(text, own=own), STRONG_ENOUGH_WITH_SECOND_FACTOR if second_factor else STRONG_ENOUGH
    if judged.score < enough:
        raise _refused(f"This password is too easy to guess. {judged.advice}".rstrip())


def shortest_password(*, second_factor: bool) -> int:
    """How many characters a password needs at least."""
    return SHORTEST_WITH_SECOND_FACTOR if second_factor else SHORTEST


def _require_kinds(text: str) -> None:
    missing = [words for words, is_one in KINDS if not any(is_one(one) for one in text)]
    if missing:
        listed = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
        raise _refused(f"On this server a password also needs {listed}.")


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
