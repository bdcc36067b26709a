"""The addresses that we show are ones that Apprise understands, and the document has each of them."""

from pathlib import Path

import pytest

from cally.notify.examples import EXAMPLES, Example
from cally.notify.services import PHONE_PLACE, is_terse, known, named, named_for_guests

DOCUMENT = Path(__file__).parents[2] / "docs" / "channels.md"


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.key for one in EXAMPLES])
def test_every_example_is_understood(example: Example) -> None:
    """Each is a service that Apprise knows, and its secrets are masked."""
    service, shown = named(example.address)
    assert service
    assert "password" not in shown
    assert "exampletoken" not in shown


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.for_guests], ids=lambda one: one.key)
def test_every_example_for_guests_reaches_their_number(example: Example) -> None:
    """It has a place for the number, which is shown, and speaks in short."""
    _, shown = named_for_guests(example.for_guests)
    assert PHONE_PLACE in shown
    assert is_terse(known(example.address))


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.key for one in EXAMPLES])
def test_the_document_shows_every_example(example: Example) -> None:
    """As the page does."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"`{example.address}`" in text
    assert not example.for_guests or f"`{example.for_guests}`" in text
