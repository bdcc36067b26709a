"""Telephones get one sentence and a link, in two parts of a text message at most."""

import pytest

from cally.notify.saying import SHORT_LENGTH, short
from cally.notify.services import is_terse, known

LINK = "https://cally.example.net/b/" + "x" * 60


def test_a_sentence_and_a_link_fit_into_two_parts() -> None:
    """The link is whole, the sentence gives way."""
    said = short("Tomorrow: " + "a very long title " * 40, LINK)
    assert len(said) <= SHORT_LENGTH
    assert said.endswith(f"… {LINK}")
    assert short("Tomorrow:\nIntro call", LINK) == f"Tomorrow: Intro call {LINK}"


@pytest.mark.parametrize(
    ("address", "terse"),
    [
        ("twilio://AC00000000000000000000000000000000:00000000000000000000000000000000@+15551234567", True),
        ("vonage://a1b2c3d4:abcdefghijklmnop@15551234567/15557654321", True),
        ("whatsapp://TOKENexample0123456789abcdef@15551234567/+15557654321", True),
        ("clicksend://user:apikey@15557654321", True),
        ("rockets://cally:password@chat.example.org/#bookings", False),
        ("ntfys://ntfy.sh/topic", False),
        ("json://example.org/", False),
    ],
)
def test_services_that_send_text_messages_are_known(address: str, terse: bool) -> None:
    """By what Apprise says of them."""
    assert is_terse(known(address)) is terse
