"""Words from elsewhere, made fit to be kept: no HTML, nothing that our own forms would refuse."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

from cally.errors import CallyError
from cally.model.addresses import email_address
from cally.model.locales import locale_tag
from cally.model.texts import line, paragraph
from cally.model.zones import is_zone

TAG = re.compile(r"<[a-zA-Z/!]")
MOST = 60_000
SPACES = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote"})
UNREAD = frozenset({"script", "style", "template", "iframe", "object", "head"})


class _Text(HTMLParser):
    """What a reader of the page would see, list items as Markdown has them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNREAD:
            self._unread += 1
        elif tag in BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNREAD:
            self._unread = max(0, self._unread - 1)
        elif tag == "p":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(data)


def words(text: str, *, longest: int) -> str:
    """Several lines without HTML, cut to what fits; Markdown stays as it is."""
    plain = text[:MOST]
    if TAG.search(plain):
        reader = _Text()
        reader.feed(plain)
        reader.close()
        plain = re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()
    return _kept(lambda cut: paragraph(cut, "text", longest=longest), plain, longest)


def one_line(text: str, *, longest: int, instead: str = "") -> str:
    """One line without control characters, cut to what fits; `instead` where nothing is left."""
    plain = SPACES.sub(" ", text[: longest * 8]).strip()
    return _kept(lambda cut: line(cut, "text", longest=longest), plain, longest) or instead


def address(text: str) -> str:
    """A mail address in normal form, empty for what is none."""
    try:
        return email_address(text)
    except CallyError:
        return ""


def tz_name(text: str, instead: str = "UTC") -> str:
    """A zone that we know, else another one."""
    name = text.strip()
    return name if is_zone(name) else instead


def language(text: str) -> str:
    """A language tag; English for what is none."""
    try:
        return locale_tag(text)
    except CallyError:
        return "en"


def _kept(check: Callable[[str], str], text: str, longest: int) -> str:
    """Empty for what nobody can make sense of."""
    try:
        return check(text[:longest].rstrip())
    except CallyError:
        return ""
