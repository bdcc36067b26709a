"""Slugs, addresses, languages and texts from outside."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cally.errors import CallyError
from cally.model.addresses import email_address
from cally.model.locales import locale_tag
from cally.model.slugs import LONGEST, RESERVED, SLUG, host_slug, slug, slug_from
from cally.model.texts import line, paragraph


def field_at_fault(check: object, *values: object) -> str:
    """The field that a check names when it refuses."""
    with pytest.raises(CallyError) as caught:
        check(*values)  # type: ignore[operator]
    return str(caught.value.facts["field"])


@pytest.mark.rule(79)
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Cleo@Example.ORG", "cleo@example.org"),
        ("  cleo+calls@example.org ", "cleo+calls@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("jörg@müller.example", "jörg@müller.example"),
        ("root@localhost", "root@localhost"),
        ("a.b-c_d@sub.example.co.uk", "a.b-c_d@sub.example.co.uk"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_real_addresses_pass_and_plus_stays(typed: str, kept: str):
    """In one form for the same mailbox."""
    assert email_address(typed) == kept


@pytest.mark.rule(78, 79)
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "cleo",
        "@example.org",
        "cleo@",
        "cleo@example",
        "cleo@@example.org",
        "a@b@example.org",
        ".cleo@example.org",
        "cl..eo@example.org",
        "cleo@-example.org",
        "cleo@example..org",
        "cleo@example.org\nBcc: x@example.org",
        "cleo\r@example.org",
        '"cleo smith"@example.org',
        "cleo smith@example.org",
        "<cleo@example.org>",
        "cleo,ben@example.org",
        "cleo@[192.0.2.1]",
        "cleo\u202e@example.org",
        "x" * 65 + "@example.org",
        "cleo@" + "x" * 64 + ".org",
        "cleo@" + "x." * 130 + "org",
    ],
)
def test_what_is_no_address_is_refused(typed: str):
    """No second header, no second recipient, nothing that a server would refuse later."""
    assert field_at_fault(email_address, typed, "guest.email") == "guest.email"


@pytest.mark.parametrize("name", ["a", "intro-call", "2026", "x" * LONGEST])
def test_slugs_are_small_letters_digits_and_hyphens(name: str):
    """Blanks around them do not matter."""
    assert slug(f" {name} ") == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "ä", "a b", "a/b", "a.b", "аdmin", "x" * (LONGEST + 1)])
def test_anything_else_is_no_slug(name: str):
    """Capitals, dots, slashes and look-alike letters of other scripts are refused."""
    assert field_at_fault(slug, name) == "slug"


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_callys_own_addresses_are_nobodys(name: str):
    """A host cannot stand in the way of the API or the set-up; an event type may be called so."""
    assert field_at_fault(host_slug, name) == "slug"
    assert slug(name) == name


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Åsa Öberg", "asa-oberg"),
        ("Groß & Söhne", "gross-sohne"),
        ("王小明", ""),
        ("--- ", ""),
        ("x" * 99, "x" * LONGEST),
    ],
)
def test_a_slug_is_suggested_by_a_name(name: str, made: str):
    """What cannot be kept is left out."""
    assert slug_from(name) == made


@given(st.text())
def test_a_suggested_slug_is_a_slug(name: str):
    """Whatever the name."""
    made = slug_from(name)
    assert made == "" or SLUG.fullmatch(made)


@pytest.mark.parametrize(("typed", "kept"), [("en", "en"), (" pt_BR ", "pt-BR"), ("zh-Hans-CN", "zh-Hans-CN")])
def test_languages_are_tags(typed: str, kept: str):
    """As browsers and people write them."""
    assert locale_tag(typed) == kept


@pytest.mark.parametrize("typed", ["", "e", "english", "en-", "en\n-US", "../etc", "*"])
def test_other_shapes_are_no_language(typed: str):
    """They would end up in file names and headers."""
    assert field_at_fault(locale_tag, typed) == "locale"


@pytest.mark.rule(78)
@pytest.mark.parametrize(
    "typed", ["two\nlines", "a\ud800b", "two\r\nlines", "a\x00b", "a\x1bb", " ", "\u200b \u2060", "x" * 256]
)
def test_a_line_is_one_line(typed: str):
    """Nothing in it can begin a new header; it is neither empty, nor endless, nor unseen."""
    assert field_at_fault(line, typed, "title") == "title"


@pytest.mark.rule(78)
def test_texts_are_kept_in_one_form():
    """Composed letters, no direction overrides, emoji as they are."""
    assert line(" u\u0308ber \u202egnp.exe 🎉 ", "title") == "über gnp.exe 🎉"
    assert paragraph("a\r\nb\rc\x07\td\u2066", "notes") == "a\nb\nc\td"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=80))
def test_a_line_can_be_kept_and_read_again(text: str):
    """Cleaning twice is cleaning once."""
    once = line(text, "title", required=False)
    assert line(once, "title", required=False) == once


@given(st.text(max_size=200))
def test_a_paragraph_can_be_kept_and_read_again(text: str):
    """Cleaning twice is cleaning once, and what is left can be encoded."""
    once = paragraph(text, "notes")
    assert paragraph(once, "notes") == once
    once.encode()


MARKS = "\u0301\u0316" * 8_000


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text whose accents are brought into order: n of them in a row take n² steps."""
    seen: list[str] = []
    real = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: seen.append(text) or real(form, text))
    return seen


@pytest.mark.parametrize("typed", ["a" + MARKS, "\u0f73" * 16_000, "a" + "\u0301" * 250])
def test_piles_of_accents_are_cut_before_they_are_sorted(typed: str, ordered: list[str]):
    """One request with 100 kB of them would hold up everybody for a quarter of a minute."""
    for check in (line, paragraph):
        with suppress(CallyError):
            assert len(check(typed, "notes")) < 100
    assert max((len(text) for text in ordered), default=0) < 100


def test_addresses_and_slugs_look_at_a_bounded_beginning(ordered: list[str]):
    """For the same reason."""
    assert field_at_fault(email_address, f"a{MARKS}@example.org") == "email"
    assert slug_from(f"a{MARKS}") == "a"
    assert max(map(len, ordered)) <= 1_000


@pytest.mark.rule(78)
@pytest.mark.parametrize("breaker", ["\u2028", "\u2029"])
def test_line_and_paragraph_separators_break_lines(breaker: str):
    """Half the world's readers split lines there, mail and calendar programs among them."""
    assert field_at_fault(line, f"a{breaker}b", "title") == "title"
    assert paragraph(f"a{breaker}b", "notes") == "a\nb"


@pytest.mark.rule(78, 79)
@pytest.mark.parametrize("typed", ["=?utf-8?q?=0aBcc=3ax?=@example.org", "cleo@a\u05d0.example", "a" * 2_000])
def test_an_address_that_no_mail_can_name_is_refused(typed: str):
    """One would be decoded into a header, the other would keep the host from hearing of the booking."""
    assert field_at_fault(email_address, typed) == "email"
