"""Text from outside, made safe to keep: trimmed, in normal form, without control characters, of a known length."""

import re
import unicodedata

from cally.errors import invalid

LINE_LENGTH = 255
PARAGRAPH_LENGTH = 5_000
KEPT_CONTROLS = "\n\t"
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSEEN = frozenset({"Cf", "Zs"})  # a name of nothing else would be a link that nobody finds
LINE_BREAKERS = frozenset({"Cc", "Cs", "Zl", "Zp"})
PARAGRAPH_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
MOST_PER_CHARACTER = 4  # code points that one of the result may have been typed as
MOST_MARKS = 30  # on one letter; no language needs more (UAX #15, stream-safe text)
MARKS_AT_HEART = frozenset("\u0f73\u0f75\u0f81")  # letters that come apart into marks alone


def line(text: str, field: str, *, required: bool = True, longest: int = LINE_LENGTH) -> str:
    """One line (rule 78): NFC, trimmed, no control or direction-override characters.

    Raises `invalid` naming `field` when it is empty though required, too long, or has a line break inside.
    """
    clean = _normal(_without_overrides(_bounded(text, field, longest)))
    if any(unicodedata.category(character) in LINE_BREAKERS for character in clean):
        raise invalid(field, "This must be a single line without control characters.")
    if required and not any(_is_seen(character) for character in clean):
        raise invalid(field, "Please fill this in.")
    return _of_length(clean, field, longest)


def paragraph(text: str, field: str, *, longest: int = PARAGRAPH_LENGTH) -> str:
    """Several lines: NFC, trimmed, line breaks as `\\n`, other control characters dropped."""
    unified = PARAGRAPH_BREAKS.sub("\n", _bounded(text, field, longest))
    kept = (c for c in unified if c in KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cs"})
    return _of_length(_normal(_without_overrides("".join(kept))), field, longest)


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in UNSEEN


def _bounded(text: str, field: str, longest: int) -> str:
    """What is far too long is refused before anything is done with it."""
    return _of_length(text, field, longest) if len(text) > longest * MOST_PER_CHARACTER else text


def _normal(text: str) -> str:
    """Last of all, for what is dropped may bring letters and their accents, or blanks and an end, together."""
    return unicodedata.normalize("NFC", text if text.isascii() else _with_few_marks(text)).strip()


def _with_few_marks(text: str) -> str:
    """Without the marks that pile up on one letter: bringing n of them into order takes n² steps."""
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) or character in MARKS_AT_HEART else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _without_overrides(text: str) -> str:
    return "".join(character for character in text if character not in BIDI_CONTROLS)


def _of_length(text: str, field: str, longest: int) -> str:
    if len(text) > longest:
        raise invalid(field, f"This is too long: {len(text)} characters, at most {longest} fit.")
    return text
