"""What hosts write is shown as they meant it, and never as more than that."""

import re

import pytest

from cally.web.written import plain, rich


def test_emphasis_links_and_lists_are_shown() -> None:
    """What people type in a mail works here."""
    shown = rich("**No** preparation [needed](https://example.org)")
    assert "<strong>No</strong>" in shown
    assert '<a href="https://example.org" rel="nofollow noopener noreferrer ugc">needed</a>' in shown
    assert "<li>tea</li>" in rich("- tea\n- cake")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<img src=x onerror=alert(1)>",
        "![x](https://elsewhere.example/pixel.png)",
        '<https://example.org/" onmouseover="alert(1)>',
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    """Markup is text, addresses that are no links are text, pictures are text."""
    tags = re.findall(r"<[^>]*>", rich(text))
    assert not [tag for tag in tags if re.search(r"<(script|img)|javascript:|data:|\son\w+=", tag)]


def test_a_line_in_a_list_has_no_marks() -> None:
    """Plain words, angle brackets and ampersands as typed."""
    assert plain("**Tea** & <cake>") == "Tea & <cake>"
