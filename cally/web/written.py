"""What hosts wrote about themselves and their event types: Markdown in, a few safe tags or plain words out."""

from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

RULES = ["emphasis", "link", "list", "newline", "backticks", "autolink", "escape"]
TAGS = {"p", "strong", "em", "a", "ul", "ol", "li", "br", "code"}
SCHEMES = {"https", "http", "mailto"}
LINKS = "nofollow noopener noreferrer ugc"


@lru_cache(maxsize=512)
def rich(text: str) -> Markup:
    """Emphasis, links, lists and code; anything else stands as it was typed."""
    import nh3  # noqa: PLC0415 -- heavy: imported where used

    html = _markdown().render(text)
    safe = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=LINKS)
    return Markup(safe)  # noqa: S704 -- cleaned on the line above


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """The same without marks, for a line in a list or a page's description."""
    import nh3  # noqa: PLC0415 -- heavy: imported where used

    return unescape(nh3.clean(_markdown().render(text), tags=set())).strip()


@lru_cache(maxsize=1)
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- heavy: imported where used

    return MarkdownIt("zero", {"html": False, "breaks": True}).enable(RULES)
