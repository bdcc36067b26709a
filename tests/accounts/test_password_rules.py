"""Length decides; what everybody guesses first is refused."""

import pytest

from cally.accounts import check_password_rules
from cally.errors import CallyError


@pytest.mark.parametrize(
    "password",
    [
        "brass engines hum softly",
        "correct horse battery staple",
        "15 Zeichen sind genug"[:15],
        "ich mag Käsespätzle sehr",
        "さくらの花がとても綺麗に咲いた",
        "xq7-Rw2_Lp9+Tz4",
        "ada once walked to paris",
    ],
)
def test_long_passwords_are_taken(password: str):
    """Any kind of character will do, spaces too, and no kind is asked for."""
    check_password_rules(password, name="Ada Lovelace", email="ada@example.com")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "at least 15"),
        ("Tr0ub4dor&3!!!", "at least 15"),
        ("x" * 257, "at most 256"),
        ("password12345678", "guessed first"),
        ("Qwertyuiop1234567890", "guessed first"),
        ("aaaaaaaaaaaaaaaaaaaa", "guessed first"),
        ("abababababababababab", "guessed first"),
        ("letmein-letmein-letmein", "guessed first"),
        ("2026 2026 2026 2026", "guessed first"),
        ("Ada Lovelace 1815", "your name"),
        ("adalovelaceexample.com", "your name"),
        ("lovelace-password-ada1", "your name"),
        ("lovelace 10.12.1815", "your name"),
    ],
)
def test_guessable_passwords_are_refused_in_words(password: str, says: str):
    """Too short, too long, made of common parts, or of one's own name: the field is named, and what is wrong."""
    with pytest.raises(CallyError, match=says) as caught:
        check_password_rules(password, name="Ada Lovelace", email="ada@example.com")
    assert (caught.value.code, caught.value.facts) == ("invalid", {"field": "password"})
    assert not password or password not in caught.value.sentence
