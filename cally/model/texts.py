"""Text from outside, made safe to keep: trimmed, in normal form, without control characters, of a known length."""

import unicodedata

from cally.errors import invalid

LINE_LENGTH = 255
PARAGRAPH_LENGTH = 5_000
KEPT_CONTROLS = "\n\t"
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def line(text: str, field: str, *, required: bool = True, longest: int = LINE_LENGTH) -> str:
    """One line (rule 78): NFC, trimmed, no control or direction-override characters.

    Raises `invalid` naming `field` when it is empty though required, too long, or has a line break inside.
    """
    clean = _normal(_without_overrides(text))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise invalid(field, "This must be a single line without control characters.")
    if required and not clean:
        raise invalid(field, "Please fill this in.")
    return _of_length(clean, field, longest)


def paragraph(text: str, field: str, *, longest: int = PARAGRAPH_LENGTH) -> str:
    """Several lines: NFC, trimmed, line breaks as `\\n`, other control characters dropped."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in unified if c in KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cs"})
    return _of_length(_normal(_without_overrides("".join(kept))), field, longest)


def _normal(text: str) -> str:
    """Last of all, for what is dropped may bring letters and their accents, or blanks and an end, together."""
    return unicodedata.normalize("NFC", text).strip()


def _without_overrides(text: str) -> str:
    return "".join(character for character in text if character not in BIDI_CONTROLS)


def _of_length(text: str, field: str, longest: int) -> str:
    if len(text) > longest:
        raise invalid(field, f"This is too long: {len(text)} characters, at most {longest} fit.")
    return text
