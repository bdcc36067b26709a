"""Every word that a message says of itself is marked for translation."""

import re
from pathlib import Path

import pytest

import cally.notify
from cally.notify.rendering import templates

KINDS = Path(cally.notify.__file__).parent / "kinds"
TEMPLATES = sorted(str(file.relative_to(KINDS)) for file in KINDS.rglob("*.*") if file.suffix in {".txt", ".html"})
OUTSIDE = re.compile(r"<style>.*?</style>|<[^<>]*>|&\w+;", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")


def bare_words(source: str) -> list[str]:
    """What stands in a template outside of tags and expressions, where a reader sees it."""
    pieces = (text if kind == "data" else "\0" for _, kind, text in templates().lex(source))
    shown = OUTSIDE.sub(" ", "".join(pieces).replace("<\0", "< \0"))
    return WORD.findall(shown)


def test_a_bare_word_would_be_noticed() -> None:
    """In text, between tags, beside an expression; not in a style or an attribute."""
    assert bare_words('<p class="quiet">Hello {{ m.title }}</p>') == ["Hello"]
    assert bare_words('<style>p { color: red }</style><p style="x:{{ y }}">{{ _("Hello") }} · {{ m.title }}</p>') == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_said_outside_of_a_mark(name: str) -> None:
    """Each can be handed to a catalogue as it is."""
    assert bare_words((KINDS / name).read_text(encoding="utf-8")) == []
